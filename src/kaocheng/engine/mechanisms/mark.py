"""`mark`: a mark given by people, or another raw mark, scaled to the full mark.

    value = points × of ÷ out_of

`out_of` is the full mark of the raw mark; without it the raw mark counts as it is. A raw mark
below 0 or above its full mark is treated as missing: it is a slip of the pen, not a result.

Error bound: 0, the full mark is a constant or another column.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import arithmetic, first_unknown, guarded, less, literal
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import any_of, both, op
from kaocheng.engine.expressions.functions import divided
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.forms import Either, Made
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, Record
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.trace import Advice, Outcome, shown
from kaocheng.engine.values import Missing, is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Mark:
    of: Expr
    out_of: Expr | None = None


def _slots(item: Item) -> list[Slot]:
    spec = _spec(item)
    return [Slot(expr) for expr in (spec.of, spec.out_of) if expr is not None]


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    raw = frame.value(spec.of)
    rows = frame.rows_used()
    full = item.points if spec.out_of is None else frame.value(spec.out_of)
    if not is_number(raw):
        return Outcome(raw if full is None else without_bounds(raw), rows=rows)
    if full is not None and not is_number(full):
        return Outcome(without_bounds(full), rows=rows)
    if full is not None and not 0 <= raw <= full:
        why = f"评分 {shown(raw)} 不在 0 到 {shown(full)} 之间，请核对"
        return Outcome(Missing(why), rows=rows, flags=(why,))
    if spec.out_of is None or item.points is None:
        return Outcome(raw, text=frame.spell(spec.of), rows=rows)
    share = divided(raw, full if full is not None else Fraction(1))
    if not is_number(share):
        return Outcome(share, rows=rows)
    text = f"{frame.spell(spec.of)} ÷ {frame.spell(spec.out_of)} × {shown(item.points, places=0)}"
    return Outcome(share * item.points, text=text, rows=rows)


def _advise(item: Item, frame: Frame) -> list[Advice]:
    missing = isinstance(frame.item(item.id).value, Missing)
    if not missing or item.points is None:
        return []
    return [Advice(f"“{item.title}”还没有评分，最多 {shown(item.points)} 分", item.points)]


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    raw = low.value(spec.of)
    points = None if item.points is None else literal(item.points)
    full = points if spec.out_of is None else low.value(spec.out_of)
    if full is None:
        return Lowered(raw)
    raw = low.keep("raw", raw)
    below = less("<", raw, literal(Fraction(0)))
    outside = op("holds", both(full.known, any_of(below, less(">", raw, full))))
    value = raw
    if spec.out_of is not None and points is not None:
        value = arithmetic("*", arithmetic("/", raw, full), points)
    flag = Flag(outside, "评分 {} 不在 0 到 {} 之间，请核对", (raw, full))
    return Lowered(first_unknown([raw, full], guarded(value, outside)), (flag,))


def _spec(item: Item) -> Mark:
    assert isinstance(item.spec, Mark)
    return item.spec


MARK = Mechanism(
    key="mark",
    title="评分折算",
    shape=Either(
        Made(Expression(), Mark),
        Record(
            Mark,
            {
                "of": Key(Expression(), "原始分", required=True),
                "out_of": Key(Expression(), "原始分的满分；折算成本指标的满分"),
            },
            place=False,
        ),
    ),
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    advise=_advise,
)
