"""Exact numbers made whole: rounding half up, floors, remainders, and keys to sort by."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd

from kaocheng.engine.columnar.nodes import (
    ONE,
    ZERO,
    Const,
    Node,
    case,
    op,
)
from kaocheng.engine.columnar.numbers import (
    NARROW,
    Num,
    added,
    chosen,
    constant,
    minus,
    narrowed,
    scaled,
    settled,
    span_of,
)
from kaocheng.methods.shares import rounded_half_up


def _signless(top: Num, span: tuple[Fraction, Fraction] | None) -> Num:
    """The top of a fraction, not below 0 where the value is not."""
    return replace(top, low=max(0, top.low)) if span is not None and span[0] >= 0 else top


def half_up(top: Num, bottom: Num) -> Num:
    """`top ÷ bottom` (whole numbers, bottom > 0) rounded to a whole number, halves up on |a|.

    The one rounding of the product: `(2a ± b) ÷ 2b`, cut off towards zero.
    """
    twice, double = scaled(top, 2), scaled(bottom, 2)
    if top.low >= 0:
        lifted = added(twice, bottom)
    else:
        away = case([(op("<", top.node, ZERO), op("neg", bottom.node))], bottom.node)
        side = Num(away, -bottom.high, bottom.high, huge=bottom.huge, small=bottom.may_be_small)
        lifted = added(twice, side)
    return _cut(
        lifted, double, _bound(top.low, bottom, up=False), _bound(top.high, bottom, up=True)
    )


def floored(top: Num, bottom: Num, *, most: int | None = None) -> Num:
    """`top ÷ bottom` (bottom > 0) rounded down; `most`: known to be no more."""
    low, high = _bound(top.low, bottom, up=False), _bound(top.high, bottom, up=True)
    high = high if most is None else min(high, most)
    if top.low >= 0:
        return _cut(top, bottom, max(0, low), high)
    cut = _cut(top, bottom, low, high)
    rest = op("<", op("%", top.node, bottom.node), ZERO)
    return replace(cut, node=op("-", cut.node, case([(rest, ONE)], ZERO)), low=low - 1)


def _bound(end: int, bottom: Num, *, up: bool) -> int:
    """A safe bound of end ÷ bottom."""
    least = max(1, bottom.low)
    value = Fraction(end, least) if (end >= 0) == up else Fraction(end, max(1, bottom.high))
    return value.__floor__() - 1 if not up else value.__ceil__() + 1


def _cut(top: Num, bottom: Num, low: int, high: int) -> Num:
    """Whole division, cut off towards zero; back to a BIGINT where the outcome fits."""
    if isinstance(bottom.node, Const) and bottom.node.value == 1:
        node = top.node
        return Num(node, top.low, top.high, huge=top.huge, small=top.small)
    low, high = max(low, -top.most), min(high, top.most)
    node = op("//", top.node, bottom.node)
    huge = top.huge or bottom.huge
    if huge and max(abs(low), abs(high)) < NARROW:
        node, huge = op("big", node), False
    return Num(node, low, high, huge=huge, small=top.may_be_small and bottom.may_be_small)


def _fraction(num: Num, times_: int) -> tuple[Num, Num]:
    """Top and bottom of `value × times_` as whole numbers in lowest constant terms."""
    shared = gcd(times_, num.den)
    top = scaled(replace(num, den=1, over=ONE, most_over=1, span=None), times_ // shared)
    bottom = scaled(Num(num.over, 1, num.most_over), num.den // shared)
    return top, bottom


def rounded(num: Num, places: int) -> Num:
    """Half up to `places` decimals."""
    unit = 10**places
    top, bottom = _fraction(num, unit)
    if _is_one(bottom):
        return replace(top, den=unit)
    found = replace(half_up(_signless(top, num.span), bottom), den=unit)
    span = span_of(num)
    return narrowed(
        found, (rounded_half_up(span[0], places=places), rounded_half_up(span[1], places=places))
    )


def floor_of(num: Num) -> Num:
    top, bottom = _fraction(num, 1)
    if _is_one(bottom):
        return top
    span = span_of(num)
    whole_span = (Fraction(span[0].__floor__()), Fraction(span[1].__floor__()))
    return narrowed(floored(_signless(top, num.span), bottom), whole_span)


def cut_off(num: Num) -> Num:
    """The whole part, cut off towards zero as `int` does."""
    below = floor_of(num)
    if num.low >= 0:
        return below
    above = ceil_of(num)
    return chosen([(op("<", num.node, ZERO), above)], below)


def denominator(num: Num) -> Num:
    """What the node stands over, as a whole number."""
    return scaled(Num(num.over, 1, num.most_over), num.den)


def denominator_of(num: Num) -> Num:
    """The constant that the node stands over, as a whole number."""
    return constant(Fraction(num.den))


def bare(num: Num) -> Num:
    """The node alone, as a whole number."""
    return replace(num, den=1, over=ONE, most_over=1, span=None)


def remainder(top: Num, bottom: Num) -> Node:
    """What whole division leaves over, not below 0 (`bottom` is positive)."""
    left = op("%", top.node, bottom.node)
    return left if top.low >= 0 else op("%", op("+", left, bottom.node), bottom.node)


def ceil_of(num: Num) -> Num:
    return minus(floor_of(minus(num)))


def _is_one(num: Num) -> bool:
    return num.node == ONE


def sort_key(num: Num) -> Num:
    """A whole number in the order of the values, equal exactly where they are equal.

    Two fractions over divisors up to D differ by at least 1 ÷ D² of a constant's part, so that the
    floor of node × D² ÷ over tells them apart.
    """
    num = settled(num)
    if num.over == ONE:
        return replace(num, den=1)
    top = scaled(replace(num, den=1, over=ONE, most_over=1), num.most_over**2)
    return floored(top, Num(num.over, 1, num.most_over))
