"""The agenda of a round: what falls on which day, in each unit as it goes there.

What has happened in a unit holds for everything below it; where something happened of its own, the
agenda is reckoned again for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.process import Process
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.entries import Duty
from kaocheng.engine.process.reckoning import Moment, day_of
from kaocheng.engine.process.rows import Row
from kaocheng.engine.process.times import EachPeriod
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.round_periods import is_about, other_periods, own_period
from kaocheng.records.models import Round, RoundEvent

WHY = "the course of a round is the same for everybody in it"
ONE_DAY = timedelta(days=1)
_ESCALATION = re.compile(r"\.escalation_(\d+)$")


@dataclass(frozen=True)
class Window:
    """When one duty is owed: the moments at which it begins, is due and is handed on.

    Entries dated from `takes_from` up to (not on) `takes_until` count for it.
    """

    duty: Duty
    period: Period | None
    begins: datetime | None
    due: datetime | None
    escalations: tuple[datetime | None, ...] = ()
    takes_from: date | None = None
    takes_until: date | None = None

    @property
    def period_id(self) -> str:
        return "" if self.period is None else self.period.id

    @property
    def is_of_a_series(self) -> bool:
        """Owed on days that are counted out (every 2 weeks), not in periods that have a name."""
        return self.duty.each is not None and not isinstance(self.duty.each.tree, EachPeriod)


class Agendas:
    """The agendas of a round, by what has happened in a unit."""

    def __init__(
        self, work: Round, found: Adopted, events: tuple[RoundEvent, ...] | None = None
    ) -> None:
        self.work = work
        self.found = found
        self._events = events
        self._laid: dict[frozenset[tuple[str, datetime]], Agenda] = {}
        self._windows: dict[int, dict[tuple[str, str], Window]] = {}
        self._by_duty: dict[int, Mapping[str, list[Window]]] = {}

    @cached_property
    def events(self) -> tuple[RoundEvent, ...]:
        """Those of units, in their order, those above first; tickets have their own."""
        if self._events is not None:
            return self._events
        rows = RoundEvent.objects.unscoped(WHY).filter(round=self.work, entry=None)
        return tuple(rows.select_related("unit").order_by("unit__path", "pk"))

    def happened(self, path: str) -> dict[str, datetime]:
        """What has happened in the unit on that path or above it; the nearest counts."""
        return {
            event.name: event.happened_at
            for event in self.events
            if path.startswith(event.unit.path)
        }

    @cached_property
    def whole(self) -> Agenda:
        """The agenda of the unit whose round it is."""
        return self.at(self.work.unit.path)

    @cached_property
    def own_start(self) -> date | None:
        """The day that the process itself begins on, whatever the round says."""
        return lay_out(
            self.found.process,
            parameters=self.found.parameters,
            periods=self.found.periods,
            calendar=mainland_calendar(),
        ).start

    @cached_property
    def period(self) -> Period | None:
        return own_period(self.found, self.work)

    def at(self, path: str) -> Agenda:
        happened = self.happened(path)
        known = frozenset(happened.items())
        if known not in self._laid:
            self._laid[known] = self._lay_out(self.found.process, happened)
        return self._laid[known]

    def windows(self, path: str) -> Mapping[tuple[str, str], Window]:
        """The windows of all duties in the unit on that path, by duty and period."""
        agenda = self.at(path)
        if id(agenda) not in self._windows:
            listed = self._windows_of(agenda, self.found.process.duties)
            self._windows[id(agenda)] = {(one.duty.id, one.period_id): one for one in listed}
        return self._windows[id(agenda)]

    def of_duty(self, duty: str, path: str) -> Sequence[Window]:
        """The windows of one duty in the unit on that path, in their order."""
        windows = self.windows(path)
        if id(windows) not in self._by_duty:
            listed: defaultdict[str, list[Window]] = defaultdict(list)
            for one in windows.values():
                listed[one.duty.id].append(one)
            self._by_duty[id(windows)] = listed
        return self._by_duty[id(windows)].get(duty, ())

    def alone(
        self, duties: Sequence[Duty], happened: Mapping[str, datetime]
    ) -> Mapping[str, Window]:
        """The windows of these duties by themselves, as if just this had happened."""
        whole = self.found.process
        own = Process(
            start=whole.start,
            year_starts=whole.year_starts,
            events=whole.events,
            duties=tuple(duties),
        )
        return {one.duty.id: one for one in self._windows_of(self._lay_out(own, happened), duties)}

    def _lay_out(self, process: Process, happened: Mapping[str, datetime]) -> Agenda:
        events: dict[str, Moment] = {
            name: at.astimezone(CHINA).replace(tzinfo=None) for name, at in happened.items()
        }
        known = process.events
        start = self.work.starts_on
        until = self.period.last if self.period and self.period.last > start else None
        return lay_out(
            process,
            start=start,
            until=until,
            events={name: at for name, at in events.items() if name in known},
            parameters=self.found.parameters,
            periods=self.found.periods,
            calendar=mainland_calendar(),
            titles=self.found.pack.period_kinds,
        )

    def _windows_of(self, agenda: Agenda, duties: Iterable[Duty]) -> Iterator[Window]:
        for duty in duties:
            rows = [
                row
                for row in agenda.rows
                if row.kind == "duty" and _is_of(row, duty) and self.is_ours(row.period)
            ]
            plain = [row for row in rows if row.id == _base(duty, row)]
            listed = [self._window(agenda, duty, row, rows) for row in plain]
            listed.sort(key=lambda one: one.takes_from or date.min)
            for at, one in enumerate(listed):
                last = listed[at + 1].takes_from if at + 1 < len(listed) else None
                yield replace(one, takes_until=last if duty.each is not None else None)

    def is_ours(self, period: Period | None) -> bool:
        """Whether a duty of that period is owed in this round, and not in another one.

        Of rounds whose periods contain it the one with the shortest; what has no period of its own
        falls to the round with the longest.
        """
        own = self.period
        if own is None:
            return True
        if period is None or period.kind == "occurrence":
            return not any(one.contains(own) for one in other_periods(self.found, self.work))
        return is_about(self.found, self.work, period)

    def _window(self, agenda: Agenda, duty: Duty, row: Row, rows: list[Row]) -> Window:
        steps = {
            int(found.group(1)): one
            for one in rows
            if (found := _ESCALATION.search(one.id)) and _base(duty, one) == row.id
        }
        begins, own = self._begins(agenda, duty, row)
        waits = row.ends is None and bool(row.depends_on)
        return Window(
            duty=duty,
            period=row.period,
            begins=None if waits else moment_from(begins),
            due=None if row.ends is None else moment_until(row.ends),
            escalations=tuple(
                None if (ends := steps[number].ends) is None else moment_until(ends)
                for number in sorted(steps)
            ),
            takes_from=day_of(own) if own is not None else None,
        )

    def _begins(self, agenda: Agenda, duty: Duty, row: Row) -> tuple[Moment, Moment | None]:
        """The day it can be done from, and the day from which entries count for it."""
        if row.starts is not None:
            return row.starts, row.starts
        if row.period is not None:
            first = row.period.first
            early = first if row.ends is None else min(first, day_of(row.ends))
            return max(early, self.work.starts_on), first
        if isinstance(row.ends, datetime):  # a clock of hours runs from what started it
            return self.work.starts_on, None
        phase = agenda.moments.get(f"{duty.within}.from") if duty.within else None
        return phase or self.work.starts_on, None


def moment_from(moment: Moment) -> datetime:
    """The moment in China, or the first of the day."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=CHINA)
    return datetime.combine(moment, time.min, tzinfo=CHINA)


def moment_until(moment: Moment) -> datetime:
    """The moment in China where hours are counted, else 24:00 of the day."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=CHINA)
    return datetime.combine(moment + ONE_DAY, time.min, tzinfo=CHINA)


def is_waiting(window: Window) -> bool:
    """Whether it has no days yet, since something has not happened that will date it."""
    return window.begins is None


def _is_of(row: Row, duty: Duty) -> bool:
    return row.id.partition("/")[0].partition(".")[0] == duty.id


def _base(duty: Duty, row: Row) -> str:
    """The id of the row without the part that names its target or who it is handed on to."""
    return duty.id if row.period is None else f"{duty.id}/{row.period.id}"
