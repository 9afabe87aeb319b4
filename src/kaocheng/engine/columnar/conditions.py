"""Conditions of aggregates taken apart: which side looks at the asker, and at which row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.nodes import ONE, Node, refs
from kaocheng.engine.columnar.rows import Unlowered
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BBinary,
    BLiteral,
    Bound,
    BParameter,
    BSpecial,
    walk_bound,
)

if TYPE_CHECKING:
    pass


def conjuncts(node: Bound | None) -> list[Bound]:
    if node is None:
        return []
    if isinstance(node, BBinary) and node.operator == "and":
        return [*conjuncts(node.left), *conjuncts(node.right)]
    return [node]


def outer_and_inner(node: Bound, level: int) -> tuple[Bound, Bound] | None:
    """The sides of `asker's = row's`, whichever way round it is written."""
    if not isinstance(node, BBinary) or node.operator != "=":
        return None
    for outer, inner in ((node.left, node.right), (node.right, node.left)):
        if _reads_below(outer, level) and _reads_at(inner, level):
            return outer, inner
    return None


def _reads_below(node: Bound, level: int) -> bool:
    """Reads rows, but none at `level` or deeper."""
    levels = [getattr(one, "level", None) for one in walk_bound(node)]
    found = [one for one in levels if one is not None]
    whole = not any(isinstance(one, BAggregate | BSpecial) for one in walk_bound(node))
    return whole and bool(found) and max(found) < level


def _reads_at(node: Bound, level: int) -> bool:
    """Reads the row at `level` and nothing else."""
    levels = {getattr(one, "level", level) for one in walk_bound(node)}
    plain = not any(isinstance(one, BAggregate | BSpecial) for one in walk_bound(node))
    return plain and levels == {level} and not isinstance(node, BLiteral | BParameter)


@dataclass(frozen=True)
class Shifted:
    """An inner aggregate as if it stood directly at the subject: its rows are one level up."""

    whole: BAggregate
    by: int

    @property
    def node(self) -> BAggregate:
        return shifted(self.whole, self.by, self.whole.level)


def shifted(node: BAggregate, by: int, above: int) -> BAggregate:
    """`node` with its own rows (at `above` and deeper) moved up by `by` levels."""
    found = _shift(node, by, above)
    assert isinstance(found, BAggregate)
    return found


def _shift(node: object, by: int, above: int) -> object:
    """Every level at or above `above` less `by`; a level between belongs to a row unseen."""
    if isinstance(node, tuple):
        return tuple(_shift(one, by, above) for one in node)
    level = getattr(node, "level", None)
    if isinstance(level, int):
        if 0 < level < above:
            raise Unlowered("汇总的条件里再用外层的记录")
        if level >= above:
            node = replace(node, level=level - by)  # type: ignore[type-var]  # a bound node
    fields: Mapping[str, object] = {
        name: getattr(node, name)
        for name in getattr(node, "__dataclass_fields__", {})
        if name not in ("type", "level")
    }
    changed = {
        name: _shift(value, by, above)
        for name, value in fields.items()
        if isinstance(value, tuple) or hasattr(value, "__dataclass_fields__")
    }
    changed = {name: value for name, value in changed.items() if value is not fields[name]}
    return replace(node, **changed) if changed else node  # type: ignore[type-var]  # a bound node


def same_coding(a: Cell, b: Cell) -> bool:
    """Whether equal values have equal nodes."""
    if a.num is not None and b.num is not None:
        return a.num.den == b.num.den and a.num.over == b.num.over == ONE
    return (a.coded, a.type.options, a.type.table) == (b.coded, b.type.options, b.type.table)


def tables_of(node: Node) -> set[str]:
    return {ref.table for ref in refs(node)}
