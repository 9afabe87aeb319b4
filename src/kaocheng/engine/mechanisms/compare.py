"""`compare`: the subject's own value against the mean of a group.

    value = points × own ÷ mean

Nothing is cut off unless the item says `cap`: one and a half times the mean earns one and a half
times the points. A mean of 0 leaves the value undefined.

Error bound: 0, the mean stays a fraction over the size of its group.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import arithmetic, first_unknown, less, literal
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import TRUE, both, negated, op
from kaocheng.engine.expressions.functions import divided
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, Record
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.trace import Outcome, shown
from kaocheng.engine.values import is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Compare:
    own: Expr
    mean: Expr


def _slots(item: Item) -> list[Slot]:
    return [Slot(_spec(item).own), Slot(_spec(item).mean)]


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    points = item.points if item.points is not None else Fraction(1)
    own, mean = frame.value(spec.own), frame.value(spec.mean)
    rows = frame.rows_used()
    for value in (own, mean):
        if not is_number(value):
            return Outcome(without_bounds(value), rows=rows)
    assert is_number(own)
    assert is_number(mean)
    ratio = divided(own, mean)
    if not is_number(ratio):
        return Outcome(ratio, rows=rows)
    spelled = f"{frame.spell(spec.own)} ÷ {frame.spell(spec.mean)} × {shown(points, places=0)}"
    cap = item.cap
    capped = cap is not None and (cap.when is None or frame.value(cap.when) is True)
    over = ratio > 1 and not capped
    flags = (f"高于满分 {shown(points, places=0)} 分，方案没有写上限",) if over else ()
    return Outcome(points * ratio, text=spelled, rows=rows, flags=flags)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    points = literal(item.points if item.points is not None else Fraction(1))
    own, mean = low.value(spec.own), low.keep("mean", low.value(spec.mean))
    ratio = arithmetic("/", own, mean)
    value = arithmetic("*", points, ratio)
    over = op("holds", less(">", ratio, literal(Fraction(1))))
    if item.cap is not None:
        capped = TRUE if item.cap.when is None else low.value(item.cap.when).true
        over = both(over, negated(capped))
    full = shown(points.const, places=0) if points.const is not None else ""
    flag = Flag(over, f"高于满分 {full} 分，方案没有写上限")
    return Lowered(first_unknown([own, mean], value), (flag,))


def _spec(item: Item) -> Compare:
    assert isinstance(item.spec, Compare)
    return item.spec


COMPARE = Mechanism(
    key="compare",
    title="与平均值相比",
    shape=Record(
        Compare,
        {
            "own": Key(Expression(), "本人（本单位）的数值", required=True),
            "mean": Key(Expression(), "平均值；须写明是谁的平均", required=True),
        },
        place=False,
    ),
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    needs_points=True,
)
