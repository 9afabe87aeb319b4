"""Traces: how a value came about, line by line, down to clause and register row.

The lines of an additive outcome sum exactly to its value; a test holds this for every outcome of
every case. What is shown rounded is never what was added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.values import Missing, NotApplicable, Value, is_known, is_number

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row of facts: its table, its line in the source and its key where it has one."""

    table: str
    line: int
    key: str = ""


@dataclass(frozen=True)
class Line:
    """One contribution. `item` names the child item when the line is one."""

    label: str
    value: Value
    text: str = ""
    clauses: tuple[Clause, ...] = ()
    rows: tuple[RowRef, ...] = ()
    item: str = ""


@dataclass(frozen=True)
class Outcome:
    """The value of an item for one subject. `adds_up`: the lines sum exactly to the value."""

    value: Value
    lines: tuple[Line, ...] = ()
    text: str = ""
    flags: tuple[str, ...] = ()
    adds_up: bool = False
    rows: tuple[RowRef, ...] = ()
    columns: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Advice:
    """What the subject can still do, and the points it would bring."""

    text: str
    gain: Fraction


def shown(value: Value, *, places: int = 2) -> str:
    """A value as read by people: numbers half up to `places`, states in words."""
    if is_number(value):
        return _rounded_text(value, places)
    if isinstance(value, Missing):
        return "缺"
    if isinstance(value, NotApplicable):
        return "不适用"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if not isinstance(value, str) and is_known(value) else str(value)


def unit_words(unit: str) -> str:
    """The unit as it stands behind a figure; a percentage has its sign already."""
    return "" if unit == PERCENT else unit


def figure(value: Value, *, unit: str) -> str:
    """A value as its unit is read: points and money with two decimals, whole days without.

    What is counted in per cent is a share (`0.875`) and is read as one: `87.50%`.
    """
    if is_number(value) and unit == PERCENT:
        return f"{shown(value * 100)}%"
    if is_number(value) and value.denominator == 1 and unit not in ("", "分", "元"):
        return shown(value, places=0)
    return shown(value)


def _rounded_text(value: Fraction, places: int) -> str:
    """Half up on the absolute value, in whole units of the last place."""
    numerator, denominator = value.as_integer_ratio()
    units = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    digits = str(units).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"−{text}" if numerator < 0 and units else text


def exactly(value: Value) -> str:
    """A value as written to files: exact, empty where there is none."""
    if not is_known(value):
        return ""
    if is_number(value):
        return exact_text(value)
    return shown(value)
