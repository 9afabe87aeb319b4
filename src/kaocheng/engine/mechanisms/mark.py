"""`mark`: a mark given by people, or another raw mark, scaled to the full mark.

    value = points × of ÷ out_of

`out_of` is the full mark of the raw mark; without it the raw mark counts as it is. A raw mark
below 0 or above its full mark is treated as missing: it is a slip of the pen, not a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.expressions.functions import divided
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.forms import Either, Made
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, Record
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.trace import Advice, Outcome, shown
from kaocheng.engine.values import Missing, is_number


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
        return Outcome(raw, rows=rows)
    if full is not None and not is_number(full):
        return Outcome(full, rows=rows)
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
    advise=_advise,
)
