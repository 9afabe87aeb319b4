"""Who is there before an import: the people, units and appointments that it may touch."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.person import people_kept
from kaocheng.access.scope import units
from kaocheng.records.models import Appointment, Person, PersonalData, Unit
from kaocheng.records.models.unit import UnitKind


@dataclass(frozen=True)
class Place:
    """An open unit."""

    id: int
    kind: str
    name: str
    short_name: str
    code: str
    parent_id: int | None
    path: str


@dataclass(frozen=True)
class Job:
    """An appointment that holds on the day or begins later."""

    id: int
    role: str
    unit_id: int
    kind: str
    starts_on: date


@dataclass(frozen=True)
class Member:
    """Somebody who works within the unit of the import, or last did."""

    id: int
    version: int
    name: str
    state: str
    values: Mapping[str, object]
    jobs: tuple[Job, ...] = ()


@dataclass
class State:
    """`taken_*` are numbers of people out of reach: known to be taken, and nothing else of them."""

    top: Place
    places: dict[int, Place] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    by_id_number: dict[str, int] = field(default_factory=dict)
    taken_numbers: set[str] = field(default_factory=set)
    taken_id_numbers: set[str] = field(default_factory=set)
    digest: str = ""

    def school_of(self, unit_id: int) -> Place | None:
        """The unit itself, or the school above a group."""
        place = self.places.get(unit_id)
        while place and place.kind == UnitKind.GROUP and place.parent_id is not None:
            place = self.places.get(place.parent_id)
        return place


_PERSON = ("name", "staff_number", "gender", "subject", "title")
_PERSONAL = ("id_number", "phone", "email", "born_on")


def state_before(
    actor: Actor,
    unit: Unit,
    *,
    on: date,
    numbers: Iterable[str],
    id_numbers: Iterable[str],
) -> State:
    """Everything that the plan of an import into the unit depends on, in seven queries."""
    state = State(top=_place(unit))
    rows = units(actor, Permission.IMPORT_ROSTER).filter(path__startswith=unit.path, closes_on=None)
    state.places = {row.pk: _place(row) for row in rows.order_by("pk")}
    jobs = _jobs(unit, on=on)
    _add_members(state, actor, unit, jobs, on=on, numbers=set(numbers))
    _add_taken(state, numbers=set(numbers), id_numbers=set(id_numbers))
    state.digest = _digest(state)
    return state


def _place(unit: Unit) -> Place:
    return Place(
        unit.pk, unit.kind, unit.name, unit.short_name, unit.code, unit.parent_id, unit.path
    )


def _jobs(unit: Unit, *, on: date) -> dict[int, list[Job]]:
    rows = Appointment.objects.unscoped("under the unit, which was fetched under its scope")
    jobs: dict[int, list[Job]] = defaultdict(list)
    fields = ("id", "role", "unit_id", "kind", "starts_on", "person_id")
    for row in (
        rows.filter(Q(ends_on=None) | Q(ends_on__gt=on), unit__path__startswith=unit.path)
        .order_by("pk")
        .values_list(*fields)
    ):
        jobs[row[5]].append(Job(*row[:5]))
    return jobs


def _add_members(
    state: State,
    actor: Actor,
    unit: Unit,
    jobs: Mapping[int, list[Job]],
    *,
    on: date,
    numbers: set[str],
) -> None:
    """Who has a job under the unit, and who of the file last had one within reach."""
    here = Person.objects.unscoped("they work under the unit").filter(pk__in=list(jobs))
    back = people_kept(actor, Permission.IMPORT_ROSTER, on=on).filter(
        appointments__unit__path__startswith=unit.path
    )
    found: dict[int, dict[str, object]] = {}
    for rows in (here, back.exclude(pk__in=list(jobs)).distinct()):
        for row in rows.order_by("pk").values("id", "version", "state", *_PERSON):
            if row["id"] in jobs or row["staff_number"] in numbers:
                found[row["id"]] = row
    data = {
        row["person_id"]: row
        for row in PersonalData.objects.filter(person__in=list(found)).values(
            "person_id", *_PERSONAL
        )
    }
    for pk, row in found.items():
        values = {name: row[name] for name in _PERSON}
        values |= {name: data.get(pk, {}).get(name) or "" for name in _PERSONAL}
        state.members[pk] = Member(
            id=pk,
            version=int(str(row["version"])),
            name=str(row["name"]),
            state=str(row["state"]),
            values=values,
            jobs=tuple(jobs.get(pk, ())),
        )
        if row["staff_number"]:
            state.by_number[str(row["staff_number"])] = pk
        if values["id_number"]:
            state.by_id_number[str(values["id_number"])] = pk


def _add_taken(state: State, *, numbers: set[str], id_numbers: set[str]) -> None:
    """Numbers go as one text: to quote 12,000 one by one takes longer than to find them."""
    new = ",".join(sorted(numbers - state.by_number.keys()))
    others = ",".join(sorted(id_numbers - state.by_id_number.keys()))
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_NUMBERS, {"numbers": new})
        state.taken_numbers = {number for (number,) in cursor.fetchall()}
        cursor.execute(_TAKEN_ID_NUMBERS, {"numbers": others})
        state.taken_id_numbers = {number for (number,) in cursor.fetchall()}


# A number is unique whoever asks; nothing else of its owner is read.
_TAKEN_NUMBERS = """
select staff_number from records_person where staff_number = any(string_to_array(%(numbers)s, ','))
union
select login from records_account where login = any(string_to_array(%(numbers)s, ','))
"""
_TAKEN_ID_NUMBERS = """
select id_number from records_personaldata where id_number <> ''
    and id_number = any(string_to_array(%(numbers)s, ','))
"""


def _digest(state: State) -> str:
    """Of all that was read; the same as long as nobody changes any of it."""
    seen = hashlib.sha256()
    for place in state.places.values():
        seen.update(repr(place).encode())
    for member in state.members.values():
        seen.update(repr((member.id, member.version, member.state, member.jobs)).encode())
        seen.update(repr(sorted(member.values.items())).encode())
    seen.update(repr((sorted(state.taken_numbers), sorted(state.taken_id_numbers))).encode())
    return seen.hexdigest()
