"""Exact apportionment and rounding, for seats and for money.

Nothing here knows a float: a share of 7 % is `Fraction(7, 100)`, money is counted in whole fen, and
the parts always add up to what was shared out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from numbers import Rational
from typing import Literal

_LONGEST_DENOMINATOR = 2**64
SeatRounding = Literal["floor", "ceil", "half_up"]


class ShareError(ValueError):
    """A sharing-out that has no answer; the text is Chinese and meant for the reader."""


class NoWeightError(ShareError):
    """Every weight is zero, or there is nobody to share with: the units would have no owner."""


def in_common_units(values: Sequence[Fraction]) -> Sequence[Fraction | int]:
    """The values times one positive number: whole numbers where a common denominator is short.

    They stand to each other as before, and whole numbers are compared ten times as fast.
    """
    common = _short_denominator(values)
    if common is None:
        return values
    return [value.numerator * (common // value.denominator) for value in values]


def exact_sum(values: Sequence[Fraction]) -> Fraction:
    """The sum, added up in whole numbers where a common denominator is short."""
    common = _short_denominator(values)
    if common is None:
        return sum(values, Fraction(0))
    return Fraction(
        sum(value.numerator * (common // value.denominator) for value in values), common
    )


def _short_denominator(values: Sequence[Fraction]) -> int | None:
    """A common denominator; None where it would be so long that fractions are quicker."""
    common = 1
    for value in values:
        common = lcm(common, value.denominator)
        if common > _LONGEST_DENOMINATOR:
            return None
    return common


def largest_remainder(
    total: int, weights: Sequence[Fraction], *, order: Sequence[int] | None = None
) -> list[int]:
    """Split `total` whole units (seats, fen) in proportion to `weights` by largest remainder.

    Everybody first gets the whole part of the exact quota; the units left over go one each to the
    largest remainders, equal remainders to whoever stands earlier in `order`. `order` lists the
    positions of `weights`, the preferred one first (better score, then earlier id); by default the
    order of `weights` itself. The result stands in the order of `weights`, adds up to `total`, and
    every part is its quota rounded down or up. Source: the Hamilton (Hare–Niemeyer) method;
    catalogue choice D8.

    Raises NoWeightError when the weights add up to zero, ShareError for a negative total or weight
    or an `order` that does not name every position once, TypeError for an inexact number.
    """
    _require_exact(*weights)
    if total < 0:
        raise ShareError(f"要分配的总数是 {total}，不能为负数；请核对名额数或金额。")
    if any(weight < 0 for weight in weights):
        raise ShareError("分配的权重中有负数，无法按比例分配；请把权重改为 0 或正数。")
    whole = exact_sum(weights)
    if whole == 0:
        raise NoWeightError("所有权重都是 0，无法按比例分配；请至少给出一个大于 0 的权重。")
    preferred = range(len(weights)) if order is None else order
    if sorted(preferred) != list(range(len(weights))):
        raise ShareError(f"分配的先后次序应当把 {len(weights)} 个位置各列一次；请核对次序。")

    units = in_common_units([*weights, whole])
    quotas = [divmod(total * unit, units[-1]) for unit in units[:-1]]
    parts = [int(part) for part, _ in quotas]
    # A stable sort keeps `preferred` among equal remainders.
    by_remainder = sorted(preferred, key=lambda at: -quotas[at][1])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def rounded_half_up(value: Fraction, *, places: int) -> Fraction:
    """Round to `places` decimal places, a half away from zero: 0.005 → 0.01, −0.005 → −0.01.

    A negative `places` rounds to tens, hundreds and so on. The result is still exact. Source: the
    四舍五入 of Chinese texts; never Python's `round`, which takes a half to the even digit.
    """
    _require_exact(value)
    scale = 10 ** abs(places)
    if places < 0:
        return Fraction(_half_up(value.numerator, value.denominator * scale) * scale)
    return Fraction(_half_up(value.numerator * scale, value.denominator), scale)


def round_half_up_to_int(value: Fraction) -> int:
    """Round to a whole number, a half away from zero: 2.5 → 3, −2.5 → −3."""
    _require_exact(value)
    return _half_up(value.numerator, value.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def ceil_of(value: Fraction) -> int:
    """The smallest whole number not below `value`: 2.1 → 3, −2.1 → −2."""
    _require_exact(value)
    return ceil(value)


def floor_of(value: Fraction) -> int:
    """The largest whole number not above `value`: 2.9 → 2, −2.9 → −3."""
    _require_exact(value)
    return floor(value)


def seat_limit(share: Fraction, people: int, *, rounding: SeatRounding, at_least: int = 0) -> int:
    """How many of `people` a `share` (1/5 for 20 %) makes, in whole persons.

    Catalogue choice D9: `floor` for 控制在…以内 and other ceilings, `ceil` for 不低于, 不少于 and
    for samples, `half_up` for award shares with 约. `at_least` lifts a small number (a sample is at
    least 1), but never above `people`: of nobody, nobody is drawn.

    Raises ShareError when `share`, `people` or `at_least` is negative, TypeError when `share` is
    inexact.
    """
    _require_exact(share)
    if share < 0 or people < 0 or at_least < 0:
        raise ShareError(
            f"比例（{share}）、人数（{people}）和最少人数（{at_least}）都不能为负数；请核对。"
        )
    round_off = {"floor": floor_of, "ceil": ceil_of, "half_up": round_half_up_to_int}[rounding]
    return max(round_off(share * people), min(at_least, people))


def _require_exact(*values: object) -> None:
    """A float would be rounded before we see it, and a cent or a seat would be lost unseen."""
    if not all(isinstance(value, Rational) for value in values):
        raise TypeError("shares are computed with exact Fractions only")
