"""Cells: one text read by the type of its column, or a ValueError that says what it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from kaocheng.engine.exact import REMEMBERED, NotExact, read_exact
from kaocheng.engine.values import Known


def _number(text: str) -> Fraction:
    try:
        return read_exact(text)
    except NotExact:
        raise ValueError("数，如 12、0.5、95%、7/3（不带单位和千分位）") from None


def _whole(text: str) -> Fraction:
    number = _number(text)
    if number.denominator != 1:
        raise ValueError("整数")
    return number


def _money(text: str) -> Fraction:
    number = _number(text)
    if (number * 100).denominator != 1:
        raise ValueError("金额，最多两位小数")
    return number


@lru_cache(maxsize=REMEMBERED)
def read_day(text: str) -> date:
    """ISO dates; 2024/3/1 and 2024-3-1, as Excel writes them, are as unambiguous."""
    parts = text.replace("/", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts if part.isascii())
        if len(parts[0]) != 4:  # a year is never two digits here
            raise ValueError
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise ValueError("日期，如 2024-03-01") from None


def _moment(text: str) -> datetime:
    try:
        day, clock = text.replace("T", " ").split(" ")
        hour, minute = clock.split(":")[:2]
        start = read_day(day)
        return datetime(start.year, start.month, start.day, int(hour), int(minute))  # noqa: DTZ001  # wall-clock time as the ledger has it
    except ValueError:
        raise ValueError("时刻，如 2024-03-01 09:00") from None


def _truth(text: str) -> bool:
    if text not in ("是", "否"):
        raise ValueError("是或否")
    return text == "是"


def _text(text: str) -> str:
    return text


_READERS: Mapping[str, Callable[[str], Known]] = {
    "number": _number,
    "whole": _whole,
    "money": _money,
    "date": read_day,
    "moment": _moment,
    "boolean": _truth,
}


def read_cell(text: str, *, column_type: str) -> Known:
    """The value of a cell; every type that is no plain one (choice, reference, …) stays text.

    Raises ValueError with the Chinese name of what was expected.
    """
    return _READERS.get(column_type, _text)(text)
