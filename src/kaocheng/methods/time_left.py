"""What is left until something is due, in the unit in which its rule counts.

Today is not counted, the due day is. A deadline of 24:00 on Friday is stored as the first moment
of Saturday, and belongs to Friday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kaocheng.methods.workdays import WorkCalendar, workdays_between

LAST_MOMENT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"


class When(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True)
class Left:
    """How many `unit` are left, or over; `when` says which."""

    when: When
    count: int
    unit: Unit


def due_day(due_at: datetime) -> date:
    """The day to which a deadline belongs: 24:00 is still that day."""
    return (due_at - LAST_MOMENT).date()


def time_left(now: datetime, due_at: datetime, unit: Unit, *, calendar: WorkCalendar) -> Left:
    """What is left at `now`; both moments in local time.

    Working days that come to nothing (Friday to Sunday) are said in days.
    """
    if due_at <= now:
        return _overdue(now, due_at, unit, calendar)
    if unit == Unit.HOURS and due_at - now < 2 * ONE_DAY:
        return Left(When.LATER, int((due_at - now).total_seconds() // 3600), unit)
    today, day = now.date(), due_day(due_at)
    if day <= today:
        return Left(When.TODAY, 0, unit)
    if unit == Unit.WORKING_DAYS:
        count = workdays_between(today + ONE_DAY, day, calendar=calendar).count
        if count:
            return Left(When.LATER, count, unit)
    return Left(When.LATER, (day - today).days, Unit.DAYS)


def _overdue(now: datetime, due_at: datetime, unit: Unit, calendar: WorkCalendar) -> Left:
    today, day = now.date(), due_day(due_at)
    if unit == Unit.HOURS and now - due_at < 2 * ONE_DAY:
        return Left(When.OVERDUE, int((now - due_at).total_seconds() // 3600), unit)
    if unit == Unit.WORKING_DAYS and day < today:
        return Left(
            When.OVERDUE, workdays_between(day + ONE_DAY, today, calendar=calendar).count, unit
        )
    return Left(When.OVERDUE, (today - day).days, Unit.DAYS)
