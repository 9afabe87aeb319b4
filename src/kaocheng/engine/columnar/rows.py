"""Rows as expressions see them: the subject of a chain, an entry of a register, a row of a result.

Each view gives fields and items as cells, reads through references by joins, and says in which
period it lies. A `Host` is what takes the joins: the chain itself, or the pass over a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.facts import AT, LINE, ORDER, SEQ, ColumnFacts, na_column
from kaocheng.engine.columnar.nodes import FALSE, ONE, Const, Node, Ref, both, case, op
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join, qualified
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import field_type

if TYPE_CHECKING:
    from kaocheng.engine.columnar.facts import Column

PERIOD = "_period"
WHOLE_TYPES = ("number", "choice", "scale", "ref", "period")


class Unlowered(Exception):  # a finding of the plan, not a fault of the program
    """A rule that the columnar evaluator leaves to the reference, and why."""


class Host(Protocol):
    """Takes joins; `attach` gives a column of the joined table."""

    def attach(self, join: Join, column: str) -> Node: ...


@dataclass(frozen=True)
class ChainHost:
    chain: Chain

    def attach(self, join: Join, column: str) -> Node:
        known = Ref(column, join.alias)
        if known in self.chain.joins_made:
            return self.chain.joins_made[known]
        level = self.chain.join_once(join)
        found = self.chain.joined(join.alias, column, level)
        self.chain.joins_made[known] = found
        return found


@dataclass(frozen=True)
class PassHost:
    over: Aggregate

    def attach(self, join: Join, column: str) -> Node:
        return Ref(column, self.over.attach(join).alias)


def stored(table: str) -> str:
    """The name under which a register stands in the database."""
    return f"r_{table}"


def field_cell(register: Register, name: str, promised: Column, read: Mapping[str, Node]) -> Cell:
    """A field as a cell; `read` has the nodes of the field and of its `?` column."""
    described = register.fields[name]
    type_ = field_type(described)
    node = read[name]
    na = read[na_column(name)] if promised.inapplicable else FALSE
    if type_.kind == "number":
        node = op("big", node)
        num = Num(node, promised.low, promised.high, promised.scale)
        return Cell(type_, node, num, open=promised.empty, na=na)
    coded = type_.kind in WHOLE_TYPES
    return Cell(type_, node, open=promised.empty, na=na, coded=coded)


@dataclass(frozen=True)
class View:
    """A row. `alias` is the table it is read from; "" is the chain that is being built.

    `asks`: beside the row stands the subject that asks for it, under the alias `s`.
    """

    facts: ColumnFacts
    register: Register
    host: Host
    alias: str = ""
    result: Result | None = None
    chain: Chain | None = None
    read_item: Callable[[str, str], Cell] | None = None
    asks: bool = False

    def column(self, name: str) -> Node:
        """A column of the register's table."""
        if self.chain is not None:
            node: Node = self.chain.base(self._long(name), Ref(name, "s"))
            return qualified(node, self.alias) if self.alias else node
        return Ref(name, self.alias)

    def _long(self, name: str) -> str:
        return name if name in (AT, ORDER, LINE, SEQ) else f"{self.register.id}_{name}"

    def field(self, name: str) -> Cell:
        promised = self.facts.tables[self.register.id].columns[name]
        read = {name: self.column(name)}
        if promised.inapplicable:
            read[na_column(name)] = self.column(na_column(name))
        return field_cell(self.register, name, promised, read)

    def item(self, result: str, item: str) -> Cell:
        assert self.read_item is not None
        cell = self.read_item(result, item)
        return moved(cell, self.alias) if self.alias else cell

    @property
    def at(self) -> Node:
        return self.column(AT)

    def period(self) -> Node | None:
        """The position of the row's own period, where its result has periods."""
        if self.result is None or not self.result.each:
            return None
        return Ref(PERIOD, self.alias)

    def follow(self, key: Node, table: str, name: str) -> Cell:
        """A field of the row that `key` (a position) points to."""
        promised = self.facts.tables[table].columns[name]
        join = self.joined(key, stored(table))
        read = {name: self.host.attach(join, name)}
        if promised.inapplicable:
            read[na_column(name)] = self.host.attach(join, na_column(name))
        return field_cell(self.facts.tables[table].register, name, promised, read)

    def joined(self, key: Node, table: str) -> Join:
        """The join that follows `key`; the same key gives the same join."""
        alias = f"{table}_{short(key)}"
        return Join(table, alias, ((key, Ref(AT, alias)),))


def short(key: Node) -> str:
    """A readable name for what is followed."""
    match key:
        case Ref():
            return f"{key.table}_{key.name}".strip("_")
        case Const():
            return "c"
        case _:
            return f"x{crc32(repr(key).encode()):x}"


def key_of(cell: Cell) -> Node:
    """A cell as a key of grouping."""
    if cell.num is not None and cell.num.over != ONE:
        raise Unlowered("按带除法的数分组")
    return cell.node


def moved(cell: Cell, alias: str) -> Cell:
    """The cell as read from `alias`."""

    def number(num: Num | None) -> Num | None:
        if num is None:
            return None
        return replace(num, node=qualified(num.node, alias), over=qualified(num.over, alias))

    return replace(
        cell,
        node=qualified(cell.node, alias),
        num=number(cell.num),
        na=qualified(cell.na, alias),
        low=number(cell.low),
        gap=None,
    )


@dataclass(frozen=True)
class Calendar:
    """The periods of the facts, each by its position."""

    periods: tuple[Period, ...]

    def of_kind(self, kind: str) -> list[tuple[int, Period]]:
        return [(at, one) for at, one in enumerate(self.periods) if one.kind == kind]

    def holding(self, own: Node, kind: str) -> Node:
        """The position of the period of `kind` that contains period `own` (a position)."""
        around = [
            (op("=", own, Const(at)), Const(outer))
            for at, one in enumerate(self.periods)
            for outer, holder in self.of_kind(kind)
            if holder.contains(one)
        ]
        return case(around)

    def of_day(self, day: Node, kind: str) -> Node:
        """The position of the period of `kind` in which a day lies."""
        return case([(within(day, one), Const(at)) for at, one in self.of_kind(kind)])

    def contains(self, outer: Period, own: Node) -> Node:
        """Whether period `own` (a position) lies in `outer`; never null."""
        inside = [at for at, one in enumerate(self.periods) if outer.contains(one)]
        return _is_one_of(own, inside)

    def contained_in(self, own: Node, inner: Period) -> Node:
        """Whether period `own` (a position) contains `inner`; never null."""
        around = [at for at, one in enumerate(self.periods) if one.contains(inner)]
        return _is_one_of(own, around)


def _is_one_of(own: Node, places: list[int]) -> Node:
    if not places:
        return FALSE
    return op("holds", op("in", own, *map(Const, places)))


def within(day: Node, period: Period) -> Node:
    """Whether a day lies in a period; never null."""
    return op("holds", both(op(">=", day, Const(period.first)), op("<=", day, Const(period.last))))


__all__ = [
    "PERIOD", "Calendar", "ChainHost", "Host", "PassHost", "Unlowered", "View", "field_cell",
    "key_of", "moved", "stored", "within",
]  # fmt: skip
