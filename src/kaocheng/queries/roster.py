"""What an import would do: who is new, changed, unchanged or leaving, and what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kaocheng.access.actor import Actor
from kaocheng.access.roles import givable_roles, role_title
from kaocheng.formats.person_values import FIELDS
from kaocheng.formats.roster import Roster
from kaocheng.formats.roster_entries import Entries, Entry, Fault, fault_at, read_entries
from kaocheng.queries.roster_state import Job, Member, Place, State, state_before
from kaocheng.records.models import Unit
from kaocheng.records.models.appointment import AppointmentKind
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind

TEACHING = ("member", "workshop_leader")


@dataclass(frozen=True)
class Target:
    """Where an entry belongs: a unit, and a group in it that may not be there yet."""

    unit_id: int
    new_group: str = ""


@dataclass(frozen=True)
class New:
    entry: Entry
    target: Target
    role: str


@dataclass(frozen=True)
class Changed:
    """`values` are new by field; `start` a role to be taken up, `end` appointments to be ended."""

    entry: Entry
    member: Member
    values: Mapping[str, object]
    target: Target
    start: str = ""
    end: tuple[int, ...] = ()
    comes_back: bool = False


@dataclass(frozen=True)
class Twin:
    """Somebody new with the name of somebody who is there: whoever imports says which it is."""

    line: int
    name: str
    member_id: int
    where: str


@dataclass
class Plan:
    """The whole of a dry run; nothing of it is written."""

    new: list[New] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unchanged: int = 0
    leaving: list[Member] = field(default_factory=list)
    groups: list[tuple[int, str]] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    digest: str = ""

    @property
    def errors(self) -> int:
        return sum(fault.is_error for fault in self.faults)


def plan_import(
    actor: Actor,
    unit: Unit,
    roster: Roster,
    *,
    on: date,
    same_as: Mapping[int, int] | None = None,
) -> tuple[Plan, State]:
    """Compare the roster with who is there; `same_as` settles twins: line and person, 0 for none.

    Whoever asks has fetched the unit under IMPORT_ROSTER.
    """
    entries = read_entries(roster)
    state = state_before(
        actor,
        unit,
        on=on,
        numbers=entries.named,
        id_numbers=[entry.text("id_number") for entry in entries.people],
    )
    planner = _Planner(actor, roster, state, same_as or {})
    for entry in entries.people:
        planner.place(entry)
    for entry in entries.faulty:
        planner.look_for_unit(entry)
    plan = planner.plan
    plan.faults = sorted([*entries.faults, *plan.faults], key=lambda one: (one.line, one.column))
    plan.leaving = planner.leaving(entries)
    plan.digest = state.digest
    return plan, state


class _Planner:
    def __init__(
        self, actor: Actor, roster: Roster, state: State, same_as: Mapping[int, int]
    ) -> None:
        self.actor, self.roster, self.state, self.same_as = actor, roster, state, same_as
        self.plan = Plan()
        self.schools: set[int] = set()
        self._settled: set[int] = set()
        self._groups: dict[tuple[int, str], Target] = {}
        self._by_name = _places_by_name(state)
        self._below = {(one.parent_id, one.name): one.id for one in state.places.values()}
        self._roles: dict[tuple[str, str], tuple[str, ...]] = {}
        self._namesakes: dict[tuple[int, str], list[Member]] = defaultdict(list)
        for member in state.members.values():
            for school in {state.school_of(job.unit_id) for job in member.jobs}:
                if school:
                    self._namesakes[school.id, member.name].append(member)

    def place(self, entry: Entry) -> None:
        """Put one entry where it belongs in the plan."""
        target = self._target(entry)
        member = self._member(entry)
        if target is None or isinstance(member, Fault):
            return
        place = self.state.places[target.unit_id]
        kind = UnitKind.GROUP if target.new_group else place.kind
        role = entry.text("role") or "member"
        if not self._may_give(role, kind, place):
            where = target.new_group or place.name
            self._fault(entry, "role", "W48", unit=where, role=role_title(role, kind))
            return
        school = self.state.school_of(target.unit_id)
        if school:
            self.schools.add(school.id)
        if member is None:
            self._add_new(entry, target, role, school)
        else:
            self._settled.add(member.id)
            self._compare(entry, member, target, role)

    def look_for_unit(self, entry: Entry) -> None:
        """Everything that is wrong with a row is told at once."""
        self._unit(entry)

    def leaving(self, entries: Entries) -> list[Member]:
        """Who works in a school of the file and is not in it; whoever imports is never leaving."""
        return [
            member
            for member in self.state.members.values()
            if member.id not in self._settled
            and member.id != self.actor.person_id
            and member.values["staff_number"] not in entries.named
            and any(self._is_teaching_there(job) for job in member.jobs)
        ]

    def _is_teaching_there(self, job: Job) -> bool:
        school = self.state.school_of(job.unit_id)
        return (
            school is not None
            and school.id in self.schools
            and job.role in TEACHING
            and job.kind == AppointmentKind.REGULAR
        )

    def _target(self, entry: Entry) -> Target | None:
        unit = self._unit(entry)
        if unit is None:
            return None
        if not entry.group or entry.group == unit.name:
            return Target(unit.id)
        if (unit.id, entry.group) not in self._groups:
            self._groups[unit.id, entry.group] = self._group(unit, entry.group)
        return self._groups[unit.id, entry.group]

    def _unit(self, entry: Entry) -> Place | None:
        if not entry.unit:
            if self.state.top.kind in (UnitKind.CITY, UnitKind.DISTRICT, UnitKind.TOWN):
                self._fault(entry, "unit", "W56", field="学校")
                return None
            return self.state.top
        found = self._by_name.get(entry.unit, [])
        if len(found) == 1:
            return found[0]
        where = "（有几个同名的，请写机构代码）" if found else f"（{self.state.top.name}范围内）"
        self._fault(entry, "unit", "W57", name=entry.unit[:40], where=where)
        return None

    def _group(self, unit: Place, name: str) -> Target:
        below = self._below.get((unit.id, name))
        if below is not None:
            return Target(below)
        self.plan.groups.append((unit.id, name))
        return Target(unit.id, new_group=name)

    def _member(self, entry: Entry) -> Member | Fault | None:
        """Who of those that are there it is; a fault where the number is somebody else's."""
        state, number = self.state, entry.text("staff_number")
        found = state.by_number.get(number)
        if found is None and number in state.taken_numbers:
            return self._fault(entry, "staff_number", "W51", field="师训编号")
        if found is None:
            found = self._said_to_be(entry)
        if found in self._settled:
            return self._fault(entry, "staff_number", "W51", field="师训编号")
        id_number = entry.text("id_number")
        owner = state.by_id_number.get(id_number) if id_number else None
        if id_number in state.taken_id_numbers or (owner is not None and owner != found):
            return self._fault(entry, "id_number", "W51", field="身份证号")
        return state.members.get(found) if found is not None else None

    def _said_to_be(self, entry: Entry) -> int | None:
        """Whom the reader chose, if it is one of those who were offered."""
        member = self.state.members.get(self.same_as.get(entry.line, 0))
        return member.id if member and member.name == entry.text("name") else None

    def _may_give(self, role: str, kind: str, place: Place) -> bool:
        key = (kind, place.path if kind == place.kind else "")
        if key not in self._roles:
            self._roles[key] = givable_roles(self.actor, unit_kind=kind, unit_path=key[1])
        return role in self._roles[key]

    def _add_new(self, entry: Entry, target: Target, role: str, school: Place | None) -> None:
        self.plan.new.append(New(entry, target, role))
        if school is None or entry.line in self.same_as:
            return
        for member in self._namesakes.get((school.id, entry.text("name")), []):
            where = self._where(member)
            group = f"（{where}）" if where else ""
            self._fault(entry, "name", "W52", unit=school.name, name=member.name, group=group)
            self.plan.twins.append(Twin(entry.line, member.name, member.id, where))

    def _where(self, member: Member) -> str:
        places = [self.state.places[job.unit_id].name for job in member.jobs]
        return "、".join(dict.fromkeys(places))

    def _compare(self, entry: Entry, member: Member, target: Target, role: str) -> None:
        values = {
            name: value
            for name, value in entry.values.items()
            if name in member.values and value not in ("", None, member.values[name])
        }
        start, end = self._move(entry, member, target, role)
        comes_back = member.state != PersonState.ACTIVE
        if values or start or end or comes_back:
            self.plan.changed.append(Changed(entry, member, values, target, start, end, comes_back))
        else:
            self.plan.unchanged += 1

    def _move(
        self, entry: Entry, member: Member, target: Target, role: str
    ) -> tuple[str, tuple[int, ...]]:
        """The role to be taken up, and what ends for it; nothing where the file is already met.

        A file that names only the school is met by any job in it; one without a role, by any role.
        """
        path = self.state.places[target.unit_id].path
        there = [
            job
            for job in member.jobs
            if not target.new_group
            and (
                job.unit_id == target.unit_id
                or (not entry.group and self.state.places[job.unit_id].path.startswith(path))
            )
        ]
        if any(job.role == role or not entry.has_role for job in there):
            return "", ()
        ended = tuple(
            job.id
            for job in member.jobs
            if job not in there
            and job.role == role
            and role in TEACHING
            and job.kind == AppointmentKind.REGULAR
        )
        return role, ended

    def _fault(self, entry: Entry, name: str, id: str, /, **values: object) -> Fault:
        fault = fault_at(self.roster, entry.line, name, id, **values)
        self.plan.faults.append(fault)
        return fault


def _places_by_name(state: State) -> dict[str, list[Place]]:
    """Units by name, short name and code; a group is found through its school."""
    found: dict[str, list[Place]] = defaultdict(list)
    for place in state.places.values():
        for name in {place.name, place.short_name, place.code} - {""}:
            found[name].append(place)
    return found


def counts_of(plan: Plan) -> dict[str, int]:
    return {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "leaving": len(plan.leaving),
        "groups": len(plan.groups),
        "errors": plan.errors,
        "doubts": len(plan.faults) - plan.errors,
        "twins": len({twin.line for twin in plan.twins}),
    }


_SHOWN = 200


def preview_of(plan: Plan, state: State, roster: Roster) -> dict[str, object]:
    """What the page lists; of personal data only that it changes."""
    return {
        "new": [
            [one.entry.line, one.entry.text("name"), _target_name(one.target, state)]
            for one in plan.new[:_SHOWN]
        ],
        "changed": [
            [one.entry.line, one.member.name, _changes(one, state)] for one in plan.changed[:_SHOWN]
        ],
        "leaving": [
            [member.id, member.name, _units(member.jobs, state)] for member in plan.leaving[:_SHOWN]
        ],
        "groups": [[state.places[unit].name, name] for unit, name in plan.groups[:_SHOWN]],
        "twins": [[one.line, one.name, one.member_id, one.where] for one in plan.twins],
        "unknown": list(roster.unknown),
        "skipped": roster.skipped,
        "sheet": roster.sheet,
    }


def _target_name(target: Target, state: State) -> str:
    return target.new_group or state.places[target.unit_id].name


def _units(jobs: Sequence[Job], state: State) -> str:
    return "、".join(dict.fromkeys(state.places[job.unit_id].name for job in jobs))


def _changes(one: Changed, state: State) -> list[list[str]]:
    """Field, old and new of each change, in words."""
    lines = []
    for name, value in one.values.items():
        about = FIELDS[name]
        old = one.member.values[name]
        if about.is_personal:
            lines.append([about.title, "已登记" if old else "未登记", "有改动"])
        else:
            lines.append([about.title, str(old), str(value)])
    if one.start:
        target = state.places[one.target.unit_id]
        kind = UnitKind.GROUP if one.target.new_group else target.kind
        ended = [job for job in one.member.jobs if job.id in one.end]
        new = f"{_target_name(one.target, state)} {role_title(one.start, kind)}"
        lines.append(["任职", _units(ended, state) or "—", new])
    if one.comes_back:
        lines.append(["状态", PersonState(one.member.state).label, PersonState.ACTIVE.label])
    return lines
