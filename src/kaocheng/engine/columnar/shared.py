"""Aggregates that are the same for everybody of a group, kept beside the rows of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.aggregates import with_earliest
from kaocheng.engine.columnar.cells import Cell, number
from kaocheng.engine.columnar.expressions import Place
from kaocheng.engine.columnar.facts import MOST_LINES
from kaocheng.engine.columnar.nodes import Node
from kaocheng.engine.columnar.numbers import TooWide, whole
from kaocheng.engine.columnar.rows import Unlowered
from kaocheng.engine.expressions.bound import BAggregate, walk_bound
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item, Result
from kaocheng.engine.mechanisms import MECHANISMS

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner


@dataclass(frozen=True)
class Shared:
    """An aggregate as its subjects see it.

    `blamed` is the place in time of the row that leaves it open, `held` that of the first row it
    takes; null where there is none.
    """

    result: str
    value: Cell
    blamed: Cell
    held: Cell

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (self.value, self.blamed, self.held)


def shared_of(planner: Planner, result: Result, item: Item) -> dict[int, Shared]:
    """The shared aggregates of an item, by the identity of their nodes; not those in others."""
    place = Place(planner.reader, (planner.subject(result),))
    found: dict[int, Shared] = {}
    for node in _asked_by(planner, result, item):
        doubts = len(planner.doubts.get(result.id, ()))
        try:
            found[id(node)] = _shared(planner, node, place, result.id)
        except (Unlowered, TooWide):
            del planner.doubts.get(result.id, [])[doubts:]
    return found


def _asked_by(planner: Planner, result: Result, item: Item) -> Iterator[BAggregate]:
    for expr in _read_for(result, item):
        for node in walk_bound(planner.compiled.bound[expr]):
            if isinstance(node, BAggregate) and node.level == 1 and node.is_shared:
                yield node


def _read_for(result: Result, item: Item) -> Iterator[Expr]:
    """What is read on a subject for its item."""
    slots = MECHANISMS[item.mechanism].slots(item)
    yield from (slot.expr for slot in slots if not slot.each and not slot.table)
    yield from (one for one in (*item.conditions, item.when) if one is not None)
    for limit in (item.floor, item.cap):
        if limit is not None:
            yield from (one for one in (limit.at, limit.when) if one is not None)
    yield from (flag.when for flag in item.flags)
    yield from (one.gives[item.id] for one in result.exempt if item.id in one.gives)


def _shared(planner: Planner, node: BAggregate, place: Place, result: str) -> Shared:
    source = planner.sources.shared(node, place)
    value, blamed, held = with_earliest(node, source)

    def kept(name: str, cell: Cell) -> Cell:
        return planner.kept(f"_shared_{name}", cell, planner.chain)

    def in_time(at: Node) -> Cell:
        return replace(number(whole(at, 0, MOST_LINES**2)), open=True)

    value = kept("value", value)
    return Shared(result, value, kept("blamed", in_time(blamed)), kept("held", in_time(held)))
