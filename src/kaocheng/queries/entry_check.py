"""Entries before they are written: what they say, whom they are about, and what is wrong.

A fixed number of queries for any number of rows; every problem of every row is found at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kaocheng.access.actor import Actor
from kaocheng.access.entry import may_enter_for_office, subjects_in_sight, subjects_to_enter
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.engine.facts import Reader
from kaocheng.engine.language.registers import Register
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_cells import spelled_all, too_much
from kaocheng.queries.entry_closed import Closed
from kaocheng.queries.entry_later import filled_too_early
from kaocheng.queries.entry_names import Names
from kaocheng.queries.entry_past import units_then
from kaocheng.queries.register_codes import code_resolved, codes_of
from kaocheng.queries.register_route import route_of, who_enters
from kaocheng.queries.register_shape import Shape
from kaocheng.records.models import Entry, Subject
from kaocheng.records.models.register import Standing

WHY = "whether an entry may stand beside those that stand"
# The slots of each row by its line, see `Shape.spine`.
Spines = Mapping[int, Mapping[str, object]]
STANDING = (Standing.WAITING, Standing.CHECKING, Standing.COUNTS)


@dataclass(frozen=True)
class Typed:
    """A row as it was typed: its line in the file or list, and the text of each field."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """One problem of one row; `field` is empty where it is the row as a whole."""

    line: int
    field: str
    problem: Refused
    is_error: bool = True


@dataclass(frozen=True)
class Ready:
    """A row as it would be written. `is_proposed`: by somebody who does not bear the title."""

    line: int
    values: Mapping[str, str]
    subject: Subject | None
    unit_id: int
    is_proposed: bool


@dataclass
class Checked:
    rows: list[Ready] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def errors(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.is_error]

    def by_field(self) -> dict[str, Refused]:
        """The problems of a single row, the first one of each field."""
        found: dict[str, Refused] = {}
        for fault in self.errors:
            found.setdefault(fault.field or "row", fault.problem)
        return found


@dataclass
class Checker:
    """Checks rows of one register for one writer. `replaced`: the entries that a row replaces.

    `asks_who`: whether the actor may enter them, and fills in nothing that is for others.
    """

    actor: Actor
    found: Adopted
    register: Register
    replaced: tuple[Entry, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    may_enter: frozenset[int | None] = frozenset()
    asks_who: bool = True

    def check(self, rows: Sequence[Typed]) -> Checked:
        """What could be written of the rows; nothing of it is written here."""
        spelled = [(row.line, spelled_all(self.register, row.values)) for row in rows]
        names = Names.of(self.found, self.register, [values for _, values in spelled])
        codes = codes_of(self.found, self.register)
        kept = self.replaced[0].values if self.replaced else {}
        for line, values in spelled:
            self._add(line, too_much(self.register, values))
            self._add(line, names.resolve(values))
            self._add(line, code_resolved(codes, values, kept=kept))
            if self.asks_who:
                self._add(line, filled_too_early(self.register, values, self.replaced))
        self._read(spelled)
        known = {line for line, _ in spelled} - {one.line for one in self.faults if one.is_error}
        good = [(line, values) for line, values in spelled if line in known]
        subjects = {line: self._subject(names, values) for line, values in good}
        spines = {line: self.shape.spine(values) for line, values in good}
        if self.asks_who:
            self._check_rights(good, subjects)
        self._check_once(spines)
        self._check_closed(spines)
        return Checked(
            self._ready(good, subjects, spines), sorted(self.faults, key=lambda one: one.line)
        )

    @cached_property
    def shape(self) -> Shape:
        return self.found.shape(self.register.id)

    def _add(self, line: int, problems: Iterable[tuple[str, Refused]]) -> None:
        self.faults += [Fault(line, name, problem) for name, problem in problems]

    def _read(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        """The engine's own reader, on what was not refused already."""
        header = tuple(self.register.fields)
        problems = Problems()
        table = TextTable(
            self.register.id,
            self.register.title,
            header,
            tuple(TextRow(line, tuple(values[name] for name in header)) for line, values in rows),
        )
        Reader(self.found.pack, self.found.periods, problems).table(self.register, table)
        told = {(fault.line, fault.field) for fault in self.faults}
        for one in problems:
            name = header[one.place.column - 1] if one.place.column else ""
            if (one.place.line, name) not in told:
                self.faults.append(Fault(one.place.line, name, refusal(one), _is_error(one)))

    def _subject(self, names: Names, values: Mapping[str, str]) -> Subject | None:
        return names.subject(self.shape.roster, values.get(self.shape.subject, ""))

    def _check_rights(
        self, rows: Sequence[tuple[int, Mapping[str, str]]], subjects: Mapping[int, Subject | None]
    ) -> None:
        asked = {subject.pk if subject else None for subject in subjects.values()}
        self.may_enter = self._entered_by_actor(asked)
        proposed = self._proposed_by_actor(asked - self.may_enter)
        for line, _ in rows:
            subject = subjects[line]
            known = subject.pk if subject else None
            if known not in self.may_enter and known not in proposed:
                whom = subject.name if subject else self.found.adoption.unit.name
                who = who_enters(self.register)
                refused = Refused("K21", register=self.register.title, subject=whom, who=who)
                self.faults.append(Fault(line, self.shape.subject, refused))

    def _entered_by_actor(self, asked: Set[int | None]) -> frozenset[int | None]:
        """Of those asked for (None: nobody of a roster), the ones whom the actor enters for."""
        route = route_of(self.found, self.register.id)
        adoption = self.found.adoption
        ids: set[int | None] = set()
        if (known := _known(asked)) and self.actor.may(Permission.WRITE_ENTRIES):
            rows = subjects_to_enter(self.actor, adoption, route).filter(pk__in=known)
            ids |= set(rows.values_list("pk", flat=True))
        if None in asked and may_enter_for_office(self.actor, adoption, route.enterers):
            ids.add(None)
        return frozenset(ids)

    def _proposed_by_actor(self, asked: Set[int | None]) -> frozenset[int | None]:
        if not (known := _known(asked)):
            return frozenset()
        reach = subjects_in_sight(self.actor, Permission.WRITE_ENTRIES)
        return frozenset(reach.filter(pk__in=known).values_list("pk", flat=True))

    def _check_once(self, spines: Spines) -> None:
        by_once = {str(spine["once"]): line for line, spine in spines.items()}
        by_once.pop("", None)
        if not by_once:
            return
        standing = Entry.objects.unscoped(WHY).filter(
            adoption=self.found.adoption,
            register=self.register.id,
            once__in=by_once,
            standing__in=STANDING,
        )
        others = standing.exclude(pk__in=[entry.pk for entry in self.replaced])
        for entry in others.select_related("subject").order_by("pk"):
            # Of an entry and its correction that waits, the first is named.
            if (line := by_once.pop(entry.once, None)) is not None:
                self.faults.append(Fault(line, "", Refused("K20", entry=words_of(entry))))

    def _check_closed(self, spines: Spines) -> None:
        closed = Closed.of(self.found)
        for line, spine in spines.items():
            day, period = spine["date"], str(spine["period"])
            refused = closed.refusal(day if isinstance(day, date) else None, period)
            if refused is not None:
                name = self.shape.date or self.shape.period
                self.faults.append(Fault(line, name, refused))

    def _ready(
        self,
        rows: Sequence[tuple[int, Mapping[str, str]]],
        subjects: Mapping[int, Subject | None],
        spines: Spines,
    ) -> list[Ready]:
        bad = {fault.line for fault in self.faults if fault.is_error}
        kept = [(line, values) for line, values in rows if line not in bad]
        days = defaultdict(set)
        for line, _ in kept:
            subject, day = subjects[line], spines[line]["date"]
            if subject is not None and isinstance(day, date):
                days[subject].add(day)
        then = units_then(days)
        ready = []
        for line, values in kept:
            subject, day = subjects[line], spines[line]["date"]
            known = subject.pk if subject else None
            unit = subject.unit_id if subject else self.found.adoption.unit_id
            if subject is not None and isinstance(day, date):
                unit = then.get((subject.pk, day), unit)
            ready.append(Ready(line, values, subject, unit, known not in self.may_enter))
        return ready


def refusal(problem: Problem) -> Refused:
    """A problem of the engine's reader as a refusal of ours."""
    return Refused(problem.id, **dict(problem.values))


def words_of(entry: Entry) -> str:
    """Which entry is meant, for a message: number, subject and day as far as there are any."""
    subject = entry.subject.name if entry.subject else ""
    day = entry.date.isoformat() if entry.date else entry.period
    listed = [one for one in (entry.number, subject, day) if one]
    return " ".join([*listed, f"（第 {entry.pk} 号条目）"])


def _known(asked: Iterable[int | None]) -> list[int]:
    return [one for one in asked if one is not None]


def _is_error(problem: Problem) -> bool:
    return problem.severity == "error"
