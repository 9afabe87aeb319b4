"""The exact text of a cell's value: what a workbook holds, without what Excel makes of it."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

YES, NO = "是", "否"

# Excel keeps 15 digits of a number: integers beyond are rounded, longer decimals are noise.
KEPT_DIGITS = 15

# Blanks that people and programs leave around a cell, and that nobody means: everything
# `str.strip()` takes (with U+3000, the blank of Chinese typing, and U+00A0, that of web pages), and
# two that cannot be seen: zero-width space and byte-order mark.
BLANKS = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)


def trimmed(text: str) -> str:
    return text.strip(BLANKS)


def float_text(value: float) -> str:
    """The shortest text that reads back as the same float, without `.0`, exponent or `-0`.

    `value` must be finite.
    """
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def digit_count(text: str) -> int:
    return sum(map(str.isdigit, text))


def is_rounded_integer(value: float) -> bool:
    """Whether an integer is too long for Excel to have kept all its digits."""
    return value.is_integer() and abs(value) >= 10**KEPT_DIGITS


def is_noisy_decimal(value: float) -> bool:
    """Whether a decimal has more digits than Excel shows: 0.1+0.2 is 0.30000000000000004."""
    if not math.isfinite(value) or value.is_integer():
        return False
    return len(Decimal(repr(value)).as_tuple().digits) > KEPT_DIGITS


def bool_text(value: bool) -> str:
    return YES if value else NO


def date_text(value: date) -> str:
    """`2026-09-01`; with a time of day `2026-09-01 08:30`, seconds only where there are any."""
    if not isinstance(value, datetime):
        return value.isoformat()
    moment = _to_whole_second(value)
    if moment.time() == time():
        return moment.date().isoformat()
    return f"{moment.date().isoformat()} {_clock(moment.hour, moment.minute, moment.second)}"


def time_text(value: time) -> str:
    """`08:30`, or `08:30:05`."""
    moment = _to_whole_second(datetime.combine(date(2000, 1, 1), value))
    return _clock(moment.hour, moment.minute, moment.second)


def duration_text(value: timedelta) -> str:
    """`30:00` for thirty hours; minutes and seconds as on a clock."""
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return sign + _clock(hour, minute, second)


def _clock(hour: int, minute: int, second: int) -> str:
    text = f"{hour:02}:{minute:02}"
    return f"{text}:{second:02}" if second else text


def _to_whole_second(value: datetime) -> datetime:
    """Excel counts in fractions of a day, so 08:30 may come as 08:29:59.999."""
    try:
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    except OverflowError:
        return value.replace(microsecond=0)
