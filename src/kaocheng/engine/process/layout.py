"""The days of every entry of a process, worked out as they are asked for.

Entries refer to each other (`1 day after end of district`), so days are found on demand, kept, and
a circle is told instead of followed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.process.entries import Draw, Duty, Entry, Objection, Phase, Publicity, Vote
from kaocheng.engine.process.reckoning import (
    Frame,
    Moment,
    Reckoned,
    amount_of,
    day_of,
    in_range,
    latest_start,
    moved,
    reckon,
)
from kaocheng.engine.process.times import (
    EachPeriod,
    End,
    Every,
    Length,
    PhraseFault,
    Unit,
    When,
    Written,
)

MOST_OCCURRENCES = 1_000
_ONE_DAY = timedelta(days=1)

_Key = tuple[str, End | None, Period | None]
Timed = Phase | Duty | Publicity | Objection | Vote | Draw


@dataclass(frozen=True)
class Posting:
    """Publicity on the calendar: from `first` to `last`, posted on `latest` at the latest."""

    first: date | None
    last: date | None
    latest: date | None
    by: date | None
    awaited: frozenset[int]
    waits: tuple[str, ...]


@dataclass
class Layout:
    """`problems` gathers whatever is wrong with a phrase once days are asked of it."""

    process: Process
    frame: Frame
    until: date
    problems: Problems
    _known: dict[_Key, Reckoned] = field(default_factory=dict)
    _path: list[_Key] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.entries: dict[str, Timed] = {entry.id: entry for entry in timed(self.process)}
        self.frame = replace(self.frame, entry=self.entry, entry_names=tuple(self.entries))

    # Phrases

    def days(self, written: Written[When] | None, period: Period | None = None) -> Reckoned:
        """The days of a phrase; nothing, and a problem, where it has none."""
        if written is None:
            return Reckoned()
        try:
            return reckon(written.tree, replace(self.frame, period=period))
        except PhraseFault as fault:
            self._note_fault(written.source.inside(fault.at), fault)
            return Reckoned()

    def amount(self, written: Written[Length]) -> tuple[int | None, tuple[str, ...]]:
        try:
            return amount_of(written.tree, self.frame)
        except PhraseFault as fault:
            self._note_fault(written.source.inside(fault.at), fault)
            return None, ()

    def _note_fault(self, place: Place, fault: PhraseFault) -> None:
        self.problems.add(fault.id, place, **fault.values)

    def note(self, entry: Entry, id: str, **values: object) -> None:
        """Add a problem at `entry`, unless it is only a hint and the entry accepts it."""
        found = Problems()
        found.add(id, entry.place, **values)
        if found.errors or id not in entry.accept:
            self.problems.extend(found)

    def word(self, setting: SettingValue | None, default: str) -> str:
        """The word of a setting, written or chosen by its parameter."""
        if setting is None:
            return default
        if setting.word:
            return setting.word
        value = self.frame.parameters.get(setting.parameter)
        if value in setting.options:
            return str(value)
        if setting.parameter not in self.frame.parameters:
            near = difflib.get_close_matches(setting.parameter, self.frame.parameters, n=1)
            hint = f"是不是想写“{near[0]}”？" if near else ""
            self.problems.add("P06", setting.place, name=setting.parameter, hint=hint)
        else:
            want = "、".join(setting.options)
            name = setting.parameter
            self.problems.add("P08", setting.place, name=name, found=f"“{value}”", want=want)
        return default

    # Entries

    def entry(
        self, name: str, period: Period | None = None, end: End | None = None
    ) -> Reckoned | None:
        """The days of the entry called `name`, or one end of it; None when there is none.

        The ends of a phase are found apart: one may rest on the other, by way of other entries.
        """
        entry = self.entries.get(name)
        if entry is None:
            return None
        apart = isinstance(entry, Phase) and (entry.begins is not None or entry.ends is not None)
        key = (name, end if apart else None, period)
        if key not in self._known:
            if key in self._path:
                names = [step[0] for step in (*self._path, key)]
                raise PhraseFault("P07", 0, cycle=" → ".join(names))
            self._path.append(key)
            try:
                self._known[key] = self._days_of(entry, period, key[1])
            finally:
                self._path.pop()
        return self._known[key]

    def _days_of(self, entry: Timed, period: Period | None, end: End | None) -> Reckoned:
        match entry:
            case Phase() if end is not None:
                return self.days(entry.begins if end == "start" else entry.ends)
            case Phase():
                return self._phase(entry)
            case Duty():
                return self._duty(entry, period)
            case Publicity():
                posting = self.posting(entry)
                return Reckoned(posting.first, posting.last, posting.awaited, posting.waits)
            case Objection():
                filed = self.days(entry.within)
                answer = self.days(entry.answer)
                return joined(filed, answer) if entry.answer else filed
            case Vote():
                happened = self.frame.events.get(entry.passed)
                return Reckoned(happened, happened) if happened else self.days(entry.by)
            case Draw():
                return self.days(entry.by)

    def _phase(self, phase: Phase) -> Reckoned:
        if phase.begins is None and phase.ends is None:
            return self._phase_around(phase) or Reckoned()
        begins = self.entry(phase.id, None, "start") or Reckoned()
        return joined(begins, self.entry(phase.id, None, "end") or Reckoned())

    def _phase_around(self, entry: Phase | Duty) -> Reckoned | None:
        """The days of the phase that `entry` belongs to, where it names one."""
        try:
            return self.entry(entry.within) if entry.within else None
        except PhraseFault as fault:  # phases within each other
            self._note_fault(entry.place, fault)
            return None

    def _duty(self, duty: Duty, period: Period | None) -> Reckoned:
        """Due `by`; without it within the period, else within the phase."""
        own = self.period_of(duty, period)
        if duty.by is not None:
            due = self._strictly(duty, self.days(duty.by, own))
        else:
            due = Reckoned() if own is None else Reckoned(own.first, own.last)
            phase = self._phase_around(duty)
            due = due if phase is None else clipped(due, phase)
        return joined(self.days(duty.begins, own), due) if duty.begins else due

    def _strictly(self, duty: Duty, due: Reckoned) -> Reckoned:
        """“……日前” without the named day (D11): the day before."""
        if due.last is None or self.word(duty.reading, "lenient") == "lenient":
            return due
        last = day_of(due.last) - _ONE_DAY
        if not in_range(last):
            self.problems.add("P12", duty.place)
            return Reckoned()
        first = last if due.first == due.last else due.first
        return replace(due, first=first, last=last)

    def period_of(self, duty: Duty, around: Period | None) -> Period | None:
        """The period of a recurring duty that is meant where `around` (or the start) stands."""
        if duty.each is None:
            return None
        match duty.each.tree:
            case EachPeriod(kind=kind) if around is None or around.kind != kind:
                day = self.frame.start if around is None else around.first
                return self.frame.periods.containing(kind, day)
            case Every() if around is None or around.kind != "occurrence":
                return next(self.occurrences(duty), None)
            case _:
                return around

    def posting(self, entry: Publicity) -> Posting:
        """Where publicity lies: as posted, or as early as it may be; and the latest day to post."""
        posted = self.frame.events.get(entry.posted)
        begins = self.days(entry.begins) if posted is None else Reckoned(posted, posted)
        by = self.days(entry.by)
        amount, unknown = self.amount(entry.length)
        waits = (*begins.waits, *by.waits, *unknown)
        if posted is None and entry.begins is None and entry.posted:
            waits = (*waits, entry.posted)
        open_ends = Posting(
            first=None if begins.first is None else day_of(begins.first),
            last=None,
            latest=None,
            by=None if by.last is None else day_of(by.last),
            awaited=begins.awaited | by.awaited,
            waits=waits,
        )
        if amount is None or entry.length.tree.unit in ("hour", "minute"):
            return open_ends  # hours are told as P28
        try:
            counted = self._counted(open_ends, entry, amount)
        except (OverflowError, ValueError):  # WorkdayError, and dates that Python cannot hold
            counted = None
        ends = () if counted is None else (counted.last, counted.latest)
        if counted is None or not all(in_range(day) for day in ends if day is not None):
            self.problems.add("P12", entry.length.place)
            return open_ends
        return counted

    def _counted(self, posting: Posting, entry: Publicity, amount: int) -> Posting:
        """`posting` with the end of the publicity, and the latest day to post."""
        unit, calendar = entry.length.tree.unit, self.frame.calendar
        if posting.first is not None:
            last, awaited = moved(posting.first, amount, unit, "from", calendar=calendar)
            posting = replace(posting, last=last, awaited=posting.awaited | awaited)
        if posting.by is not None:
            latest, awaited = latest_start(posting.by, amount, unit, calendar=calendar)
            posting = replace(posting, latest=latest, awaited=posting.awaited | awaited)
        return posting

    def answered_at_latest(self, entry: Objection) -> Moment | None:
        """The last day an answer may be given: filed as it was, or on the last day to file."""
        filed = self.frame.events.get(entry.filed) or self.days(entry.within).last
        if filed is None or entry.answer is None:
            return None
        events = {**self.frame.events, entry.filed: filed}
        try:
            return reckon(entry.answer.tree, replace(self.frame, events=events)).last
        except PhraseFault:  # noted where the answer's own row is made
            return None

    # Recurrence

    def occurrences(self, duty: Duty) -> Iterator[Period]:
        """Every period or day of a recurring duty up to `until`, inside its phase."""
        assert duty.each is not None
        first, last = self.frame.start, self.until
        phase = self._phase_around(duty)
        if phase is not None and phase.first is not None and phase.last is not None:
            first, last = max(first, day_of(phase.first)), min(last, day_of(phase.last))
        match duty.each.tree:
            case EachPeriod(kind=kind):
                yield from self.frame.periods.between(kind, first, last)
            case Every() as every:
                yield from self._days_every(duty, every, first, last)

    def _days_every(self, duty: Duty, every: Every, first: date, last: date) -> Iterator[Period]:
        assert duty.each is not None
        begins = self.days(Written(duty.each.source, every.first))
        ends = Reckoned(last, last)
        if every.last is not None:
            ends = self.days(Written(duty.each.source, every.last))
        if begins.first is None or ends.last is None:
            return
        day = begin = day_of(begins.first)
        if every.weekday is not None:
            day = begin = day + timedelta(days=(every.weekday - day.weekday()) % 7)
        last = min(last, day_of(ends.last))
        amount = every.interval.amount
        assert isinstance(amount, int)
        number = 0
        while day <= last:
            if day >= first:
                yield Period(day, day, "occurrence", day.isoformat(), day.isoformat())
            number += amount
            # Counted from the first day, so that a series begun on a 31st keeps to month ends.
            day = self._after(begin, number, every.interval.unit) or date.max

    def _after(self, begin: date, number: int, unit: Unit) -> date | None:
        try:
            return moved(begin, number, unit, "after", calendar=self.frame.calendar)[0]
        except (OverflowError, ValueError):  # past every date there is
            return None


def timed(process: Process) -> Iterable[Timed]:
    """The entries that phrases of time can name."""
    return (
        *process.phases,
        *process.duties,
        *process.publicity,
        *process.objections,
        *process.votes,
        *process.draws,
    )


def all_entries(process: Process) -> Iterable[Entry]:
    return (*timed(process), *process.gates, *process.effects, *process.routes)


def joined(begins: Reckoned, ends: Reckoned) -> Reckoned:
    """From the first day of one to the last day of the other."""
    waits = tuple(dict.fromkeys((*begins.waits, *ends.waits)))
    return Reckoned(begins.first, ends.last, begins.awaited | ends.awaited, waits)


def clipped(around: Reckoned, phase: Reckoned) -> Reckoned:
    """The part of `around` inside `phase`; all of `phase` where `around` has no days."""
    if around.first is None or around.last is None:
        return phase
    if phase.first is None or phase.last is None:
        return replace(around, waits=phase.waits)
    first = max(day_of(around.first), day_of(phase.first))
    last = min(day_of(around.last), day_of(phase.last))
    return replace(around, first=first, last=last, awaited=around.awaited | phase.awaited)
