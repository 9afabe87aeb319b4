"""Relations of the plan: chains of SELECTs, each reading what the one before has computed.

A `Chain` begins with a scan and grows by levels. A column stands on the first level on which all
that it reads is there; joins bring in other tables and aggregates; a filter closes a level. What
comes out is printed as the plan and written as one SQL statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kaocheng.engine.columnar.nodes import Agg, Const, Node, Op, Over, Ref, SortKey, refs


@dataclass(frozen=True)
class Join:
    """`table` (a stored table, or an aggregate) under `alias`, where every pair is equal.

    Without pairs every row meets every row of the table. `outer`: rows that meet nobody stay. Where
    a chain is joined, `level` is the level it is read at.
    """

    table: str | Aggregate | Chain
    alias: str
    on: tuple[tuple[Node, Node], ...]
    outer: bool = True
    also: Node | None = None
    level: int = 0


@dataclass(eq=False)
class Aggregate:
    """One pass over a table: rows grouped by `keys`, every aggregate of the plan at once.

    `unit` is the column that the filter of a unit is put on; `joins` bring in what the rows refer
    to; `where` leaves out rows for good. Columns: `k0, k1, …` for the keys, then the aggregates.
    """

    name: str
    source: str | Chain
    alias: str
    keys: tuple[Node, ...]
    where: Node | None = None
    joins: list[Join] = field(default_factory=list)
    columns: dict[str, Agg] = field(default_factory=dict)
    unit: tuple[Node, str] | None = None
    level: int = 0

    def level_read(self, chain: Chain) -> int:
        """The highest level of `chain` that the pass reads, 0 where it reads none."""
        own = self.level if self.source is chain else 0
        joined = [
            join.table.level_read(chain) if isinstance(join.table, Aggregate) else join.level
            for join in self.joins
            if join.table is chain or isinstance(join.table, Aggregate)
        ]
        return max([own, *joined])

    def attach(self, join: Join) -> Join:
        """Add a join, or find the one that is the same."""
        for known in self.joins:
            if (known.table, known.on) == (join.table, join.on) and known.also == join.also:
                return known
        self.joins.append(join)
        return join

    def add(self, agg: Agg) -> Ref:
        """The aggregate as a column; an equal one is not computed twice."""
        for name, known in self.columns.items():
            if known == agg:
                return Ref(name, self.name)
        name = f"a{len(self.columns)}"
        self.columns[name] = agg
        return Ref(name, self.name)


@dataclass(eq=False)
class Level:
    """One SELECT: everything of the level below, these joins and columns, then the filter."""

    joins: list[Join] = field(default_factory=list)
    columns: dict[str, Node] = field(default_factory=dict)
    where: Node | None = None


@dataclass(eq=False)
class Scan:
    """Where a chain begins. `columns` are read as they are: name in the chain → column.

    `spans`: a row for each of these periods, by position, in the column `_period`.
    """

    source: str
    columns: dict[str, Node] = field(default_factory=dict)
    spans: tuple[int, ...] | None = None
    unit: tuple[str, str] | None = None


@dataclass(eq=False)
class Chain:
    """A result under computation: levels of columns over a scan."""

    name: str
    scan: Scan
    levels: list[Level] = field(default_factory=list)
    standing: dict[str, int] = field(default_factory=dict)
    floor: int = 0
    members: int = 0
    joins_made: dict[Ref, Ref] = field(default_factory=dict)
    made: dict[str, Join] = field(default_factory=dict)
    _known: dict[Node, Ref] = field(default_factory=dict)

    def cte(self, level: int) -> str:
        return f"{self.name}_{level}"

    def level_of(self, node: Node) -> int:
        """The level below which all that `node` reads is there."""
        return max((self.standing[ref.name] for ref in refs(node) if not ref.table), default=0)

    def base(self, name: str, column: Node) -> Ref:
        """A column of the scanned table, under its own name in the chain."""
        for known, other in self.scan.columns.items():
            if other == column:
                return Ref(known)
        name = self._free(name)
        self.scan.columns[name] = column
        self.standing[name] = 0
        return Ref(name)

    def define(self, name: str, node: Node) -> Ref | Const:
        """`node` as a column of its own; a mere name or constant stays what it is."""
        if isinstance(node, Ref | Const):
            return node
        if node in self._known:
            return self._known[node]
        level = max(self.level_of(node), self.floor) + 1
        found = self._put(name, node, level)
        self._known[node] = found
        return found

    def _put(self, name: str, node: Node, level: int) -> Ref:
        name = self._free(name)
        self._at(level).columns[name] = node
        self.standing[name] = level
        return Ref(name)

    def join(self, join: Join) -> int:
        """Add a join on the first level on which its keys are there; the level is returned."""
        below = max((self.level_of(left) for left, _ in join.on), default=0)
        if isinstance(join.table, Aggregate):
            below = max(below, join.table.level_read(self))
        if join.also is not None:
            below = max(below, self.level_of(join.also))
        level = max(below, self.floor) + 1
        self._at(level).joins.append(join)
        self.made[join.alias] = join
        return level

    def join_once(self, join: Join) -> int:
        """The level of the join with this alias, added where it is new."""
        for level, known in enumerate(self.levels, start=1):
            if any(one.alias == join.alias for one in known.joins):
                return level
        return self.join(join)

    def settled_by(self, node: Node, keys: Sequence[Node]) -> bool:
        """Whether `node` is the same for all rows that are equal in `keys`."""
        if isinstance(node, Const) or node in keys:
            return True
        if isinstance(node, Ref) and not node.table:
            level = self.standing[node.name]
            written = self.levels[level - 1].columns[node.name] if level else None
            return written is not None and self.settled_by(written, keys)
        if isinstance(node, Ref):
            join = self.made[node.table]
            return join.also is None and all(self.settled_by(left, keys) for left, _ in join.on)
        if isinstance(node, Op):
            return all(self.settled_by(one, keys) for one in node.args)
        if isinstance(node, Over) and not node.order:
            return all(self.settled_by(one, keys) for one in node.partition)
        return False

    def joined(self, alias: str, column: str, level: int) -> Ref:
        """A column of a join, as a column of the chain."""
        node = Ref(column, alias)
        if node not in self._known:
            self._known[node] = self._put(f"{alias}_{column}", node, level)
        return self._known[node]

    def filter(self, condition: Node) -> None:
        """Keep the rows for which `condition` is true; later columns see only these."""
        if condition == Const(value=True):
            return
        level = max(self.level_of(condition), self.floor) + 1
        self._at(level).where = condition
        self.floor, self.members = level - 1, level

    def freeze(self) -> int:
        """Read from elsewhere as it stands now: later columns stand above. The level is given."""
        self.floor = max(self.floor, self.top)
        return self.top

    def gather_windows(self, needed: set[str], outside: Mapping[str, int]) -> None:
        """Move windows up to the level of others over the same partition: one sort serves all.

        What reads them moves up too where it can. `needed` are the columns that are written,
        `outside`: the lowest level at which a column must stand already, because something
        outside the chain reads it there.
        """
        windows = [
            name
            for level in self.levels
            for name, node in level.columns.items()
            if isinstance(node, Over) and name in needed
        ]
        for name in windows:
            own = self._written(name)
            assert isinstance(own, Over)
            alike = [
                (self.standing[other], bool(self._order(other)))
                for other in windows
                if other != name and set(_partition(self._written(other))) == set(own.partition)
            ]
            if own.order or (self.standing[name], True) in alike:
                continue
            for level in sorted({at for at, _ in alike if at > self.standing[name]}):
                moves: dict[str, int] = {}
                if self._may_move(name, level, moves, outside):
                    for moved, to in moves.items():
                        self._move(moved, to)
                    break

    def _order(self, name: str) -> tuple[SortKey, ...]:
        node = self._written(name)
        return node.order if isinstance(node, Over) else ()

    def _may_move(
        self, name: str, level: int, moves: dict[str, int], outside: Mapping[str, int]
    ) -> bool:
        """Whether a column may stand at `level`; `moves` collects what has to move with it."""
        if max(self.standing[name], moves.get(name, 0)) >= level:
            return True
        if outside.get(name, level) < level:
            return False
        moves[name] = level
        for at, one in enumerate(self.levels, start=1):
            fixed = [left for join in one.joins for left, _ in join.on]
            fixed.extend([] if one.where is None else [one.where])
            if at <= level and any(_reads(node, name) for node in fixed):
                return False
            for reader, node in one.columns.items():
                stands = max(at, moves.get(reader, 0))
                if stands > level or not _reads(node, name):
                    continue
                if isinstance(node, Over):
                    return False
                if not self._may_move(reader, level + 1, moves, outside):
                    return False
        return True

    def _written(self, name: str) -> Node:
        return self.levels[self.standing[name] - 1].columns[name]

    def _move(self, name: str, level: int) -> None:
        node = self.levels[self.standing[name] - 1].columns.pop(name)
        self._at(level).columns[name] = node
        self.standing[name] = level

    def _at(self, level: int) -> Level:
        while len(self.levels) < level:
            self.levels.append(Level())
        return self.levels[level - 1]

    def _free(self, name: str) -> str:
        free, at = name, 1
        while free in self.standing:
            at += 1
            free = f"{name}_{at}"
        return free

    @property
    def top(self) -> int:
        return len(self.levels)


def qualified(node: Node, alias: str) -> Node:
    """The node with every column of the chain read from `alias`."""
    match node:
        case Ref(table=""):
            return Ref(node.name, alias)
        case Op():
            return Op(node.name, tuple(qualified(one, alias) for one in node.args))
        case Agg():
            where = None if node.where is None else qualified(node.where, alias)
            return Agg(node.function, tuple(qualified(one, alias) for one in node.args), where)
        case Over():
            return replace(
                node,
                args=tuple(qualified(one, alias) for one in node.args),
                partition=tuple(qualified(one, alias) for one in node.partition),
                order=tuple(SortKey(qualified(key.node, alias), key.down) for key in node.order),
                where=None if node.where is None else qualified(node.where, alias),
            )
        case _:
            return node


def _partition(node: Node) -> tuple[Node, ...]:
    return node.partition if isinstance(node, Over) else ()


def _reads(node: Node, name: str) -> bool:
    return any(ref.name == name and not ref.table for ref in refs(node))
