"""Runs: how many periods in a row a condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kaocheng.engine.columnar.aggregates import Source, settled_states
from kaocheng.engine.columnar.cells import Cell, literal
from kaocheng.engine.columnar.expressions import lower
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Agg,
    Const,
    Node,
    both,
    case,
    negated,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.columnar.rows import View
from kaocheng.engine.expressions.bound import (
    BAggregate,
)
from kaocheng.engine.language.types import NUMBER

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner


def run_of_many(source: Source, where: Cell) -> Cell:
    """The same where several rows of a group may lie in one period: row by row."""
    within = None if source.within == TRUE else source.within
    run = source.take(Agg("run", (where.true, source.order), within))
    longest = op("coalesce", run, ZERO)
    found = Cell(NUMBER, longest, Num(longest, 0, source.most))
    return settled_states(source, found, both(source.within, where.missing))


def longest_run(planner: Planner, node: BAggregate, source: Source, row: View) -> Cell:
    """The longest run of periods in a row for which the condition holds."""
    assert row.result is not None
    own = row.period()
    assert own is not None
    where = literal(value=True) if node.where is None else lower(node.where, source.inner)
    if node.scope is not None or node.whole or node.link:
        return run_of_many(source, where)
    longest: Node = ZERO
    current: Node = ZERO
    spans = planner.reader.calendar.of_kind(row.result.each)
    chain = planner.chain
    for at, _ in spans:
        here = both(source.within, op("=", own, Const(at)))
        there = op("coalesce", source.take(Agg("any", (here,))), FALSE)
        held = op("coalesce", source.take(Agg("any", (both(here, where.true),))), FALSE)
        current = chain.define(
            "run", case([(held, op("+", current, ONE)), (negated(there), current)], ZERO)
        )
        longest = chain.define("longest", case([(op(">", current, longest), current)], longest))
    found = Cell(NUMBER, longest, Num(longest, 0, len(spans)))
    return settled_states(source, found, both(source.within, where.missing))
