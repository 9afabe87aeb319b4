"""Where nodes find their columns when a plan becomes steps: tables, chains, passes and joins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Protocol

import numpy as np

from kaocheng.engine.columnar import array_groups
from kaocheng.engine.columnar.array_groups import AGGREGATES, Groups, Sorted, Unfit
from kaocheng.engine.columnar.array_nodes import OPERATORS, Array, Values, taken, true
from kaocheng.engine.columnar.array_tables import UnitRows
from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.nodes import Agg, Const, Node, Op, Over, Ref
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.columnar.stages import Units


class Steps(Protocol):
    """Takes calls on registers; a call gives the register of its outcome."""

    def step(self, function: Callable[..., Any], *arguments: int) -> int: ...

    def constant(self, node: Const) -> int: ...


class Source(Protocol):
    """Rows with named columns; `count` is the register of their number."""

    @property
    def count(self) -> int: ...

    def column(self, name: str) -> int: ...


class Reads(Protocol):
    """Rows as nodes see them."""

    @property
    def count(self) -> int: ...

    def read(self, ref: Ref) -> int: ...

    def window(self, node: Over) -> int: ...


@dataclass(eq=False)
class Compiler:
    """Turns nodes into steps; every chain, table and pass once."""

    steps: Steps
    chains: Mapping[str, Chain]
    needed: Mapping[str, Collection[str]]
    units: Units
    _chains: dict[str, ChainRows] = field(default_factory=dict)
    _sources: dict[object, Source] = field(default_factory=dict)
    _nodes: dict[tuple[Reads, Node], int] = field(default_factory=dict)

    def node(self, node: Node, rows: Reads) -> int:
        """The register of a node as read on rows."""
        key = (rows, node)
        if key not in self._nodes:
            self._nodes[key] = self._made(node, rows)
        return self._nodes[key]

    def _made(self, node: Node, rows: Reads) -> int:
        match node:
            case Const():
                return self.steps.constant(node)
            case Ref():
                return rows.read(node)
            case Op():
                return self.steps.step(
                    OPERATORS[node.name], *(self.node(one, rows) for one in node.args)
                )
            case Over():
                return rows.window(node)
            case Agg():
                raise Unfit("an aggregate outside a pass")

    # Sources

    def chain(self, chain: Chain) -> ChainRows:
        if chain.name not in self._chains:
            found = ChainRows(self, self.chains[chain.name])
            self._chains[chain.name] = found
            found.fill()
        return self._chains[chain.name]

    def stored(self, table: str, *, whole: bool) -> Source:
        key = (table, whole)
        if key not in self._sources:
            register = table.removeprefix("r_")
            self._sources[key] = StoredRows(self.steps, register, whole=whole)
        return self._sources[key]

    def passed(self, over: Aggregate, *, narrow: bool) -> PassRows:
        """The groups of a pass; `narrow`: only groups of the unit are asked for."""
        key = (id(over), narrow)
        if key not in self._sources:
            self._sources[key] = PassRows(self, over, narrow=narrow)
        found = self._sources[key]
        assert isinstance(found, PassRows)
        return found

    def belongs(self, table: str, column: str, roster: str) -> bool:
        """Whether rows of `table` whose `column` is a row of `roster` in a unit are its rows."""
        register = table.removeprefix("r_")
        if register in self.units.links:
            return self.units.links[register] == (column, roster)
        if register not in self.units.fields:
            return False
        if column == AT:
            return roster == register
        return column == self.units.fields[register] and roster == self.units.table

    def is_split(self, table: str) -> bool:
        """Whether the table is known by its units only, never as a whole."""
        return table.removeprefix("r_") in self.units.links

    # Joins

    def joined(self, join: Join, rows: Reads, host: Chain | None) -> tuple[Source, int]:
        """What a join finds for each row: a source, and which of its rows (at most one)."""
        source = self._source_of(join, host)
        there = Joined(self, {join.alias: (source, None)}, source.count)
        left = [self.node(one, rows) for one, _ in join.on]
        if isinstance(join.table, str) and [right for _, right in join.on] == [Ref(AT, join.alias)]:
            found = self.steps.step(array_groups.rows_at, rows.count, source.count, *left)
        else:
            _must_be_unique(join)
            right = [self.node(one, there) for _, one in join.on]
            found = self.steps.step(
                array_groups.found_rows, rows.count, source.count, *left, *right
            )
        return source, found

    def _source_of(self, join: Join, host: Chain | None) -> Source:
        table = join.table
        if isinstance(table, Chain):
            return self.chain(table).at(join.level)
        if isinstance(table, Aggregate):
            return self.passed(table, narrow=self._is_narrow(table, join, host))
        if self.is_split(table):
            raise Unfit(f"{table} read as a whole")
        return self.stored(table, whole=True)

    def _is_narrow(self, over: Aggregate, join: Join, host: Chain | None) -> bool:
        """Whether rows of a chain find only groups of their own unit."""
        if host is None or not isinstance(over.source, str):
            return False
        asked = {right: left for left, right in join.on}
        return any(
            isinstance(key, Ref)
            and key.table == over.alias
            and self._stays(host, asked.get(Ref(f"k{at}", over.name)), over.source, key.name)
            for at, key in enumerate(over.keys)
        )

    def _stays(self, host: Chain, left: Node | None, table: str, column: str) -> bool:
        """Whether a row of the chain finds rows of its own unit where `column` equals `left`."""
        if host.scan.unit is None or not isinstance(left, Ref):
            return False
        roster = host.scan.unit[1]
        asked = Ref(AT, "s") if left.name == AT else host.scan.columns.get(left.name)
        if asked == Ref(AT, "s"):
            return self.belongs(table, column, roster)
        own = asked == Ref(self.units.fields.get(roster, ""), "s")
        return own and self.belongs(table, column, self.units.table)

    def met(self, join: Join, rows: Joined, host: Chain | None) -> Joined:
        """Rows with those of an inner join beside them."""
        table = join.table
        if isinstance(table, str):
            narrow = host is not None and any(
                isinstance(right, Ref) and self._stays(host, left, table, right.name)
                for left, right in join.on
            )
            if self.is_split(table) and not narrow:
                raise Unfit(f"{table} read as a whole")
            source = self.stored(table, whole=not narrow)
        else:
            source = self._source_of(join, host)
        there = Joined(self, {join.alias: (source, None)}, source.count)
        keys = [
            *(self.node(one, rows) for one, _ in join.on),
            *(self.node(one, there) for _, one in join.on),
        ]
        both = self.steps.step(array_groups.pairs, rows.count, source.count, *keys)
        first, second = self.steps.step(_first, both), self.steps.step(_second, both)
        found = rows.at(first, self.steps.step(len, first))
        found.parts[join.alias] = (source, second)
        return found if join.also is None else self.kept(join.also, found)

    def kept(self, condition: Node, rows: Joined) -> Joined:
        """The rows for which a condition is true."""
        index = self.steps.step(_where, rows.count, self.node(condition, rows))
        return rows.at(index, self.steps.step(_length, index, rows.count))


def _must_be_unique(join: Join) -> None:
    """A row must find one row at most."""
    asked = {right for _, right in join.on}
    if isinstance(join.table, Aggregate):
        keys = {Ref(f"k{at}", join.alias) for at in range(len(join.table.keys))}
    else:
        keys = {Ref(AT, join.alias)}
        if isinstance(join.table, Chain) and join.table.scan.spans is not None:
            keys.add(Ref(PERIOD, join.alias))
    if not keys <= asked:
        raise Unfit("a join that may find several rows")


@dataclass(eq=False)
class StoredRows:
    """The rows of a register: those of the unit, or all of them."""

    steps: Steps
    register: str
    whole: bool
    _columns: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self._once("", partial(_count_of, self.register, whole=self.whole))

    def column(self, name: str) -> int:
        return self._once(name, partial(_column_of, self.register, name, whole=self.whole))

    def _once(self, name: str, read: Callable[[UnitRows], Any]) -> int:
        if name not in self._columns:
            self._columns[name] = self.steps.step(read, 0)
        return self._columns[name]


@dataclass(eq=False)
class Joined:
    """Rows put together: for each alias a source, and which of its rows stand here (None: all)."""

    compiler: Compiler
    parts: dict[str, tuple[Source, int | None]]
    count: int
    outer: dict[str, Join] = field(default_factory=dict)
    host: Chain | None = None

    def read(self, ref: Ref) -> int:
        if ref.table not in self.parts:
            self.parts[ref.table] = self._found(self.outer[ref.table])
        source, index = self.parts[ref.table]
        found = source.column(ref.name)
        return found if index is None else self.compiler.steps.step(taken, found, index)

    def _found(self, join: Join) -> tuple[Source, int]:
        """What an outer join finds, where its further condition is true too."""
        source, index = self.compiler.joined(join, self, self.host)
        if join.also is None:
            return source, index
        parts = {**self.parts}  # of sources with an index and without
        parts[join.alias] = source, index
        trial = Joined(self.compiler, parts, self.count, self.outer, self.host)
        condition = self.compiler.node(join.also, trial)
        return source, self.compiler.steps.step(_held, self.count, index, condition)

    def window(self, node: Over) -> int:
        raise Unfit(f"a window ({node.function}) over joined rows")

    def at(self, index: int, count: int) -> Joined:
        """The rows at an index."""
        step = self.compiler.steps.step
        parts = {
            alias: (source, index if own is None else step(_composed, own, index))
            for alias, (source, own) in self.parts.items()
        }
        return Joined(self.compiler, parts, count, self.outer, self.host)


@dataclass(eq=False)
class PassRows:
    """The groups of a pass, and what their rows come to."""

    compiler: Compiler
    over: Aggregate
    narrow: bool
    _columns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        over, compiler = self.over, self.compiler
        host = over.source if isinstance(over.source, Chain) else None
        source = self._source()
        outer = {join.alias: join for join in over.joins if join.outer}
        rows = Joined(compiler, {over.alias: (source, None)}, source.count, outer, host)
        for join in over.joins:
            if not join.outer:
                rows = compiler.met(join, rows, host)
        if over.where is not None:
            rows = compiler.kept(over.where, rows)
        self.rows = rows
        keys = [compiler.node(key, rows) for key in over.keys]
        self.groups = compiler.steps.step(array_groups.groups_of, rows.count, *keys)

    def _source(self) -> Source:
        over, compiler = self.over, self.compiler
        if isinstance(over.source, Chain):
            return compiler.chain(over.source).at(over.level)
        narrow = self.narrow
        if over.unit is not None and isinstance(over.unit[0], Ref):
            narrow = narrow or compiler.belongs(over.source, over.unit[0].name, over.unit[1])
        if compiler.is_split(over.source) and not narrow:
            raise Unfit(f"{over.source} read as a whole")
        return compiler.stored(over.source, whole=not narrow)

    @property
    def count(self) -> int:
        return self.compiler.steps.step(array_groups.number_of_groups, self.groups)

    def column(self, name: str) -> int:
        if name not in self._columns:
            self._columns[name] = self._made(name)
        return self._columns[name]

    def _made(self, name: str) -> int:
        step = self.compiler.steps.step
        agg = self.over.columns.get(name)
        if agg is None:
            key = self.compiler.node(self.over.keys[int(name.removeprefix("k"))], self.rows)
            return step(array_groups.key_of_groups, self.groups, key)
        groups = self.groups
        if agg.where is not None:
            where = self.compiler.node(agg.where, self.rows)
            groups = step(array_groups.restricted, groups, where)
        arguments = [self.compiler.node(one, self.rows) for one in agg.args]
        return step(AGGREGATES[agg.function], groups, *arguments)


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
            self._kept = self.steps.step(_where, self.below.count, condition)
        return self._kept

    @property
    def count(self) -> int:
        if self.number:
            return self.steps.step(_length, self.kept, self.below.count)
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
        if node.function not in _ORDERED or (node.function == "count" and arguments):
            raise Unfit(f"a window: {node.function}")
        sort = _sort(tuple(key.down for key in node.order))
        keys = [compiler.node(key.node, self) for key in node.order]
        ordered = step(sort, groups, *keys)
        return step(_ORDERED[node.function], ordered, *arguments, *where)


_ORDERED: Mapping[str, Callable[..., Values]] = {
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


def _count_of(register: str, rows: UnitRows, *, whole: bool) -> int:
    return rows.table(register, whole=whole).count


def _column_of(register: str, name: str, rows: UnitRows, *, whole: bool) -> Values:
    return rows.table(register, whole=whole).column(name)


def _by_row(found: Values, groups: Groups) -> Values:
    return taken(found, groups.of_row)


def _where(count: int, condition: Values) -> Array | None:
    """Where a condition is true; None where it is for every row."""
    held = np.broadcast_to(true(condition), count)
    return None if held.all() else np.flatnonzero(held)


def _length(index: Array | None, count: int) -> int:
    return count if index is None else len(index)


def _composed(own: Array | None, index: Array | None) -> Array | None:
    if own is None or index is None:
        return index if own is None else own
    return own[index]


def _held(count: int, index: Array | None, condition: Values) -> Array:
    here = np.arange(count) if index is None else index
    return np.where(true(condition), here, -1)


def _first(both: tuple[Array, Array]) -> Array:
    return both[0]


def _second(both: tuple[Array, Array]) -> Array:
    return both[1]


__all__ = ["ChainRows", "Compiler"]
