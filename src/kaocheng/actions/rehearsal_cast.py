"""Units and people made up for a rehearsal, from the rosters of a scheme's example."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kaocheng.access.actor import Actor
from kaocheng.access.grants import MEMBER, REVIEWER
from kaocheng.access.holding import office_role
from kaocheng.access.round import SOURCE
from kaocheng.access.task import sharing
from kaocheng.actions.fact_load import Place
from kaocheng.engine.language.registers import Register
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.holders import suggested
from kaocheng.queries.actor import appointments_today
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import (
    Adoption,
    Appointment,
    Obligation,
    Person,
    SchemeVersion,
    Task,
    Unit,
    UnitPast,
)
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.task import TaskState

WHY = "a rehearsal owns everything that it has made"
LONG_AGO = date(2000, 1, 1)
# Words in the title of a roster whose rows are units, and which kind they are.
_KINDS = (
    (r"区|县", "district"),
    (r"乡镇|学区|中心学校", "town"),
    (r"学校|幼儿园|校区|园所", "school"),
    (r"部门|科室|处室|机关|单位", "department"),
    (r"组", "group"),
)


@dataclass
class Stage:
    """One city with an officer; a unit with its head for each row of a roster that is one."""

    version: SchemeVersion
    people: dict[int, Person] = field(default_factory=dict)  # by id
    _units: dict[tuple[str, str], Unit] = field(default_factory=dict)
    _heads: dict[tuple[int, str], Person] = field(default_factory=dict)

    @cached_property
    def city(self) -> Unit:
        return self._unit("演练市", "city", None)

    @cached_property
    def officer(self) -> Person:
        return self._heads[self.city.pk, office_role("city")]

    def adopt(self) -> Adopted:
        """In force, with the parameters and periods of the example and the suggested holders."""
        tables = example_tables(self.version)
        adoption = Adoption(
            unit=self.city,
            scheme=self.version,
            title=self.version.title[:120],
            state=AdoptionState.IN_FORCE,
            made_at=CLOCK.now(),
            approved_at=CLOCK.now(),
        )
        pack = adopted(adoption).pack
        for name, parameter in pack.parameters.items():
            if parameter.type == "table" and name in tables:
                rows = [tables[name].header, *(row.cells for row in tables[name].rows)]
                adoption.parameters[name] = [list(row) for row in rows]
        if "parameters" in tables:
            adoption.parameters |= {row.cells[0]: row.cells[1] for row in tables["parameters"].rows}
        if "periods" in tables:
            adoption.periods = [list(row.cells) for row in tables["periods"].rows]
        adoption.holders = {title: [suggested(title).kept()] for title in titles_of(pack)}
        adoption.save()
        panel = self._unit("演练专家组", "panel", None, keeper=self.city)
        self._person("演练专家", REVIEWER, panel)
        return adopted(adoption)

    def place(self, roster: str, values: Mapping[str, str]) -> Place:
        register = self._register(roster)
        if _is_of_people(register):
            unit = self._around(register, values)
            name = values.get(register.name, "") or values[register.key]
            return Place(unit, self._person(name, MEMBER, unit))
        return Place(self._of_row(register, values))

    def actor(self, person: Person) -> Actor:
        held = appointments_today(person.pk)
        return Actor(None, person.pk, person.name, held[0] if held else None, held)

    def owner_of(self, row: Obligation) -> Actor | None:
        """Somebody who has the task of the obligation."""
        first = Obligation.objects.unscoped(WHY).filter(
            round=row.round_id, duty=row.duty, period=row.period
        )
        tasks = Task.objects.unscoped(WHY).filter(
            source_kind=SOURCE,
            source_id=str(first.order_by("pk").values_list("pk", flat=True)[0]),
            state=TaskState.OPEN,
        )
        person = row.subject.person_id if row.subject is not None else None
        for task in tasks.order_by("pk"):
            if task.person_id is not None and task.person_id in (person, None):
                return self.actor(self.people[task.person_id])
            if task.person_id is None and task.unit_id == row.unit_id:
                heads = (self._heads.get((task.unit_id, role)) for role in sharing(task.role))
                head = next((one for one in heads if one is not None), None)
                return None if head is None else self.actor(head)
        return None

    def _register(self, roster: str) -> Register:
        return self._pack_registers[roster]

    @cached_property
    def _pack_registers(self) -> Mapping[str, Register]:
        return adopted(Adoption(scheme=self.version, unit=self.city)).pack.registers

    @cached_property
    def _rows(self) -> dict[tuple[str, str], Mapping[str, str]]:
        tables = example_tables(self.version)
        return {
            (one.id, values[one.key]): values
            for one in self._pack_registers.values()
            if one.kind == "roster" and one.id in tables
            for values in (
                dict(zip(tables[one.id].header, row.cells, strict=True))
                for row in tables[one.id].rows
            )
        }

    def _of_row(self, register: Register, values: Mapping[str, str]) -> Unit:
        """The unit that a row is; where its roster is of nothing that is a unit, what is around."""
        key = (register.id, values[register.key])
        if key not in self._units:
            kind = next((kind for words, kind in _KINDS if re.search(words, register.title)), "")
            around = self._around(register, values)
            name = values.get(register.name, "") or values[register.key]
            self._units[key] = self._unit(name[:120], kind, around) if kind else around
        return self._units[key]

    def _around(self, register: Register, values: Mapping[str, str]) -> Unit:
        """The unit of a row that the row names, else the city."""
        for name, one in register.fields.items():
            row = self._rows.get((one.type, values.get(name, "")))
            other = self._pack_registers.get(one.type)
            if row is None or other is None or other.id == register.id:
                continue
            if not _is_of_people(other):
                return self._of_row(other, row)
        return self.city

    def _unit(self, name: str, kind: str, parent: Unit | None, keeper: Unit | None = None) -> Unit:
        made = Unit(
            name=name, kind=kind, parent=parent, keeper=keeper, pinyin=name, opens_on=LONG_AGO
        )
        made.save()
        made.path = f"{parent.path if parent else ''}{made.pk:012d}/"
        made.save(update_fields=["path"])
        UnitPast(
            unit=made, starts_on=LONG_AGO, kind=kind, name=name, parent=parent, path=made.path
        ).save()
        if kind != "panel":
            self._person(f"{name}负责人"[:40], office_role(kind), made)
        return made

    def _person(self, name: str, role: str, unit: Unit) -> Person:
        made = Person(name=name[:40], pinyin="", staff_number=f"YL-{len(self.people) + 1:05d}")
        made.save()
        Appointment(person=made, role=role, unit=unit, starts_on=LONG_AGO).save()
        self.people[made.pk] = made
        self._heads.setdefault((unit.pk, role), made)
        return made


def _is_of_people(register: Register) -> bool:
    return bool(register.name) and register.fields[register.name].personal
