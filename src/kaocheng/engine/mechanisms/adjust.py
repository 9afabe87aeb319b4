"""`adjust`: an earlier value replaced by a recorded decision, and only by a valid one.

The latest row of `register` for which `when` holds gives the new value; rows for which it does not
hold change nothing and are flagged. `where` says which rows are meant at all: in a yearly result
the ledger's quarterly rows lie within the year too. Later items read the adjusted value.

Error bound: 0, values are taken over as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import TRUE, both, negated
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Identifier, Key, Record, Text
from kaocheng.engine.language.types import BOOLEAN, Type, either
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Row, Slot, TypeOf
from kaocheng.engine.problems import Place
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import is_known

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Adjust:
    of: Expr
    register: str
    to: Expr
    place: Place
    where: Expr | None = None
    when: Expr | None = None
    otherwise: str = "调整未满足规定的条件，不生效"


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    yield Slot(spec.of, None)
    yield Slot(spec.to, None, table=spec.register, gives=True)
    for expr in (spec.where, spec.when):
        if expr is not None:
            yield Slot(expr, BOOLEAN, table=spec.register)


def _type_of(item: Item, type_of: TypeOf) -> Type:
    """A text that `to` brings in from outside the scale of `of` is no grade of that scale."""
    spec = _spec(item)
    return either([type_of(spec.of), type_of(spec.to)])


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    before = frame.value(spec.of)
    rows = frame.rows_used()
    flags: tuple[str, ...] = ()
    decided: Row | None = None
    for row in frame.rows(spec.register):
        if not _holds(spec.where, row, frame):
            continue
        if _holds(spec.when, row, frame) and is_known(frame.value(spec.to, row=row)):
            decided = row
        else:
            flags = (spec.otherwise,)
    if decided is None:
        return Outcome(before, text=f"{shown(before)}，没有调整", flags=flags, rows=rows)
    after = frame.value(spec.to, row=decided)
    line = Line("调整", after, f"{shown(before)} 调整为 {shown(after)}", rows=(decided.ref,))
    return Outcome(after, (line,), line.text, flags, rows=(*rows, decided.ref))


def _holds(expr: Expr | None, row: Row, frame: Frame) -> bool:
    return expr is None or frame.value(expr, row=row) is True


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    before = low.value(spec.of)
    exprs = [expr for expr in (spec.to, spec.where, spec.when) if expr is not None]
    rows = low.entries(spec.register, exprs)
    meant = TRUE if spec.where is None else rows.value(spec.where).true
    valid = TRUE if spec.when is None else rows.value(spec.when).true
    to = rows.value(spec.to)
    decides = both(meant, valid, to.known)
    after = rows.take("latest", decides, to)
    broken = rows.any(both(meant, negated(both(valid, to.known))))
    found = low.by_case([(rows.any(decides), after)], before)
    return Lowered(found, (Flag(broken, spec.otherwise),))


def _spec(item: Item) -> Adjust:
    assert isinstance(item.spec, Adjust)
    return item.spec


ADJUST = Mechanism(
    key="adjust",
    title="审定调整",
    shape=Record(
        Adjust,
        {
            "of": Key(Expression(), "调整前的值", required=True),
            "register": Key(Identifier(), "登记调整的台账；以最近一条有效的为准", required=True),
            "to": Key(Expression(), "调整为", required=True),
            "where": Key(Expression(), "只看哪些记录，默认全部"),
            "when": Key(Expression(), "什么样的调整才有效"),
            "otherwise": Key(Text(100), "无效时的提示", default="调整未满足规定的条件，不生效"),
        },
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
)
