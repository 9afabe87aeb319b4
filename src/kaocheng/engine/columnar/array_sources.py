"""Where nodes find their columns when a plan becomes steps: stored rows, joins and passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kaocheng.engine.columnar import array_groups
from kaocheng.engine.columnar.array_groups import AGGREGATES, Unfit
from kaocheng.engine.columnar.array_nodes import Array, Values, taken, true
from kaocheng.engine.columnar.array_tables import UnitRows
from kaocheng.engine.columnar.nodes import Const, Over, Ref
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join

if TYPE_CHECKING:
    from kaocheng.engine.columnar.array_compiler import Compiler


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
        trial = Joined(self.compiler, dict(self.parts), self.count, self.outer, self.host)
        trial.parts[join.alias] = source, index
        condition = self.compiler.node(join.also, trial)
        return source, self.compiler.steps.step(_held, self.count, index, condition)

    def window(self, node: Over) -> int:
        raise Unfit(f"a window ({node.function}) over joined rows")

    def at(self, index: int, count: int) -> Joined:
        """The rows at an index."""
        step = self.compiler.steps.step
        parts: dict[str, tuple[Source, int | None]] = {
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


# Steps


def _count_of(register: str, rows: UnitRows, *, whole: bool) -> int:
    return rows.table(register, whole=whole).count


def _column_of(register: str, name: str, rows: UnitRows, *, whole: bool) -> Values:
    return rows.table(register, whole=whole).column(name)


def _composed(own: Array | None, index: Array | None) -> Array | None:
    if own is None or index is None:
        return index if own is None else own
    return own[index]


def _held(count: int, index: Array | None, condition: Values) -> Array:
    here = np.arange(count) if index is None else index
    return np.where(true(condition), here, -1)


def rows_where(count: int, condition: Values) -> Array | None:
    """Where a condition is true; None where it is for every row."""
    held = np.broadcast_to(true(condition), count)
    return None if held.all() else np.flatnonzero(held)


def length_of(index: Array | None, count: int) -> int:
    return count if index is None else len(index)
