"""Deadlines in words: the date, and what is left in the unit of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.utils.translation import gettext

from kaocheng.gateways.clock import CHINA
from kaocheng.methods.time_left import CountedIn, TimeLeft, time_left
from kaocheng.methods.workdays import mainland_calendar


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


def due(at: datetime | None, counted_in: str, *, now: datetime) -> Due | None:
    """What a card says about a deadline; nothing where there is none."""
    if at is None:
        return None
    left = time_left(
        now.astimezone(CHINA),
        at.astimezone(CHINA),
        cast("CountedIn", counted_in),
        calendar=mainland_calendar(),
    )
    is_urgent = left.is_over or left.is_today
    return Due(
        at=at,
        date=gettext("%(moment)s 前") % {"moment": moment_words(at, now=now)},
        left=left_words(left),
        tone="no" if is_urgent else "wa" if left.is_near else "in",
        icon="alarm" if is_urgent else "clock",
        is_overdue=left.is_over,
    )


def left_words(left: TimeLeft) -> str:
    if left.is_today:
        return gettext("今天截止")
    if left.is_over and not left.count:
        return gettext("已逾期")
    if not left.count:
        return gettext("剩不到 1 小时")
    return _counted(left) % {"count": left.count}


def _counted(left: TimeLeft) -> str:
    if left.counted_in == "working_days":
        if left.is_over:
            return gettext("已逾期 %(count)s 个工作日")
        return gettext("剩 %(count)s 个工作日")
    if left.counted_in == "hours":
        return gettext("已逾期 %(count)s 小时") if left.is_over else gettext("剩 %(count)s 小时")
    return gettext("已逾期 %(count)s 天") if left.is_over else gettext("还有 %(count)s 天")


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
        "weekday": _WEEKDAYS[day.weekday()](),
    }
    if day.year == now.astimezone(CHINA).year:
        return gettext("%(month)s月%(day)s日（%(weekday)s）") % values
    return gettext("%(year)s年%(month)s月%(day)s日（%(weekday)s）") % values


# Written out, so that each is found for translation.
_WEEKDAYS = (
    lambda: gettext("周一"),
    lambda: gettext("周二"),
    lambda: gettext("周三"),
    lambda: gettext("周四"),
    lambda: gettext("周五"),
    lambda: gettext("周六"),
    lambda: gettext("周日"),
)
