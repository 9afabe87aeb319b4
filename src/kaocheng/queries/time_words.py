"""Deadlines in words: the date, and what is left in the unit of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from kaocheng.gateways.clock import CHINA
from kaocheng.methods.time_left import Left, Unit, When, due_day, time_left
from kaocheng.methods.workdays import mainland_calendar

SOON = 3  # so many days before, what is left is shown in ochre
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Due:
    """A deadline as it is shown: never by colour alone."""

    at: datetime
    # 12月1日（周二）24:00 前
    date: str
    # 剩 3 个工作日
    left: str
    tone: str
    icon: str
    is_overdue: bool


def due(at: datetime | None, unit: str, *, now: datetime) -> Due | None:
    """What a card says about a deadline; nothing where there is none."""
    if at is None:
        return None
    here, at_here = now.astimezone(CHINA), at.astimezone(CHINA)
    left = time_left(here, at_here, Unit(unit), calendar=mainland_calendar())
    return Due(
        at=at,
        date=gettext("%(moment)s 前") % {"moment": moment_words(at, now=now)},
        left=left_words(left),
        tone=_tone(left),
        icon="clock" if left.when == When.LATER else "alarm",
        is_overdue=left.when == When.OVERDUE,
    )


def left_words(left: Left) -> str:
    if left.when == When.TODAY:
        return gettext("今天截止")
    if left.when == When.OVERDUE and not left.count:
        return gettext("已逾期")
    return _COUNTED[left.when, left.unit]() % {"count": left.count}


def moment_words(at: datetime, *, now: datetime) -> str:
    """12月1日（周二）24:00; the year only where it is another one."""
    here = at.astimezone(CHINA)
    if here.hour == here.minute == 0:
        return day_words(here - timedelta(minutes=1), now=now) + "24:00"
    return f"{day_words(here, now=now)}{here:%H:%M}"


def day_words(at: datetime, *, now: datetime) -> str:
    """12月1日（周二）"""
    day = at.astimezone(CHINA).date()
    values = {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "weekday": gettext("周" + WEEKDAYS[day.weekday()]),
    }
    if day.year == now.astimezone(CHINA).year:
        return gettext("%(month)s月%(day)s日（%(weekday)s）") % values
    return gettext("%(year)s年%(month)s月%(day)s日（%(weekday)s）") % values


def due_day_words(at: datetime, *, now: datetime) -> str:
    """The day alone: what is due at 24:00 is due on the day before."""
    return day_words(
        datetime.combine(due_day(at.astimezone(CHINA)), datetime.min.time(), tzinfo=CHINA), now=now
    )


def _tone(left: Left) -> str:
    if left.when != When.LATER:
        return "no"
    return "wa" if left.count <= SOON or left.unit == Unit.HOURS else "in"


# Written out, so that each is found for translation.
_COUNTED = {
    (When.LATER, Unit.WORKING_DAYS): lambda: gettext("剩 %(count)s 个工作日"),
    (When.LATER, Unit.DAYS): lambda: gettext("还有 %(count)s 天"),
    (When.LATER, Unit.HOURS): lambda: gettext("还有 %(count)s 小时"),
    (When.OVERDUE, Unit.WORKING_DAYS): lambda: gettext("已逾期 %(count)s 个工作日"),
    (When.OVERDUE, Unit.DAYS): lambda: gettext("已逾期 %(count)s 天"),
    (When.OVERDUE, Unit.HOURS): lambda: gettext("已逾期 %(count)s 小时"),
}
