"""`parts`: an item made of other items (一级指标 and what stands below it).

`combine` says how: `sum` (default), `weighted`, `mean`, `lowest`, `highest`, or `only`: exactly one
part applies to everybody (different rules for different groups) and is the value. A part that is
not applicable is left out, counts as full, or counts as 0, as the part itself says; with weights or
a mean, what is left is scaled to 100 %.

Error bound: 0, marks and weights are fractions and their scale divides exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.cells import (
    Cell,
    arithmetic,
    by_case,
    guarded,
    literal,
    missing,
    not_applicable,
    number,
)
from kaocheng.engine.columnar.lowered import Lowered
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Node,
    any_of,
    both,
    case,
    negated,
    op,
    total,
)
from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.tree import Literal
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import OneOf
from kaocheng.engine.language.types import NUMBER
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.problems import Problems
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import (
    Missing,
    NotApplicable,
    Value,
    high_of,
    is_known,
    is_number,
    low_of,
)

COMBINE = OneOf(
    {
        "sum": "相加",
        "weighted": "按权重相加",
        "mean": "取平均",
        "lowest": "取最低",
        "highest": "取最高",
        "only": "各人只适用其中一项，取适用的那一项",
    }
)

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Parts:
    parts: tuple[Item, ...]
    combine: str = "sum"


@dataclass(frozen=True)
class _Part:
    """A part that takes part: its item, its value (states resolved) and its weight."""

    item: Item
    value: Value
    weight: Fraction


def _slots(item: Item) -> Iterable[Slot]:
    for part in _spec(item).parts:
        if part.weight is not None:
            yield Slot(part.weight)


def _check(item: Item, problems: Problems) -> None:
    spec = _spec(item)
    if spec.combine == "weighted":
        _check_weights(item, spec, problems)
    for part in spec.parts if spec.combine != "sum" else ():
        if None not in (part.points, item.points) and part.points != item.points:
            points, found = shown(item.points or Fraction(0)), shown(part.points or Fraction(0))
            why = f"“{part.title}”满分 {found}，与上级指标的 {points} 不同"
            problems.add("S30", part.place, title=item.title, why=why, page="parts")
    counted = [part for part in spec.parts if not part.bonus]
    known = [part.points for part in counted if part.points is not None]
    if spec.combine == "sum" and item.points is not None and len(known) == len(counted):
        total = sum(known, Fraction(0))
        if total != item.points:
            points, found = exact_text(item.points), exact_text(total)
            problems.add("S23", item.place, title=item.title, points=points, sum=found)


def _check_weights(item: Item, spec: Parts, problems: Problems) -> None:
    literals = []
    for part in spec.parts:
        if part.weight is None:
            why = f"“{part.title}”没有写 weight（权重）"
            problems.add("S30", part.place, title=item.title, why=why, page="parts")
        elif isinstance(part.weight.tree, Literal) and is_number(part.weight.tree.value):
            literals.append(part.weight.tree.value)
    if len(literals) == len(spec.parts) and sum(literals) != 1:
        found = f"{exact_text(sum(literals, Fraction(0)) * 100)}%"
        problems.add("S24", item.place, title=item.title, sum=found)


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    taking = _taking_part(spec, frame)
    if not taking:
        return Outcome(NotApplicable("各部分都不适用"))
    if spec.combine in ("sum", "weighted", "mean"):
        return _added(spec, taking)
    if spec.combine == "only":
        return _only(taking)
    return _chosen(spec, taking)


def _taking_part(spec: Parts, frame: Frame) -> list[_Part]:
    found = []
    for part in spec.parts:
        value = frame.item(part.id).value
        weight = Fraction(1)
        if spec.combine == "weighted" and part.weight is not None:
            given = frame.value(part.weight)
            if not is_number(given):
                value = Missing(f"“{part.title}”的权重未定")
            else:
                weight = given
        if isinstance(value, NotApplicable):
            if part.not_applicable == "drop":
                continue
            full = part.points if part.not_applicable == "full" else Fraction(0)
            value = Fraction(0) if full is None else full
        found.append(_Part(part, value, weight))
    return found


def _added(spec: Parts, taking: Sequence[_Part]) -> Outcome:
    whole = Fraction(1) if spec.combine == "sum" else sum(part.weight for part in taking)
    if whole == 0:
        return Outcome(Missing("权重合计为 0"))
    lines, low, high = [], Fraction(0), Fraction(0)
    bounded, trouble = True, ""
    for part in taking:
        share = Fraction(1) if spec.combine == "sum" else part.weight / whole
        value = part.value * share if is_number(part.value) else part.value
        lines.append(Line(part.item.title, value, _weight_words(part, share), item=part.item.id))
        least, most = low_of(part.value), high_of(part.value)
        if not is_number(part.value):
            trouble = trouble or f"缺“{part.item.title}”"
        bounded = bounded and most is not None
        low += (least or Fraction(0)) * share
        high += (most or Fraction(0)) * share
    text = " + ".join(shown(line.value) for line in lines)
    if trouble:
        return Outcome(Missing(trouble, low, high if bounded else None), tuple(lines), text)
    return Outcome(low, tuple(lines), text, adds_up=True)


def _weight_words(part: _Part, share: Fraction) -> str:
    if share == 1:
        return ""
    return f"{shown(part.value)} × {shown(share * 100)}%"


def _only(taking: Sequence[_Part]) -> Outcome:
    """The one part that applies; more than one is a contradiction of the scheme's conditions."""
    if len(taking) > 1:
        titles = "、".join(part.item.title for part in taking)
        return Outcome(Missing(f"应当只适用一项，却有：{titles}"))
    (part,) = taking
    return Outcome(
        part.value, (Line(part.item.title, part.value, item=part.item.id),), adds_up=True
    )


def _chosen(spec: Parts, taking: Sequence[_Part]) -> Outcome:
    lines = tuple(Line(part.item.title, part.value, item=part.item.id) for part in taking)
    for part in taking:
        if not is_known(part.value):
            return Outcome(Missing(f"缺“{part.item.title}”"), lines)
    numbers = [part.value for part in taking if is_number(part.value)]
    return Outcome(max(numbers) if spec.combine == "highest" else min(numbers), lines)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    taking = [_taking(part, spec, low) for part in spec.parts]
    nobody = both(*(negated(one.here) for one in taking))
    if spec.combine in ("sum", "weighted", "mean"):
        found = _lowered_sum(spec, taking, low)
    elif spec.combine == "only":
        several = op(">", total([case([(one.here, ONE)], ZERO) for one in taking]), ONE)
        chosen = low.by_case([(one.here, one.value) for one in taking], missing(NUMBER))
        several = several if len(taking) > 1 else FALSE
        found = by_case([(several, missing(NUMBER))], chosen)
    else:
        found = _lowered_choice(spec, taking)
    return Lowered(by_case([(nobody, not_applicable(NUMBER))], found))


@dataclass(frozen=True)
class _Taking:
    """A part in columns: whether it takes part (`here`), its value there, and its weight."""

    here: Node
    value: Cell
    weight: Cell


def _taking(part: Item, spec: Parts, low: Lowering) -> _Taking:
    value, weight = low.other(part.id), literal(Fraction(1))
    if spec.combine == "weighted" and part.weight is not None:
        given = low.keep("weight", low.value(part.weight))
        weight = by_case([(given.known, given)], literal(Fraction(1)))
        value = by_case([(negated(given.known), missing(NUMBER))], value)
    if part.not_applicable == "drop":
        return _Taking(negated(value.na), by_case([(value.na, missing(NUMBER))], value), weight)
    full = part.points if part.not_applicable == "full" else Fraction(0)
    instead = literal(Fraction(0) if full is None else full)
    return _Taking(TRUE, by_case([(value.na, instead)], value), weight)


def _lowered_sum(spec: Parts, taking: Sequence[_Taking], low: Lowering) -> Cell:
    zero = literal(Fraction(0))
    shares = [by_case([(one.here, one.weight)], zero) for one in taking]
    whole = literal(Fraction(1))
    if spec.combine != "sum":
        whole = low.keep("weights", reduce(lambda a, b: arithmetic("+", a, b), shares))
    added = [
        arithmetic("*", by_case([(one.here, one.value)], zero), share)
        for one, share in zip(taking, shares, strict=True)
    ]
    if spec.combine == "sum":
        added = [by_case([(one.here, one.value)], zero) for one in taking]
    found = arithmetic("/", reduce(lambda a, b: arithmetic("+", a, b), added), whole)
    if not low.want_low:
        return found
    lows = [arithmetic("*", _least(one), share) for one, share in zip(taking, shares, strict=True)]
    least = arithmetic("/", reduce(lambda a, b: arithmetic("+", a, b), lows), whole)
    return replace(found, low=least.num)


def _least(one: _Taking) -> Cell:
    """What a part is at least: itself, or what a missing one has so far."""
    zero = literal(Fraction(0))
    known = by_case([(one.value.known, one.value)], zero)
    if one.value.low is not None:
        least = Cell(NUMBER, one.value.low.node, one.value.low, open=True)
        branches = [(one.value.known, one.value), (least.known, least)]
        known = by_case(branches, zero)
    return by_case([(one.here, replace(known, open=False, na=FALSE))], zero)


def _lowered_choice(spec: Parts, taking: Sequence[_Taking]) -> Cell:
    """The highest or lowest; missing where a part that takes part is."""
    larger = spec.combine == "highest"
    best = taking[0].value
    there = taking[0].here
    for one in taking[1:]:
        pair = number(
            numbers.extreme(best.number, one.value.number, larger=larger), best, one.value
        )
        best = by_case([(both(there, one.here), pair), (one.here, one.value)], best)
        there = any_of(there, one.here)
    lacking = any_of(*(both(one.here, negated(one.value.known)) for one in taking))
    return guarded(best, lacking)


def _spec(item: Item) -> Parts:
    assert isinstance(item.spec, Parts)
    return item.spec


PARTS = Mechanism(
    key="parts",
    title="分项合成",
    shape=COMBINE,  # replaced by a list of items where items are read
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    check=_check,
)
