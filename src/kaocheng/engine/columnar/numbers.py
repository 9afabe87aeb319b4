"""Exact numbers in columns: whole numbers over a denominator, with proven bounds.

A number is `node ÷ (den × over)`: `node` is a whole number in SQL (null where the value is not
known), `den` a constant, `over` a positive whole number in SQL where the data themselves divide.
`low` and `high` bound `node`, `most_over` bounds `over`. From the bounds follows the width: BIGINT
up to 63 bits, HUGEINT up to 127; beyond that the plan is refused with the reason (`TooWide`).
Nothing here rounds unless the scheme says so, and then half up on the absolute value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from kaocheng.engine.columnar.nodes import (
    FALSE,
    NULL,
    ONE,
    TRUE,
    ZERO,
    Const,
    Node,
    Op,
    case,
    op,
    times,
)
from kaocheng.methods.shares import rounded_half_up

SMALL, NARROW, WIDE = 2**31, 2**63, 10**38  # HUGEINT holds 127 bits, and Arrow 38 digits of it
SMALL_OVER = 16  # lcm(1..16) is 20 bits: such divisors become a constant


class TooWide(Exception):  # a finding of the plan, not a fault of the program
    """A number would need more than 127 bits."""


@dataclass(frozen=True)
class Num:
    """`node ÷ (den × over)`; `huge`: the node is a HUGEINT, `small`: it may be an INTEGER.

    `span` bounds the value itself where that is narrower than what the other bounds say, as a mean
    lies between the least and the greatest of its parts.
    """

    node: Node
    low: int
    high: int
    den: int = 1
    over: Node = ONE
    most_over: int = 1
    huge: bool = False
    small: bool = False
    span: tuple[Fraction, Fraction] | None = None

    @property
    def is_const(self) -> bool:
        """Whether the value is known beforehand."""
        return isinstance(self.node, Const) and self.node.value is not None and self.over == ONE

    @property
    def may_be_small(self) -> bool:
        return self.small or isinstance(self.node, Const)

    @property
    def most(self) -> int:
        return max(abs(self.low), abs(self.high))


def span_of(num: Num) -> tuple[Fraction, Fraction]:
    """Bounds of the value."""
    if num.span is not None:
        return num.span
    least = num.den if num.low < 0 else num.den * num.most_over
    most = num.den * num.most_over if num.high < 0 else num.den
    return Fraction(num.low, least), Fraction(num.high, most)


def _narrowed(num: Num, span: tuple[Fraction, Fraction] | None) -> Num:
    """A whole number over a constant within the bounds of its value."""
    if span is None:
        return num
    low = max(num.low, (span[0] * num.den).__floor__())
    high = min(num.high, (span[1] * num.den).__ceil__())
    return replace(num, low=low, high=max(low, high))


def _times_span(num: Num, factor: Fraction) -> tuple[Fraction, Fraction] | None:
    if num.span is None:
        return None
    low, high = sorted(end * factor for end in num.span)
    return low, high


def constant(value: Fraction) -> Num:
    top = value.numerator
    small = abs(top) < SMALL
    return Num(Const(top), top, top, value.denominator, huge=_needs_huge(top), small=small)


def whole(node: Node, low: int, high: int) -> Num:
    """A whole number that SQL already holds as a BIGINT, or as an INTEGER by cases."""
    return Num(node, low, high, small=isinstance(node, Const | Op) and max(-low, high) < SMALL)


def _needs_huge(*bounds: int) -> bool:
    most = max(map(abs, bounds))
    if most >= WIDE:
        raise TooWide(f"中间结果最大到 {most.bit_length()} 位二进制，超过 127 位")
    return most >= NARROW


def refuse_beyond(*bounds: int) -> None:
    """Raise `TooWide` for bounds of more than 127 bits."""
    _needs_huge(*bounds)


def _huge(node: Node, *, huge: bool) -> Node:
    return node if huge or isinstance(node, Const) else op("huge", node)


def _wide_enough(num: Num, low: int, high: int) -> tuple[Node, bool, bool]:
    """The node for an outcome within these bounds; whether that is huge, and may be small."""
    if _needs_huge(low, high) or num.huge:
        return _huge(num.node, huge=num.huge), True, False
    small = num.may_be_small and max(abs(low), abs(high)) < SMALL
    if num.small and not small and not isinstance(num.node, Const):
        return op("big", num.node), False, False
    return num.node, False, small


def scaled(num: Num, factor: int) -> Num:
    """The same node times a whole number (the value is `factor` times as large)."""
    if factor == 1:
        return num
    low, high = sorted((num.low * factor, num.high * factor))
    node, huge, small = _wide_enough(num, low, high)
    node = times(node, factor)
    return replace(num, node=node, low=low, high=high, huge=huge, small=small, span=None)


def _product(a: Num, b: Num) -> Num:
    """Node times node; denominators are left to the caller."""
    if isinstance(a.node, Const) and isinstance(a.node.value, int):
        return replace(scaled(b, a.node.value), den=1, over=ONE, most_over=1)
    if isinstance(b.node, Const) and isinstance(b.node.value, int):
        return replace(scaled(a, b.node.value), den=1, over=ONE, most_over=1)
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    left, huge, small = _wide_enough(a, min(ends), max(ends))
    if b.huge and not huge:
        left, huge = _huge(a.node, huge=a.huge), True
    small = small and b.may_be_small
    return Num(op("*", left, b.node), min(ends), max(ends), huge=huge, small=small)


def _times_over(num: Num, over: Node, most_over: int) -> Num:
    """The node times a divisor of somebody else."""
    if over == ONE:
        return num
    found = _product(num, Num(over, 1, most_over))
    return replace(found, den=num.den, over=num.over, most_over=num.most_over, span=num.span)


def _overs(a: Num, b: Num) -> tuple[Node, int]:
    if a.over == ONE:
        return b.over, b.most_over
    if b.over == ONE:
        return a.over, a.most_over
    found = _product(Num(a.over, 1, a.most_over), Num(b.over, 1, b.most_over))
    return found.node, found.high


def settled(num: Num) -> Num:
    """Without a divisor in the data where its bound is small: by the least common multiple."""
    if num.over == ONE or num.most_over > SMALL_OVER:
        return num
    common = lcm(*range(1, num.most_over + 1))
    factor = op("//", Const(common), num.over)
    by = Num(factor, 1, common, small=common < SMALL)
    found = _product(replace(num, den=1, over=ONE, most_over=1), by)
    return replace(found, den=num.den * common, span=num.span)


def aligned(a: Num, b: Num) -> tuple[Num, Num]:
    """The two numbers over one denominator."""
    if a.over != b.over and ONE not in (a.over, b.over):
        a, b = settled(a), settled(b)
    den = lcm(a.den, b.den)
    left = replace(scaled(a, den // a.den), den=den, span=a.span)
    right = replace(scaled(b, den // b.den), den=den, span=b.span)
    if left.over == right.over:
        return left, right
    over, most_over = _overs(left, right)
    left, right = (
        _times_over(left, right.over, right.most_over),
        _times_over(right, left.over, left.most_over),
    )
    return (
        replace(left, over=over, most_over=most_over),
        replace(right, over=over, most_over=most_over),
    )


def all_aligned(nums: Sequence[Num]) -> list[Num]:
    """Several numbers over one denominator."""
    common = nums[0]
    for num in nums[1:]:
        common, _ = aligned(common, num)
    return [_as(num, common) for num in nums]


def _as(num: Num, common: Num) -> Num:
    found, _ = aligned(num, Num(ZERO, 0, 0, common.den, common.over, common.most_over))
    if found.over == common.over:
        return found
    if found.over == ONE:
        found = _times_over(found, common.over, common.most_over)
        return replace(found, over=common.over, most_over=common.most_over)
    # The common divisor is a product that holds this one: divide it out exactly.
    factor = Num(op("//", common.over, num.over), 1, common.most_over)
    scaled_up = scaled(num, common.den // num.den)
    product = _product(scaled_up, factor)
    return replace(product, den=common.den, over=common.over, most_over=common.most_over)


def added(a: Num, b: Num) -> Num:
    left, right = aligned(a, b)
    low, high = left.low + right.low, left.high + right.high
    if ZERO in (left.node, right.node):
        return right if left.node == ZERO else left
    node, huge, small = _wide_enough(left, low, high)
    if right.huge and not huge:
        node, huge = _huge(left.node, huge=left.huge), True
    span = None
    if a.span is not None or b.span is not None:
        (low_a, high_a), (low_b, high_b) = span_of(a), span_of(b)
        span = (low_a + low_b, high_a + high_b)
    total = op("+", node, right.node)
    small = small and right.may_be_small
    return replace(left, node=total, low=low, high=high, huge=huge, small=small, span=span)


def minus(num: Num) -> Num:
    if isinstance(num.node, Const) and isinstance(num.node.value, int):
        return replace(num, node=Const(-num.node.value), low=-num.high, high=-num.low, span=None)
    span = _times_span(num, Fraction(-1))
    return replace(num, node=op("neg", num.node), low=-num.high, high=-num.low, span=span)


def multiplied(a: Num, b: Num) -> Num:
    """The product, with constants in lowest terms."""
    for constant_side, other in ((a, b), (b, a)):
        node = constant_side.node
        if constant_side.is_const and isinstance(node, Const) and isinstance(node.value, int):
            factor = gcd(node.value, other.den)
            span = _times_span(other, Fraction(node.value, constant_side.den))
            if factor > 1 or span is not None:
                found = scaled(other, node.value // factor)
                return replace(found, den=other.den // factor * constant_side.den, span=span)
    product = _product(a, b)
    over, most_over = _overs(a, b)
    return replace(product, den=a.den * b.den, over=over, most_over=most_over)


def divided(a: Num, b: Num) -> Num:
    """`a ÷ b`; null where b is 0."""
    node = b.node
    if b.is_const and isinstance(node, Const) and isinstance(node.value, int):
        if node.value == 0:
            return replace(a, node=NULL)
        return multiplied(a, constant(Fraction(b.den, node.value)))
    if a.over == b.over:  # it cancels out
        a, b = (replace(one, over=ONE, most_over=1) for one in (a, b))
    top = replace(a, den=1, over=ONE, most_over=1, span=None)
    shared = gcd(b.den, a.den)
    top = scaled(top, b.den // shared)
    top = _times_over(top, b.over, b.most_over)
    positive: Node = b.node
    if b.low < 0:
        signed = _product(top, Num(op("sign", b.node), -1, 1))
        top, positive = replace(signed, den=1), op("abs", b.node)
    if b.low <= 0 <= b.high:
        top = replace(top, node=case([(op("<>", b.node, ZERO), top.node)]))
        positive = op("nullif", positive, ZERO)
    positive = op("coalesce", op("big", positive) if b.small else positive, ONE)  # never null
    under = Num(positive, 1, max(1, b.most), huge=b.huge)
    over, most = _overs(replace(a, node=ZERO), replace(under, over=positive, most_over=under.high))
    return replace(top, den=a.den // shared, over=over, most_over=most)


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
    return _narrowed(
        found, (rounded_half_up(span[0], places=places), rounded_half_up(span[1], places=places))
    )


def floor_of(num: Num) -> Num:
    top, bottom = _fraction(num, 1)
    if _is_one(bottom):
        return top
    span = span_of(num)
    whole_span = (Fraction(span[0].__floor__()), Fraction(span[1].__floor__()))
    return _narrowed(floored(_signless(top, num.span), bottom), whole_span)


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


def absolute(num: Num) -> Num:
    if num.low >= 0:
        return num
    return replace(num, node=op("abs", num.node), low=0, high=num.most, span=None)


def compared(operator: str, a: Num, b: Num) -> Node:
    """`a operator b` by cross-multiplication; against a constant, a whole number is compared."""
    if b.is_const and a.over == ONE and isinstance(b.node, Const) and isinstance(b.node.value, int):
        return _against(operator, a, Fraction(b.node.value * a.den, b.den))
    if a.is_const and b.over == ONE and isinstance(a.node, Const) and isinstance(a.node.value, int):
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}[operator]
        return _against(turned, b, Fraction(a.node.value * b.den, a.den))
    left, right = aligned(a, b)
    return op(operator, left.node, right.node)


def _against(operator: str, num: Num, limit: Fraction) -> Node:
    """A whole number against an exact limit."""
    if limit.denominator != 1:
        if operator in ("=", "<>"):
            return case([(op("is_null", num.node), NULL)], Const(operator == "<>"))
        edge = limit.__floor__() if operator in (">", "<=") else limit.__ceil__()
        return op(operator, num.node, Const(edge))
    return op(operator, num.node, Const(limit.numerator))


def chosen(branches: Sequence[tuple[Node, Num]], otherwise: Num | None = None) -> Num:
    """A number by cases; null where no case holds and there is no `otherwise`."""
    nums = [num for _, num in branches] + ([] if otherwise is None else [otherwise])
    if any(num.over != nums[0].over for num in nums):
        divisors = {num.over: num for num in nums if num.over != ONE and num.node != NULL}
        if len(divisors) != 1:
            return _chosen_with_overs(branches, otherwise)
        (divided_,) = divisors.values()
        nums = [_lifted(num, divided_) for num in nums]
        branches = list(zip((when for when, _ in branches), nums, strict=False))
        otherwise = None if otherwise is None else nums[-1]
    den = lcm(*(num.den for num in nums))
    same = [scaled(num, den // num.den) for num in nums]  # spans are taken of `nums`
    huge = any(num.huge for num in same)
    values = [_huge(num.node, huge=num.huge) if huge else num.node for num in same]
    conditions = [condition for condition, _ in branches]
    rest = values[-1] if otherwise is not None else NULL
    node = case(list(zip(conditions, values, strict=False)), rest)
    low, high = min(num.low for num in same), max(num.high for num in same)
    if isinstance(node, Const) and isinstance(node.value, int):
        low = high = node.value
    span = None
    if any(num.span for num in nums):
        spans = [span_of(num) for num in nums]
        span = (min(one[0] for one in spans), max(one[1] for one in spans))
    small = all(num.may_be_small for num in same)
    return Num(
        node, low, high, den, nums[0].over, nums[0].most_over, huge=huge, small=small, span=span
    )


def _lifted(num: Num, other: Num) -> Num:
    """A number without a divisor over the divisor of another, so that one divisor serves all."""
    if num.over != ONE or num.node == NULL:
        return replace(num, over=other.over, most_over=other.most_over)
    found = _times_over(num, other.over, other.most_over)
    return replace(found, over=other.over, most_over=other.most_over)


def _chosen_with_overs(branches: Sequence[tuple[Node, Num]], otherwise: Num | None) -> Num:
    """By cases, the divisor too: each case keeps its own."""
    plain = [(when, replace(num, over=ONE, most_over=1)) for when, num in branches]
    rest = None if otherwise is None else replace(otherwise, over=ONE, most_over=1)
    top = chosen(plain, rest)
    over = case(
        [(when, num.over) for when, num in branches], ONE if otherwise is None else otherwise.over
    )
    nums = [num for _, num in branches] + ([] if otherwise is None else [otherwise])
    return replace(top, over=over, most_over=max(num.most_over for num in nums))


def extreme(a: Num, b: Num, *, larger: bool, sure: bool = False) -> Num:
    """The larger or the smaller of two; null where either is (`sure`: neither can be)."""
    operator = ">=" if larger else "<="
    pick = max if larger else min
    left, right = aligned(a, b)
    if (left.low >= right.high) if larger else (left.high <= right.low):
        return _strict(left, right)
    if (right.low >= left.high) if larger else (right.high <= left.low):
        return _strict(right, left)
    low, high = pick(left.low, right.low), pick(left.high, right.high)
    huge, small = left.huge or right.huge, left.may_be_small and right.may_be_small
    nodes = [_huge(one.node, huge=one.huge) if huge else one.node for one in (left, right)]
    if sure:
        node = op("greatest" if larger else "least", *nodes)
    else:
        holds = op(operator, left.node, right.node)
        node = case([(holds, nodes[0]), (op("not", holds), nodes[1])])
    return replace(left, node=node, low=low, high=high, huge=huge, small=small, span=None)


def _strict(kept: Num, other: Num) -> Num:
    """`kept`, but null where the other is."""
    if isinstance(other.node, Const):
        return kept if other.node != NULL else replace(kept, node=NULL)
    return replace(kept, node=case([(op("not", op("is_null", other.node)), kept.node)]))


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


__all__ = [
    "FALSE",
    "TRUE",
    "Num",
    "Op",
    "TooWide",
    "absolute",
    "added",
    "aligned",
    "all_aligned",
    "bare",
    "ceil_of",
    "chosen",
    "compared",
    "constant",
    "cut_off",
    "denominator",
    "denominator_of",
    "divided",
    "extreme",
    "floor_of",
    "floored",
    "half_up",
    "minus",
    "multiplied",
    "remainder",
    "rounded",
    "scaled",
    "settled",
    "sort_key",
    "whole",
]  # fmt: skip
