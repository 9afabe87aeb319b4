"""How many people a holder finds today, so that an empty title is seen before it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q

from kaocheng.access.holding import Holding, office_role
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_rows import holds_rows
from kaocheng.records.models import Adoption, Appointment, Entry, Subject
from kaocheng.records.models.register import Standing
from kaocheng.records.models.unit import UnitKind

WHY = "the adoption was fetched under its scope"


@dataclass(frozen=True)
class Counted:
    """`is_none` is worth a warning; `words` say what the number is of."""

    words: str
    is_none: bool = False


class HolderCount:
    """Counts for one adoption; a handful of queries, however many titles and rows there are."""

    def __init__(self, found: Adopted, *, on: date) -> None:
        self.found, self.on = found, on
        rows = holds_rows(found.adoption)
        self.rows_of = rows
        self.adoption = found.adoption
        if rows != found.adoption.pk:
            self.adoption = Adoption.objects.unscoped(WHY).select_related("unit").get(pk=rows)
        self.holding = Holding(self.adoption)

    def counted(self, holders: Iterable[Holder]) -> Counted:
        """How many there are for all of the holders of a title together."""
        listed = tuple(holders)
        if not listed:
            return Counted("没有写明", is_none=True)
        if all(one.how == How.OUTSIDE for one in listed):
            return Counted("由本单位代为登记")
        if not self.subjects and any(_needs_rows(one) for one in listed):
            return Counted("填好名册后再数")
        people = {person for one in listed for person in self._people(one)}
        count = len(people)
        return Counted(f"现在能找到 {count} 人", is_none=not count)

    def _people(self, holder: Holder) -> set[int]:
        match holder.how:
            case How.SUBJECT:
                named = {one[0] for one in self.subjects if one[0] is not None}
                leading = {one[1] for one in self.subjects if one[0] is None}
                return named | {
                    person
                    for unit in leading
                    for person in self._in(unit, office_role(self.holding.units[unit].kind))
                }
            case How.ROLE if holder.kind == UnitKind.PANEL:
                near = self._panels_near
                return {person for unit in near for person in self._in(unit, "reviewer")}
            case How.ROLE if holder.kind:
                units = [pk for pk, one in self.holding.units.items() if one.kind == holder.kind]
                return {person for unit in units for person in self._in(unit, holder.role)}
            case How.FIELD:
                return self._named(values.get(holder.field, "") for values in self.values)
            case How.REGISTER:
                return self._named(self.assigned.get((holder.register, holder.field), ()))
            case How.PANEL:
                return self._in(holder.panel, "reviewer")
            case _:
                owners = self.holding.owners([holder], None)
                return {person for one in owners for person in self._in(one.unit_id, one.role)}

    def _in(self, unit_id: int, role: str) -> set[int]:
        return self.appointed.get((unit_id, role), set())

    def _named(self, names: Iterable[Any]) -> set[int]:
        called = {str(name) for name in names}
        self.holding.names.look_up(called)
        found = (self.holding.names.find(name) for name in called)
        return {one[0] for one in found if one}

    @property
    def _panels_near(self) -> list[int]:
        """The open panels that units on the way to the rows keep."""
        units = self.holding.units
        kept = self.holding.panels.items()
        return [panel for keeper, listed in kept if keeper in units for panel in listed]

    @cached_property
    def subjects(self) -> set[tuple[int | None, int]]:
        """Person (or none) and unit of every row."""
        rows = Subject.objects.unscoped(WHY).filter(adoption=self.rows_of, has_left=False)
        return set(rows.values_list("person_id", "unit_id").distinct())

    @cached_property
    def values(self) -> list[Mapping[str, Any]]:
        rows = Subject.objects.unscoped(WHY).filter(adoption=self.rows_of, has_left=False)
        return list(rows.values_list("values", flat=True))

    @cached_property
    def assigned(self) -> dict[tuple[str, str], set[str]]:
        """What the entries of registers with assignments name, by register and field."""
        holders = [
            Holder.of(kept) for listed in self.found.terms.holders.values() for kept in listed
        ]
        wanted = {(one.register, one.field) for one in holders if one.how == How.REGISTER}
        rows = Entry.objects.unscoped(WHY).filter(
            adoption=self.rows_of,
            standing=Standing.COUNTS,
            register__in={register for register, _ in wanted},
        )
        named: dict[tuple[str, str], set[str]] = {one: set() for one in wanted}
        for register, values in rows.values_list("register", "values"):
            for of, field in wanted:
                if of == register:
                    named[of, field].add(str(values.get(field, "")))
        return named

    @cached_property
    def appointed(self) -> dict[tuple[int, str], set[int]]:
        """People by unit and role, in all units that a holder may lead to."""
        kept = Q(unit__in=[*self.holding.units]) | Q(unit__in=self._panels_near)
        rows = Appointment.objects.unscoped("only how many they are is shown").filter(
            Q(ends_on=None) | Q(ends_on__gt=self.on), kept, starts_on__lte=self.on
        )
        found: dict[tuple[int, str], set[int]] = {}
        for unit, role, person in rows.values_list("unit_id", "role", "person_id"):
            found.setdefault((unit, role), set()).add(person)
        return found


def _needs_rows(holder: Holder) -> bool:
    """Whether it can be found for no adopting unit alone, but only for rows of a roster."""
    return holder.how in (How.SUBJECT, How.FIELD, How.REGISTER) or bool(holder.kind)
