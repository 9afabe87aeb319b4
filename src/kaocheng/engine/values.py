"""Values and their three states: known, missing, not applicable.

A known value is a bare Python object: `Fraction` (every number and amount of money), `str`, `bool`,
`date` or `datetime`. No binary float ever enters. A missing value stays missing through every
operation; the bounds it may carry only serve the preview (D18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Known = Fraction | str | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """No value yet, and why. `low` and `high` bound it where bounds are known (for the preview)."""

    why: str
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise for this person or unit, and why."""

    why: str = ""


Value = Known | Missing | NotApplicable
_STATES = (Missing, NotApplicable)  # made once: every operand of every operation is asked


def is_known(value: Value) -> TypeIs[Known]:
    return not isinstance(value, _STATES)


def is_number(value: object) -> TypeIs[Fraction]:
    return isinstance(value, Fraction)


def without_bounds(value: Value) -> Value:
    """The value for use in an operation: what bounds a missing operand does not bound it."""
    return Missing(value.why) if isinstance(value, Missing) else value


def state_of(value: Value) -> str:
    """`scored`, `missing` or `not_applicable`, as written into the `<id>.state` columns."""
    if isinstance(value, Missing):
        return "missing"
    return "not_applicable" if isinstance(value, NotApplicable) else "scored"


def low_of(value: Value) -> Fraction | None:
    """The least a number can be: itself, or the lower bound of a missing one."""
    return value.low if isinstance(value, Missing) else value if is_number(value) else None


def high_of(value: Value) -> Fraction | None:
    """The most a number can be: itself, or the upper bound of a missing one."""
    return value.high if isinstance(value, Missing) else value if is_number(value) else None
