"""Chains of a plan as steps: their columns level by level, before and after each filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine.columnar import array_groups
from kaocheng.engine.columnar.array_groups import AGGREGATES, Groups, Sorted, Unfit
from kaocheng.engine.columnar.array_nodes import Array, Values, taken
from kaocheng.engine.columnar.array_sources import Joined, Source, Steps, length_of, rows_where
from kaocheng.engine.columnar.nodes import Node, Over, Ref
from kaocheng.engine.columnar.relation import Chain
from kaocheng.engine.columnar.rows import PERIOD

if TYPE_CHECKING:
    from kaocheng.engine.columnar.array_compiler import Compiler


@dataclass(eq=False)
class ChainRows:
    """A chain: its rows before the first filter, between filters, and after the last."""

    compiler: Compiler
    chain: Chain
    stretches: list[ChainStretch] = field(default_factory=list)

    def __post_init__(self) -> None:
        filters = sum(level.where is not None for level in self.chain.levels)
        self.stretches = [ChainStretch(self, at) for at in range(filters + 1)]

    def at(self, level: int) -> ChainStretch:
        """The rows as they stand at a level."""
        below = self.chain.levels[:level]
        return self.stretches[sum(one.where is not None for one in below)]

    def fill(self) -> None:
        """Make the columns level by level: none then has to reach down far."""
        needed = self.compiler.needed[self.chain.name]
        for at, level in enumerate(self.chain.levels, start=1):
            for name in level.columns:
                if name in needed:
                    self.at(at).column(name)

    def filter_into(self, number: int) -> Node:
        """The condition of the filter that leads to a stretch."""
        filters = [level.where for level in self.chain.levels if level.where is not None]
        return filters[number - 1]


@dataclass(eq=False)
class ChainStretch:
    """The rows of a chain between two filters."""

    whole: ChainRows
    number: int
    _columns: dict[str, int] = field(default_factory=dict)
    _joins: dict[str, tuple[Source, int]] = field(default_factory=dict)
    _scan: Joined | None = None
    _kept: int | None = None

    @property
    def steps(self) -> Steps:
        return self.whole.compiler.steps

    @property
    def chain(self) -> Chain:
        return self.whole.chain

    @property
    def below(self) -> ChainStretch:
        return self.whole.stretches[self.number - 1]

    @property
    def kept(self) -> int:
        """Which rows of the stretch below are left."""
        if self._kept is None:
            condition = self.whole.compiler.node(self.whole.filter_into(self.number), self.below)
            self._kept = self.steps.step(rows_where, self.below.count, condition)
        return self._kept

    @property
    def count(self) -> int:
        if self.number:
            return self.steps.step(length_of, self.kept, self.below.count)
        return self.scan.count

    @property
    def scan(self) -> Joined:
        """The rows that the chain begins with; one for each period where it has periods."""
        if self._scan is None:
            scan, compiler = self.chain.scan, self.whole.compiler
            if scan.unit is None or not compiler.belongs(scan.source, *scan.unit):
                raise Unfit(f"{scan.source} is not split by unit")
            source = compiler.stored(scan.source, whole=False)
            rows = Joined(compiler, {"s": (source, None)}, source.count)
            if scan.spans is not None:
                index = self.steps.step(_repeated(len(scan.spans)), source.count)
                rows = rows.at(index, self.steps.step(len, index))
            self._scan = rows
        return self._scan

    def column(self, name: str) -> int:
        if name not in self._columns:
            self._columns[name] = self._made(name)
        return self._columns[name]

    def _made(self, name: str) -> int:
        level = self.chain.standing[name]
        if self.whole.at(level) is not self:
            return self.steps.step(taken, self.below.column(name), self.kept)
        if level:
            return self.whole.compiler.node(self.chain.levels[level - 1].columns[name], self)
        spans = self.chain.scan.spans
        if name == PERIOD and spans is not None:
            return self.steps.step(_tiled(spans), self.scan.count)
        return self.whole.compiler.node(self.chain.scan.columns[name], self.scan)

    def read(self, ref: Ref) -> int:
        if not ref.table:
            return self.column(ref.name)
        if ref.table not in self._joins:
            join = self.chain.made[ref.table]
            if not join.outer or join.also is not None:
                raise Unfit("a join that leaves out rows of a result")
            self._joins[ref.table] = self.whole.compiler.joined(join, self, self.chain)
        source, index = self._joins[ref.table]
        return self.steps.step(taken, source.column(ref.name), index)

    def window(self, node: Over) -> int:
        compiler, step = self.whole.compiler, self.steps.step
        partition = [compiler.node(one, self) for one in node.partition]
        groups = step(array_groups.partitions_of, self.count, *partition)
        arguments = [compiler.node(one, self) for one in node.args]
        where = [] if node.where is None else [compiler.node(node.where, self)]
        if not node.order and node.function in AGGREGATES:
            rows = step(array_groups.restricted, groups, *where) if where else groups
            return step(_by_row, step(AGGREGATES[node.function], rows, *arguments), groups)
        if node.function not in ORDERED or (node.function == "count" and arguments):
            raise Unfit(f"a window: {node.function}")
        sort = _sort(tuple(key.down for key in node.order))
        keys = [compiler.node(key.node, self) for key in node.order]
        ordered = step(sort, groups, *keys)
        return step(ORDERED[node.function], ordered, *arguments, *where)


ORDERED: Mapping[str, Callable[..., Values]] = {
    "row_number": array_groups.row_number,
    "rank": array_groups.rank,
    "count": array_groups.count_so_far,
    "sum": array_groups.sum_so_far,
    "first_value": array_groups.first_value,
}


@cache
def _sort(downs: tuple[bool, ...]) -> Callable[..., Sorted]:
    return array_groups.in_order(downs)


@cache
def _repeated(times: int) -> Callable[[int], Array]:
    return lambda count: np.repeat(np.arange(count), times)


@cache
def _tiled(spans: tuple[int, ...]) -> Callable[[int], Values]:
    return lambda count: Values(np.resize(np.array(spans, dtype=np.int64), count))


def _by_row(found: Values, groups: Groups) -> Values:
    return taken(found, groups.of_row)
