"""When somebody may be reminded: never at night, and ordinarily only on working days.

Night is from 22:00 to 07:00. The rules against 指尖上的形式主义 leave evenings and days off alone;
what cannot wait (a code for signing in is no reminder at all) may still come on a day off.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from kaocheng.methods.workdays import WorkCalendar, is_workday

MORNING = time(7)
NIGHT = time(22)
ONE_DAY = timedelta(days=1)


def may_send(at: datetime, *, calendar: WorkCalendar) -> bool:
    """Whether an ordinary reminder may go out at this moment of local time."""
    return ordinary_after(at, calendar=calendar) == at


def ordinary_after(at: datetime, *, calendar: WorkCalendar) -> datetime:
    """The first moment from `at` on, in its own time zone, for an ordinary reminder."""
    moment = urgent_after(at)
    while not is_workday(moment.date(), calendar=calendar):
        moment = _morning_of(moment + ONE_DAY)
    return moment


def urgent_after(at: datetime) -> datetime:
    """The first moment from `at` on that is not at night, on whatever day."""
    if at.time() < MORNING:
        return _morning_of(at)
    return _morning_of(at + ONE_DAY) if at.time() >= NIGHT else at


def _morning_of(at: datetime) -> datetime:
    return datetime.combine(at.date(), MORNING, tzinfo=at.tzinfo)
