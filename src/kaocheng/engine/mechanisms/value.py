"""`value`: a plain formula, or the first of several cases that applies.

    value: EXPR
    value: {first: [{when: CONDITION, then: EXPR}, …], otherwise: EXPR}

The cases are tried in order; a condition that is missing makes the value missing unless an earlier
case applied. Without `otherwise` nothing applies: the value is not applicable.

Error bound: 0, formulas are exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import blank, not_applicable
from kaocheng.engine.columnar.lowered import Lowered
from kaocheng.engine.columnar.nodes import negated
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.forms import Either, Made
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import CLAUSE, Clause, Expression, Key, ListOf, Record
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type, either
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, TypeOf
from kaocheng.engine.problems import Place
from kaocheng.engine.trace import Line, Outcome
from kaocheng.engine.values import NotApplicable, is_number

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Choice:
    when: Expr
    then: Expr
    place: Place
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Value:
    first: tuple[Choice, ...] = ()
    otherwise: Expr | None = None


def _plain(expr: object) -> Value:
    assert isinstance(expr, Expr)
    return Value(otherwise=expr)


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    for choice in spec.first:
        yield Slot(choice.when, BOOLEAN)
        yield Slot(choice.then, None, gives=True)
    if spec.otherwise is not None:
        yield Slot(spec.otherwise, None, gives=True)


def _type_of(item: Item, type_of: TypeOf) -> Type:
    spec = _spec(item)
    branches = [choice.then for choice in spec.first]
    return either([type_of(expr) for expr in (*branches, spec.otherwise) if expr is not None])


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    for choice in spec.first:
        holds = frame.value(choice.when)
        rows = frame.rows_used()
        if holds is True:
            value = frame.value(choice.then)
            text = f"{frame.spell(choice.when)}，取 {frame.spell(choice.then)}"
            line = Line(item.title, value, text, choice.clauses, (*rows, *frame.rows_used()))
            return Outcome(value, (line,), adds_up=is_number(value))
        if holds is not False:
            return Outcome(holds, rows=rows)
    if spec.otherwise is None:
        return Outcome(NotApplicable("没有一种情形符合"))
    value = frame.value(spec.otherwise)
    return Outcome(value, text=frame.spell(spec.otherwise), rows=frame.rows_used())


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    cells = []
    for choice in spec.first:
        holds = low.value(choice.when)
        cells.append((negated(holds.known), blank(holds, NUMBER)))
        cells.append((holds.true, low.value(choice.then)))
    if spec.otherwise is None:
        otherwise = not_applicable(cells[-1][1].type)
    else:
        otherwise = low.value(spec.otherwise)
    return Lowered(low.by_case(cells, otherwise))


def _spec(item: Item) -> Value:
    assert isinstance(item.spec, Value)
    return item.spec


VALUE = Mechanism(
    key="value",
    title="算式",
    shape=Either(
        Made(Expression(), _plain),
        Record(
            Value,
            {
                "first": Key(
                    ListOf(
                        Record(
                            Choice,
                            {
                                "when": Key(Expression(), "什么情形", required=True),
                                "then": Key(Expression(), "取什么值", required=True),
                                "clause": CLAUSE,
                            },
                        )
                    ),
                    "各种情形，按先后取第一个符合的",
                    required=True,
                ),
                "otherwise": Key(Expression(), "都不符合时的值"),
            },
            place=False,
        ),
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
)
