"""Was it in time, and how long did it take: service clocks such as 24 小时内解决."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.engine.process.entries import Duty
from kaocheng.engine.process.reckoning import Frame, Moment, day_of
from kaocheng.engine.process.times import Named, Offset, SameDay, When
from kaocheng.methods.workdays import workdays_between

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ServiceClock:
    """A time limit that runs for each entry of a register: from one event to another of its own."""

    duty: Duty
    starts: str
    stops: str

    @property
    def counts_down(self) -> bool:
        """Whether it is due before what it counts from: 讲座前 14 天."""
        tree = None if self.duty.by is None else self.duty.by.tree
        return isinstance(tree, Offset) and tree.direction == "before"

    @property
    def counts_hours(self) -> bool:
        """Whether the hour of the day decides, so that a mere date does not tell enough."""
        tree = None if self.duty.by is None else self.duty.by.tree
        return isinstance(tree, Offset) and tree.length.unit in ("hour", "minute")


def service_clock(duty: Duty) -> ServiceClock | None:
    """The clock of a duty that is written in a register and counts from an event to another one.

    Where rows are judged (`of`) or periods counted (`each`), these say what is owed, not entries.
    """
    if not duty.register or not duty.done or duty.of or duty.each is not None or duty.by is None:
        return None
    match duty.by.tree:
        case Offset(anchor=Named(name=name)) | SameDay(anchor=Named(name=name)):
            return ServiceClock(duty, name, duty.done)
        case _:
            return None


def start_of_day(moment: Moment) -> datetime:
    """The moment, or for a whole day its first."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)


def end_of_day(moment: Moment) -> datetime:
    """The moment, or for a whole day its last: what is due on a day is in time until midnight."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.max)


def is_in_time(happened: Moment, due: Moment) -> bool | None:
    """None when the hour decides and `happened` has only a day."""
    if isinstance(due, datetime) and not isinstance(happened, datetime):
        return None if happened == due.date() else happened < due.date()
    return start_of_day(happened) <= end_of_day(due)


def time_taken(clock: When, happened: Moment, frame: Frame) -> str:
    """From the event a clock starts at to `happened`, in the clock's own unit; else nothing."""
    if not isinstance(clock, Offset) or not isinstance(clock.anchor, Named):
        return ""
    since = frame.events.get(clock.anchor.name)
    if since is None or clock.direction == "before":
        return ""
    unit = clock.length.unit
    if unit in ("hour", "minute"):
        if not isinstance(since, datetime) or not isinstance(happened, datetime):
            return ""
        return f"{exact_text(Fraction((happened - since) // timedelta(minutes=1), 60))} 小时"
    first, last = day_of(since), day_of(happened)
    if unit == "working_day" and first < last:
        counted = workdays_between(first + _ONE_DAY, last, calendar=frame.calendar)
        return f"{counted.count} 个工作日"
    return f"{(last - first).days} 天"
