"""Who bears a title of a scheme for a subject, as the table “谁是谁” of the adoption says.

Asked from both sides: `subjects_held` gives the subjects for which somebody bears one of the
titles, `Holding.owners` those who bear it for a subject. Where nobody can be found, the office of
the adopting unit bears it: nothing is owed by nobody, and nothing is shut to everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, TextField

from kaocheng.access.actor import Actor
from kaocheng.access.grants import LEAD, OFFICER, REVIEWER
from kaocheng.access.names import Names
from kaocheng.access.scope import NOBODY
from kaocheng.access.task import sharing
from kaocheng.methods.holders import Holder, How
from kaocheng.records.models import Adoption, Entry, Subject, Unit
from kaocheng.records.models.register import Standing
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

OFFICES = frozenset({UnitKind.CITY, UnitKind.DISTRICT, UnitKind.TOWN})
WHY = "who bears a title decides about access itself"


@dataclass(frozen=True)
class Owner:
    """A person in their unit, or whoever holds `role` in it."""

    unit_id: int
    person_id: int | None = None
    role: str = ""


def office_role(unit_kind: str) -> str:
    """Who speaks for a unit: an office has officers, everything else a lead."""
    return OFFICER if unit_kind in OFFICES else LEAD


def subjects_held(
    actor: Actor, adoption: Adoption, holders: Iterable[Holder]
) -> OwnedQuerySet[Subject]:
    """The subjects of the adoption for which the actor bears one of the titles."""
    condition, listed = NOBODY, tuple(holders)
    for holder in listed:
        condition |= _held(actor, adoption, holder)
    if _is_office(actor, adoption):
        condition |= ~_borne(adoption, listed)
    return Subject.objects.within(condition).filter(adoption=adoption)


def about_others(actor: Actor, holders: Iterable[Holder], *, at: str = "subject__") -> Q:
    """回避: rows about others than the actor, unless the title is the subject's own.

    Nobody decides about themselves by a title that they bear for others too.
    """
    if any(holder.how == How.SUBJECT for holder in holders):
        return ~NOBODY
    return ~Q(**{f"{at}person": actor.person_id})


def bears(actor: Actor, adoption: Adoption, holders: Iterable[Holder]) -> bool:
    """Whether the actor bears one of the titles for anybody, or for the adopting unit itself."""
    listed = tuple(holders)
    return any(_bears_here(actor, adoption, one) for one in listed) or (
        subjects_held(actor, adoption, listed).exists()
    )


def _bears_here(actor: Actor, adoption: Adoption, holder: Holder) -> bool:
    held = actor.held
    if held is None:
        return False
    if _is_of_unit_itself(holder):
        return held.unit_id == adoption.unit_id and _has_role(actor, _role(adoption, holder))
    return False


def _is_of_unit_itself(holder: Holder) -> bool:
    return holder.how == How.OUTSIDE or (holder.how == How.ROLE and not holder.kind)


def _is_office(actor: Actor, adoption: Adoption) -> bool:
    """Whether the actor speaks for the unit that has adopted the scheme."""
    is_there = actor.held is not None and actor.held.unit_id == adoption.unit_id
    return is_there and _has_role(actor, office_role(adoption.unit.kind))


def _borne(adoption: Adoption, holders: Iterable[Holder]) -> Q:
    """The subjects for whom somebody can be found who bears one of the titles."""
    condition, names = NOBODY, Names(adoption)
    for holder in holders:
        condition |= _found(adoption, holder, names)
    return condition


def _found(adoption: Adoption, holder: Holder, names: Names) -> Q:
    match holder.how:
        case How.ROLE if holder.kind == UnitKind.PANEL:
            panels = Unit.objects.unscoped(WHY).filter(kind=UnitKind.PANEL, closes_on=None)
            return _lies_in(Q(pk__in=panels.values("keeper")))
        case How.ROLE if holder.kind:
            return _lies_in(Q(kind=holder.kind))
        case How.FIELD:
            name = f"values__{holder.field}"
            listed = Subject.objects.unscoped(WHY).filter(adoption=adoption)
            known = _people_among(listed.values_list(name, flat=True), names)
            # A field that was left empty is not there: what is asked of it is neither true nor
            # false, and stays so the other way round.
            return Q(values__has_key=holder.field) & Q(**{f"{name}__in": known})
        case How.REGISTER:
            name = f"values__{holder.field}"
            rows = Entry.objects.unscoped(WHY).filter(
                adoption=adoption, register=holder.register, standing=Standing.COUNTS
            )
            known = _people_among(rows.values_list(name, flat=True), names)
            return Q(Exists(rows.filter(**{f"{name}__in": known}, subject=OuterRef("pk"))))
        case _:
            return ~NOBODY


def _lies_in(units: Q) -> Q:
    """Subjects whose unit is one of these, or lies below one."""
    path = ExpressionWrapper(OuterRef("unit__path"), output_field=TextField())
    above = Unit.objects.unscoped(WHY).filter(units).alias(at=path)
    return Q(Exists(above.filter(at__startswith=F("path"))))


def _people_among(called: Iterable[object], names: Names) -> list[str]:
    wanted = {str(one) for one in called if one}
    names.look_up(wanted)
    return sorted(one for one in wanted if names.find(one))


def _held(actor: Actor, adoption: Adoption, holder: Holder) -> Q:
    held = actor.held
    if held is None:
        return NOBODY
    match holder.how:
        case How.SUBJECT:
            own = Q(person=actor.person_id)
            leads = _has_role(actor, office_role(held.unit_kind))
            return own | (Q(person=None, unit=held.unit_id) if leads else NOBODY)
        case How.ROLE if holder.kind == UnitKind.PANEL:
            return _of_panel(actor)
        case How.ROLE if holder.kind:
            fits = held.unit_kind == holder.kind and _has_role(actor, holder.role)
            return Q(unit__path__startswith=held.unit_path) if fits else NOBODY
        case How.FIELD:
            return Q(**{f"values__{holder.field}__in": _own_names(actor, adoption)})
        case How.REGISTER:
            assigned = Entry.objects.unscoped(WHY).filter(
                adoption=adoption,
                register=holder.register,
                standing=Standing.COUNTS,
                subject=OuterRef("pk"),
                **{f"values__{holder.field}__in": _own_names(actor, adoption)},
            )
            return Q(Exists(assigned))
        case How.PANEL:
            return ~NOBODY if held.unit_id == holder.panel else NOBODY
        case _:
            return ~NOBODY if _bears_here(actor, adoption, holder) else NOBODY


def _of_panel(actor: Actor) -> Q:
    held = actor.held
    if held is None or held.unit_kind != UnitKind.PANEL:
        return NOBODY
    keeper = Unit.objects.unscoped(WHY).filter(panels=held.unit_id).first()
    return Q(unit__path__startswith=keeper.path) if keeper else NOBODY


def _own_names(actor: Actor, adoption: Adoption) -> list[str]:
    """What the rows of the adoption call the actor."""
    return [] if actor.person_id is None else Names(adoption).of(actor.person_id)


def _role(adoption: Adoption, holder: Holder) -> str:
    kind = adoption.unit.kind
    is_office = kind in OFFICES
    return office_role(kind) if holder.how == How.OUTSIDE or is_office else holder.role or LEAD


def _has_role(actor: Actor, role: str) -> bool:
    """The role itself, or a clerk who shares the work of the lead."""
    return actor.held is not None and actor.held.role in sharing(role)


class Holding:
    """The bearers of titles in one adoption, with what they are found by read once."""

    def __init__(self, adoption: Adoption) -> None:
        self.adoption = adoption
        self.names = Names(adoption, everybody=True)

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Units on the way to any subject, and the adopting unit, by id."""
        paths = Subject.objects.unscoped(WHY).filter(adoption=self.adoption)
        ids = {
            int(part)
            for path in (*paths.values_list("unit__path", flat=True), self.adoption.unit.path)
            for part in path.split("/")
            if part
        }
        return Unit.objects.unscoped(WHY).in_bulk(ids)

    @cached_property
    def panels(self) -> dict[int, list[int]]:
        """Ids of the panels that each unit keeps."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        rows = Unit.objects.unscoped(WHY).filter(kind=UnitKind.PANEL, closes_on=None)
        for pk, keeper in rows.order_by("pk").values_list("pk", "keeper_id"):
            found[keeper].append(pk)
        return found

    def owners(self, holders: Iterable[Holder], subject: Subject | None) -> tuple[Owner, ...]:
        """Who bears one of the titles for the subject; without one, for the adopting unit.

        Where nobody can be found it falls to the office of the adopting unit: nothing is owed by
        nobody.
        """
        found = [owner for holder in holders for owner in self._owners(holder, subject)]
        return tuple(dict.fromkeys(found)) or (self.office,)

    @property
    def office(self) -> Owner:
        unit = self.adoption.unit
        return Owner(unit.pk, role=office_role(unit.kind))

    def _owners(self, holder: Holder, subject: Subject | None) -> Sequence[Owner]:
        match holder.how:
            case How.SUBJECT if subject is not None:
                if subject.person_id is not None:
                    return [Owner(subject.unit_id, subject.person_id)]
                unit = self.units[subject.unit_id]
                return [Owner(unit.pk, role=office_role(unit.kind))]
            case How.ROLE if holder.kind == UnitKind.PANEL:
                return self._panel_at(subject)
            case How.ROLE if holder.kind:
                near = self.nearest(holder.kind, subject)
                return [Owner(near.pk, role=holder.role)] if near else []
            case How.FIELD if subject is not None:
                return self._named(str(subject.values.get(holder.field, "")))
            case How.REGISTER if subject is not None:
                rows = Entry.objects.unscoped(WHY).filter(
                    adoption=self.adoption,
                    register=holder.register,
                    standing=Standing.COUNTS,
                    subject=subject,
                )
                names = rows.order_by("pk").values_list(f"values__{holder.field}", flat=True)
                return [owner for name in names for owner in self._named(str(name))]
            case How.PANEL:
                return [Owner(holder.panel, role=REVIEWER)]
            case How.ROLE:
                return [Owner(self.adoption.unit_id, role=_role(self.adoption, holder))]
            case _:
                return [self.office]

    def nearest(self, kind: str, subject: Subject | None) -> Unit | None:
        """The unit of a kind at or above the subject's, the nearest first."""
        start = self.adoption.unit if subject is None else self.units[subject.unit_id]
        for unit in reversed(self._way_to(start)):
            if unit.kind == kind:
                return unit
        return None

    def _way_to(self, unit: Unit) -> list[Unit]:
        return [self.units[int(part)] for part in unit.path.split("/") if part]

    def _panel_at(self, subject: Subject | None) -> list[Owner]:
        start = self.adoption.unit if subject is None else self.units[subject.unit_id]
        for unit in reversed(self._way_to(start)):
            if self.panels.get(unit.pk):
                return [Owner(panel, role=REVIEWER) for panel in self.panels[unit.pk]]
        return []

    def _named(self, name: str) -> list[Owner]:
        found = self.names.find(name)
        return [Owner(found[1], found[0])] if found else []
