"""Days and moments as pages write them, in Chinese or English; always China's time."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language

from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.time_words import Due, due


def day(value: date | datetime) -> str:
    shown = value.astimezone(CHINA).date() if isinstance(value, datetime) else value
    this_year = shown.year == CLOCK.today().year
    if get_language() == "en":
        text = f"{shown.day} {shown:%b}"
        return text if this_year else f"{text} {shown.year}"
    text = f"{shown.month}月{shown.day}日"
    return text if this_year else f"{shown.year}年{text}"


def moment(value: datetime) -> str:
    return f"{day(value)} {value.astimezone(CHINA):%H:%M}"


def left(value: datetime, counted_in: str) -> Due:
    """The deadline in words, as of now."""
    found = due(value, counted_in, now=CLOCK.now())
    assert found is not None
    return found
