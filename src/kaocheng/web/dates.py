"""Days and moments as pages write them, in Chinese or English; always China's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.methods.time_left import CountedIn, TimeLeft, time_left
from kaocheng.methods.workdays import mainland_calendar

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Left:
    """What is left in words, and the kind of its chip."""

    words: str
    kind: str


def day(value: date | datetime) -> str:
    shown = value.astimezone(CHINA).date() if isinstance(value, datetime) else value
    this_year = shown.year == CLOCK.today().year
    if get_language() == "en":
        text = f"{shown:%b} {shown.day}"
        return text if this_year else f"{text}, {shown.year}"
    text = f"{shown.month}月{shown.day}日"
    return text if this_year else f"{shown.year}年{text}"


def moment(value: datetime) -> str:
    return f"{day(value)} {value.astimezone(CHINA):%H:%M}"


def deadline(value: datetime) -> str:
    """Midnight is the 24:00 of the day that it ends."""
    local = value.astimezone(CHINA)
    clock = f"{local:%H:%M}"
    if clock == "00:00":
        local, clock = local - timedelta(minutes=1), "24:00"
    if get_language() == "en":
        return f"before {local:%a} {day(local)}, {clock}"
    return f"{day(local)}（周{_WEEKDAYS[local.weekday()]}）{clock} 前"


def left(value: datetime, counted_in: str) -> Left:
    now = CLOCK.now().astimezone(CHINA)
    found = time_left(
        now,
        value.astimezone(CHINA),
        cast("CountedIn", counted_in),
        calendar=mainland_calendar(),
    )
    return Left(_words(found), _kind(found))


def _kind(found: TimeLeft) -> str:
    if found.is_over or found.is_today:
        return "no"
    return "wa" if found.is_near else "in"


def _words(found: TimeLeft) -> str:
    count = found.count
    if found.is_today:
        return _("今天截止")
    if found.is_over and not count:
        return _("已逾期")
    if not count:
        return _("剩不到 1 小时")
    counted = {"count": count}
    if found.counted_in == "working_days":
        if found.is_over:
            return (
                ngettext("已逾期 %(count)s 个工作日", "已逾期 %(count)s 个工作日", count) % counted
            )
        return ngettext("剩 %(count)s 个工作日", "剩 %(count)s 个工作日", count) % counted
    if found.counted_in == "hours":
        if found.is_over:
            return ngettext("已逾期 %(count)s 小时", "已逾期 %(count)s 小时", count) % counted
        return ngettext("剩 %(count)s 小时", "剩 %(count)s 小时", count) % counted
    if found.is_over:
        return ngettext("已逾期 %(count)s 天", "已逾期 %(count)s 天", count) % counted
    return ngettext("还有 %(count)s 天", "还有 %(count)s 天", count) % counted
