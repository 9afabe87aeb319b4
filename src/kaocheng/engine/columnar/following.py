"""Items of another result, read for the subject that a reference points to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import (
    Cell,
    by_case,
    missing,
    not_applicable,
)
from kaocheng.engine.columnar.expressions import Place
from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    Const,
    Node,
    Ref,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.columnar.relation import Join
from kaocheng.engine.columnar.rows import PERIOD, Unlowered, View, moved, short
from kaocheng.engine.expressions.bound import BField, BFollowItem, Bound

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner


def _place_of(base: Bound, key: Cell, place: Place) -> Node:
    """The position that a key stands for; a row's own key is the row itplanner."""
    if key.coded:
        return key.node
    if isinstance(base, BField) and place.rows[base.level].register.key == base.field:
        return place.rows[base.level].at
    raise Unlowered("编号是算出来的文字")


def follow_item(planner: Planner, node: BFollowItem, key: Cell, place: Place) -> Cell:
    """The item that another result gives for the subject that `key` points to."""
    result = planner.pack.results[node.result]
    view = place.rows[-1]
    chain = planner.members_chain(node.result)
    key_node = _place_of(node.base, key, place)
    if view.chain is not None and not view.alias:
        key_node = view.chain.define("key", key_node)
    level = chain.freeze()
    alias = f"f_{node.result}{level}_{short(key_node)}"
    pairs: list[tuple[Node, Node]] = [(key_node, Ref(AT, alias))]
    if result.each:
        own: Node | None = None
        if place.period is not None:
            at = planner.facts.periods.index(place.period)
            own, alias = Const(at), f"{alias}_{at}"
            pairs = [(key_node, Ref(AT, alias))]
        elif isinstance(place.rows[0], View):  # else who asks has no period
            own = place.rows[0].period()
        if own is None:
            return by_case([(key.missing, missing(node.type))], not_applicable(node.type))
        pairs.append((own, Ref(PERIOD, alias)))
    cell = planner.item(node.result, node.item)
    join = Join(chain, alias, tuple(pairs), level=level)
    there = view.host.attach(join, AT)

    def read(one: Node) -> Node:
        if isinstance(one, Ref):
            return view.host.attach(join, one.name)
        return one

    found = _rebuilt(moved(cell, ""), read)
    outside = op("is_null", there)
    branches = [(key.missing, missing(node.type)), (outside, not_applicable(node.type))]
    return by_case([one for one in branches if one[0] != FALSE], found)


def _never_null(over: Node) -> Node:
    return op("coalesce", over, ONE)


def _rebuilt(cell: Cell, read: Callable[[Node], Node]) -> Cell:
    """A kept cell with its columns read elsewhere."""

    def number(num: Num | None) -> Num | None:
        return (
            None
            if num is None
            else replace(
                num,
                node=read(num.node),
                over=num.over if num.over == ONE else _never_null(read(num.over)),
            )
        )

    node = read(cell.node)
    num, low = number(cell.num), number(cell.low)
    return replace(cell, node=node, na=read(cell.na), num=num, low=low, gap=None)
