"""What is asked of the rows of a source: where they lie in time, how many, which of them count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from kaocheng.engine.columnar.expressions import Place, lower
from kaocheng.engine.columnar.facts import LINE, MOST_LINES, SEQ
from kaocheng.engine.columnar.nodes import (
    FALSE,
    TRUE,
    Const,
    Node,
    op,
)
from kaocheng.engine.columnar.relation import Aggregate, Chain
from kaocheng.engine.columnar.rows import PassHost, Unlowered, View, stored, within
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BField,
    BFollowItem,
    Bound,
    walk_bound,
)
from kaocheng.engine.language.periods import Period

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner


@dataclass(frozen=True)
class Hole:
    """A row that an aggregate computed elsewhere cannot see."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Unlowered("汇总的条件里再用外层的记录")


def row_of(planner: Planner, node: BAggregate) -> tuple[View, str | Chain]:
    """A row of the source and where it is read."""
    dummy = PassHost(Aggregate("", "", "r", ()))
    if node.is_result:
        chain = planner.members_chain(node.source)
        result = planner.pack.results[node.source]
        register = planner.pack.registers[result.of]
        return View(planner.facts, register, dummy, "r", result, chain, planner.item), chain
    register = planner.pack.registers[node.source]
    return View(planner.facts, register, dummy, "r"), stored(node.source)


def counted(planner: Planner, node: BAggregate, view: View) -> Node | None:
    """The rows of a register that count at all."""
    if node.is_result:
        return None
    expr = planner.pack.registers[node.source].counts_when
    if expr is None:
        return None
    bound = planner.compiled.bound[expr]
    return lower(bound, Place(planner.reader, (view,))).true


def own_period(node: BAggregate, place: Place) -> Node | None:
    """The period of who asks, where it narrows the rows."""
    if not node.timed or place.period is not None:
        return None
    asker: object = place.rows[0]
    return asker.period() if isinstance(asker, View) else None


def inside(planner: Planner, node: BAggregate, row: View, period: Period | None) -> Node:
    """Whether a row lies in the one period that is asked for; never null."""
    if period is None or not node.timed:
        return TRUE
    calendar = planner.reader.calendar
    own = row.period()
    if own is not None:
        return calendar.contains(period, own)
    register = row.register
    if register.date:
        return within(day_of(row), period)
    if register.period:
        return calendar.contains(period, row.field(register.period).node)
    return FALSE


def period_of(planner: Planner, row: View, kind: str) -> Node:
    """The period of `kind` in which a row lies, by its date or else its own period."""
    calendar = planner.reader.calendar
    own = row.period()
    if own is not None:
        return calendar.holding(own, kind)
    register = row.register
    if register.date:
        return calendar.of_day(day_of(row), kind)
    if register.period:
        return calendar.holding(row.field(register.period).node, kind)
    return Const(None)


def holds_asker(planner: Planner, node: BAggregate, place: Place) -> bool:
    """Whether who asks is among the rows: a group of one's own roster, all of it counting."""
    if node.is_result or node.link or node.timed or not isinstance(place.rows[0], View):
        return False
    if place.rows[0].register.id != node.source:
        return False
    return planner.pack.registers[node.source].counts_when is None


def most_rows(planner: Planner, node: BAggregate) -> int:
    """The most rows that can belong to one asker."""
    tables = planner.facts.tables
    if node.is_result:
        result = planner.pack.results[node.source]
        periods = len(planner.reader.calendar.of_kind(result.each)) if result.each else 1
        subjects = tables[result.of].rows
        if node.scope is None and not node.whole:
            subjects = 1
            if node.link:
                named = node.link[0].field if isinstance(node.link[0], BField) else ""
                subjects = tables[result.of].most_per.get(named, tables[result.of].rows)
        return max(1, subjects * periods)
    table = tables[node.source]
    if node.scope is None and node.link and isinstance(node.link[0], BField):
        return max(1, table.most_per.get(node.link[0].field, table.rows))
    return max(1, table.rows)


def day_of(row: View) -> Node:
    cell = row.field(row.register.date)
    return op("day_of", cell.node) if cell.type.kind == "moment" else cell.node


def time_of(row: View) -> Node:
    """The place of a row in time."""
    own = row.period()
    if own is not None:
        return op("+", op("*", op("big", own), Const(MOST_LINES)), row.column(LINE))
    return row.column(SEQ)


def results_read(planner: Planner, read: Sequence[Bound | None]) -> tuple[tuple[str, int], ...]:
    """The results that a pass reads besides its rows, each as it stands now.

    A pass that was joined before these stood cannot be asked for them.
    """
    named = {
        one.result if isinstance(one, BFollowItem) else one.source
        for part in read
        if part is not None
        for one in walk_bound(part)
        if isinstance(one, BFollowItem) or (isinstance(one, BAggregate) and one.is_result)
    }
    return tuple((one, planner.chains[one].freeze()) for one in sorted(named))


def reachable(node: Node, place: Place) -> Node:
    """A key as a column of the chain, where the chain itself asks."""
    chain = place.rows[-1].chain
    return chain.define("key", node) if chain is not None and not place.rows[-1].alias else node
