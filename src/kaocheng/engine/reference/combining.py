"""What the rows of an aggregate come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import cast

from kaocheng.engine.expressions.bound import BAggregate
from kaocheng.engine.values import Known, Missing, NotApplicable, Value
from kaocheng.methods.shares import exact_sum

_FEWEST_TO_TRIM = 3


def combine(  # noqa: C901  # one case per function
    node: BAggregate, *, rows: int, values: Sequence[Known], held: Sequence[bool]
) -> Value:
    """The value of an aggregate over `rows` rows, of which `values` are known; `held` per row."""
    numbers = cast("list[Fraction]", values)
    match node.function:
        case "count":
            return Fraction(rows)
        case "any":
            return rows > 0
        case "none":
            return rows == 0
        case "run":
            return Fraction(_longest_run(held))
        case "sum":
            return exact_sum(numbers)
        case "distinct":
            return Fraction(len(set(values)))
        case "one" if len(values) > 1:
            return Missing(f"“{node.title}”里有 {len(values)} 条，应当只有 1 条")
    if not values and rows:
        return NotApplicable(f"“{node.title}”里的记录都不适用")
    if not values:
        return Missing(f"“{node.title}”里没有可用的记录")
    match node.function:
        case "trimmed_mean" if len(numbers) < _FEWEST_TO_TRIM:
            return Missing(f"“{node.title}”只有 {len(numbers)} 个，去掉最高最低后没有剩下的")
        case "trimmed_mean":
            return (exact_sum(numbers) - max(numbers) - min(numbers)) / (len(numbers) - 2)
        case "mean":
            return exact_sum(numbers) / len(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "worst":
            return max(cast("list[str]", values), key=node.type.options.index)
        case "best":
            return min(cast("list[str]", values), key=node.type.options.index)
        case _:  # one, latest: rows are in order of time
            return values[-1]


def _longest_run(held: Iterable[bool]) -> int:
    longest = current = 0
    for holds in held:
        current = current + 1 if holds else 0
        longest = max(longest, current)
    return longest
