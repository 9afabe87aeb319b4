"""What is left until a deadline, or how long it is past, in the unit in which the rule counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from kaocheng.methods.workdays import WorkCalendar, workdays_between

CountedIn = Literal["working_days", "days", "hours"]
# A deadline at midnight belongs to the day that ends with it.
_INSTANT = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
# From here on a deadline is near: it is marked, not only stated.
_NEAR_DAYS = 3


@dataclass(frozen=True)
class TimeLeft:
    """`count` whole units; `is_today`: the last day is running; `is_over`: it has passed."""

    count: int
    counted_in: CountedIn
    is_over: bool = False
    is_today: bool = False

    @property
    def is_near(self) -> bool:
        return self.is_over or self.is_today or self.counted_in == "hours" or self._is_few

    @property
    def _is_few(self) -> bool:
        return self.count <= _NEAR_DAYS


def time_left(
    now: datetime, due_at: datetime, counted_in: CountedIn, *, calendar: WorkCalendar
) -> TimeLeft:
    """Both moments in the time zone of the calendar. Today is not counted, the last day is.

    Where no working day is left although days are (a weekend), days are counted.
    """
    if counted_in == "hours":
        return TimeLeft(abs(due_at - now) // _ONE_HOUR, "hours", is_over=due_at <= now)
    today, last = now.date(), (due_at - _INSTANT).date()
    if due_at <= now:
        return _counted(last, today, counted_in, calendar=calendar, is_over=True)
    if today == last:
        return TimeLeft(0, counted_in, is_today=True)
    return _counted(today, last, counted_in, calendar=calendar, is_over=False)


def _counted(
    first: date, last: date, counted_in: CountedIn, *, calendar: WorkCalendar, is_over: bool
) -> TimeLeft:
    """The days after `first` up to `last`."""
    days = (last - first).days
    if counted_in == "working_days" and days:
        working = workdays_between(first + _ONE_DAY, last, calendar=calendar).count
        if working:
            return TimeLeft(working, "working_days", is_over=is_over)
    return TimeLeft(days, "days", is_over=is_over)
