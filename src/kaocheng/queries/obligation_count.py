"""What has been handed in for an obligation: the entries of its duty's register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kaocheng.engine.language.periods import Period
from kaocheng.engine.process.entries import Duty
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_correction import BEHIND
from kaocheng.queries.round_agenda import Window
from kaocheng.records.models import Entry, Obligation, Subject
from kaocheng.records.models.register import Standing

WHY = "what was handed in decides what is still owed"
HANDED_IN = (Standing.COUNTS, Standing.WAITING, Standing.CHECKING)


@dataclass(frozen=True)
class Handed:
    """How many entries count or wait for a signature, and when the last that was needed came."""

    count: int = 0
    waiting: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Line:
    subject_id: int | None
    path: str
    dated: date | None
    period: str
    counts: bool
    at: datetime
    values: Mapping[str, str]

    @property
    def day(self) -> date:
        return self.dated or self.at.astimezone(CHINA).date()


@dataclass
class Handing:
    """The entries of the registers of one adoption, read once for each register.

    `only`: ids of subjects; entries about others are not read, and must not be asked for.
    """

    found: Adopted
    only: tuple[int, ...] | None = None
    _lines: dict[str, list[Line]] = field(default_factory=dict)
    _codes: dict[str, frozenset[str]] = field(default_factory=dict)
    _indexes: dict[tuple[str, str], dict[object, list[Line]]] = field(default_factory=dict)

    def needed(self, duty: Duty, subject: Subject | None) -> int:
        """How many entries fulfil the duty of a subject: one for each row that is asked for."""
        return max(1, duty.at_least, len(self._asked(duty, subject)))

    def count(self, row: Obligation, window: Window, path: str, *, entry: str) -> Handed:
        """What counts for the obligation of a window; of a unit, whatever lies below its path."""
        about = self._about(row, window, path, entry)
        fitting = [line for line in about if self._fits(line, window)]
        asked = self._asked(window.duty, row.subject)
        if asked:
            code = self.found.shape(window.duty.register).code
            fitting = [line for line in fitting if line.values.get(code) in asked]
        fitting.sort(key=lambda line: line.at)
        last = fitting[row.needed - 1].at if len(fitting) >= row.needed else None
        return Handed(len(fitting), sum(not line.counts for line in fitting), last)

    def _asked(self, duty: Duty, subject: Subject | None) -> frozenset[str]:
        """The rows of a table of parameters that each want an entry about the subject.

        Empty where entries are not told apart by such a table; a review is handed in whole.
        """
        if subject is None or not duty.register or duty.at_least > 1:
            return frozenset()
        if duty.register not in self._codes:
            self._codes[duty.register] = frozenset(self._codes_of(duty.register))
        return self._codes[duty.register] if self._is_about(duty, subject) else frozenset()

    def _is_about(self, duty: Duty, subject: Subject) -> bool:
        """Whether the entries are about whom the duty is owed for, and not rows of their own."""
        told = self._base_of(duty) or subject.roster
        return self.found.shape(duty.register).roster == subject.roster == told

    def _codes_of(self, name: str) -> Iterator[str]:
        shape, pack = self.found.shape(name), self.found.pack
        register = pack.registers[name]
        table = pack.parameters.get(shape.rubric)
        if table is None or register.kind != "register":
            return
        same = table.columns[shape.code].type == register.fields[shape.code].type
        if same and set(register.once) - {register.period} == {shape.subject, shape.code}:
            kept = self.found.table(table.id)
            for row in kept.rows:
                code = dict(zip(kept.header, row.cells, strict=False)).get(shape.code)
                if code:
                    yield code

    def _about(self, row: Obligation, window: Window, path: str, entry: str) -> Sequence[Line]:
        register = window.duty.register
        if entry:
            name = self._naming(register, self._base_of(window.duty))
            return self._by_field(register, name).get(entry, []) if name else []
        if row.subject is None:
            return [line for line in self._read(register) if line.path.startswith(path)]
        shape = self.found.shape(register)
        if shape.roster == row.subject.roster:
            return self._by_subject(register).get(row.subject_id, [])
        name = self._naming(register, row.subject.roster)
        if name:
            return self._by_field(register, name).get(row.subject.key, [])
        # A register that names nobody of the kind: whatever their unit has written.
        return [line for line in self._read(register) if line.path.startswith(path)]

    def _base_of(self, duty: Duty) -> str:
        """The register whose rows the duty is owed for."""
        results = self.found.pack.results
        return results[duty.of].of if duty.of in results else duty.of

    def _naming(self, register: str, kind: str) -> str:
        fields = self.found.pack.registers[register].fields
        return next((name for name, one in fields.items() if one.type == kind), "")

    def _fits(self, line: Line, window: Window) -> bool:
        period = window.period
        if period is not None and not window.is_of_a_series and line.period:
            own = self._periods.get(line.period)
            return line.period == period.id or (own is not None and period.contains(own))
        if window.takes_from is not None and line.day < window.takes_from:
            return False
        return window.takes_until is None or line.day < window.takes_until

    @property
    def _periods(self) -> Mapping[str, Period]:
        return {one.id: one for one in self.found.periods}

    def _by_subject(self, register: str) -> dict[object, list[Line]]:
        return self._index(register, "")

    def _by_field(self, register: str, name: str) -> dict[object, list[Line]]:
        return self._index(register, name)

    def _index(self, register: str, name: str) -> dict[object, list[Line]]:
        if (register, name) not in self._indexes:
            found: defaultdict[object, list[Line]] = defaultdict(list)
            for line in self._read(register):
                found[line.values.get(name, "") if name else line.subject_id].append(line)
            self._indexes[register, name] = dict(found)
        return self._indexes[register, name]

    def _read(self, register: str) -> list[Line]:
        if register not in self._lines:
            rows = Entry.objects.unscoped(WHY).filter(
                adoption=self.found.adoption, register=register, standing__in=HANDED_IN
            )
            rows = rows.exclude(BEHIND)
            if self.only is not None:
                rows = rows.filter(subject__in=self.only)
            self._lines[register] = [
                Line(subject, path, day, period, standing == Standing.COUNTS, at, values)
                for subject, path, day, period, standing, at, values in rows.values_list(
                    "subject_id", "unit__path", "date", "period", "standing", "entered_at", "values"
                )
            ]
        return self._lines[register]
