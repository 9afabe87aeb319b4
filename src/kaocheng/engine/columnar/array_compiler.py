"""Nodes, sources and joins of a plan as steps on arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kaocheng.engine.columnar import array_groups
from kaocheng.engine.columnar.array_chains import ChainRows
from kaocheng.engine.columnar.array_groups import Unfit
from kaocheng.engine.columnar.array_nodes import OPERATORS, Array
from kaocheng.engine.columnar.array_sources import (
    Joined,
    PassRows,
    Reads,
    Source,
    Steps,
    StoredRows,
    length_of,
    rows_where,
)
from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.nodes import Agg, Const, Node, Op, Over, Ref
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.columnar.stages import Units


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
        index = self.steps.step(rows_where, rows.count, self.node(condition, rows))
        return rows.at(index, self.steps.step(length_of, index, rows.count))


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


def _first(both: tuple[Array, Array]) -> Array:
    return both[0]


def _second(both: tuple[Array, Array]) -> Array:
    return both[1]
