"""Values and states in words, the same in every document."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.documents.register_rows import RowFinder, cell_text
from kaocheng.engine.exact import exact_text
from kaocheng.engine.explain import Branch
from kaocheng.engine.trace import PERCENT, RowRef, figure, shown
from kaocheng.engine.values import Missing, NotApplicable, Value, is_number
from kaocheng.methods.shares import rounded_half_up

MISSING, NOT_APPLICABLE = "缺数据", "不适用"


def value_words(value: Value, *, unit: str = "分") -> str:
    """The value itself, or its state: `9.10`, `优秀`, `缺数据`, `不适用`."""
    if isinstance(value, Missing):
        return MISSING
    return NOT_APPLICABLE if isinstance(value, NotApplicable) else figure(value, unit=unit)


def reason(value: Value, *, unit: str = "分") -> str:
    """Why there is no value, with the bounds that a missing one has; empty for a known value."""
    if isinstance(value, NotApplicable):
        return value.why or "不属于本项的范围"
    if not isinstance(value, Missing):
        return ""
    if value.low is None or value.high is None:
        return value.why
    return f"{value.why}（暂计 {_bound(value.low, unit)}–{_bound(value.high, unit)}）"


def _bound(value: Fraction, unit: str) -> str:
    return figure(value, unit=PERCENT if unit == PERCENT else "分")


def exact_words(value: Value, *, unit: str = "分") -> str:
    """`7/3` where two decimals do not show all of a number; empty otherwise."""
    places = 4 if unit == PERCENT else 2
    if not is_number(value) or rounded_half_up(value, places=places) == value:
        return ""
    return exact_text(value)


def out_of(branch: Branch) -> str:
    """The full mark: `10`; empty where there is none or there is nothing to compare with it."""
    if branch.points is None:
        return ""
    if branch.unit == PERCENT:
        return figure(branch.points, unit=PERCENT)
    return cell_text(branch.points)


def arithmetic(branch: Branch, rows: RowFinder, *, about: RowRef) -> str:
    """How the value of the row `about` came about; empty where it would only repeat the value.

    A group of seats stands there by its name.
    """
    text = branch.text
    if branch.mechanism == "seats":
        text = rows.named_group(about.table, text)
    if is_number(branch.value) and text in (cell_text(branch.value), shown(branch.value)):
        return ""
    return "" if text in (value_words(branch.value, unit=branch.unit), "无") else text


def counted_words(branch: Branch) -> str:
    """What a part counts for where that differs from its value: `90.00 × 40.00% ＝ 36.00`."""
    if branch.counted is None or branch.counted == branch.value:
        return ""
    counted = value_words(branch.counted)
    return f"{branch.counted_text} ＝ {counted}" if branch.counted_text else counted
