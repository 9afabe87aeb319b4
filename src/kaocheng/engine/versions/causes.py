"""Which changes can reach which item: by standing in it, or by what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property

from kaocheng.engine.compile import MEMBERS, Column, Compiled
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BFollow,
    BFollowItem,
    BItem,
    BLookup,
    Bound,
    BParameter,
    walk_bound,
)
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item, Result, children_of, items_below
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.versions.change import Change


@dataclass(frozen=True)
class Reads:
    """What one column is made from: columns, registers and parameters."""

    columns: frozenset[Column]
    registers: frozenset[str]
    parameters: frozenset[str]


@dataclass(frozen=True)
class Causes:
    """For a compiled new pack: the changes (by position) that act on each of its columns at once.

    A column is (result, item); (result, "") says who is in the result.
    """

    compiled: Compiled
    changes: Sequence[Change]
    reads: Mapping[Column, Reads] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", dict(_all_reads(self.compiled)))

    @cached_property
    def by_column(self) -> dict[Column, list[int]]:
        found: dict[Column, list[int]] = {}
        for at, change in enumerate(self.changes):
            if change.effect == "results":
                for column in self._columns_of(change):
                    found.setdefault(column, []).append(at)
        return found

    def _columns_of(self, change: Change) -> Iterator[Column]:
        side = change.side
        if change.section == "scheme":
            yield from self._around(change)
        elif side.path and side.path[0] == "parameters" and len(side.path) > 1:
            name = str(side.path[1])
            yield from (column for column, one in self.reads.items() if name in one.parameters)
        elif side.path and side.path[0] == "registers" and len(side.path) > 1:
            name = str(side.path[1])
            yield from (column for column, one in self.reads.items() if name in one.registers)

    def _around(self, change: Change) -> Iterator[Column]:
        """The innermost indicator around a change; of one that came or went, what holds it."""
        if change.old is not None and change.kind in ("removed", "moved"):
            yield from self._holding(change)
        if change.new is None:
            return
        value: object = self.compiled.pack
        result, found = "", [MEMBERS]
        for key in change.new.path:
            value = value[int(key)] if isinstance(value, tuple) else _inside(value, str(key))
            if isinstance(value, Item):
                found.append(value.id)
            elif isinstance(value, Result):
                result = value.id
        if result:
            whole = change.part == "Item" and change.kind in ("added", "moved")
            for item in found[-2:] if whole else found[-1:]:
                yield result, item

    def _holding(self, change: Change) -> Iterator[Column]:
        """Of something removed: the nearest indicator around it that is still there."""
        assert change.old is not None
        ids = change.old.id.split(".")
        results = self.compiled.pack.results
        if ids[0] in results:
            known = {item.id for item in items_below(results[ids[0]].items)}
            inside = [id for id in ids[1:-1] if id in known]
            yield ids[0], inside[-1] if inside else MEMBERS


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)


def _all_reads(compiled: Compiled) -> Iterator[tuple[Column, Reads]]:
    for result in compiled.pack.scheme.results:
        members = [*result.exempt, result.where]
        yield (result.id, MEMBERS), _reads(compiled, members, registers={result.of})
        for item in items_below(result.items):
            children = {(result.id, part.id) for part in children_of(item)}
            parts = [] if children else [item.spec]
            weights = [part.weight for part in children_of(item)]
            own = [*parts, *weights, item.when, item.conditions, item.floor, item.cap]
            read = _reads(compiled, own, columns=children)
            yield (result.id, item.id), read


def _reads(
    compiled: Compiled,
    parts: Sequence[object],
    *,
    columns: set[Column] | None = None,
    registers: set[str] | None = None,
) -> Reads:
    found, tables, parameters = set(columns or ()), set(registers or ()), set[str]()
    for leaf in (leaf for part in parts for leaf in _leaves(part)):
        if isinstance(leaf, SettingValue):
            parameters.add(leaf.parameter)
        elif isinstance(leaf, str):
            tables.add(leaf)
        elif leaf in compiled.bound:
            for node in walk_bound(compiled.bound[leaf]):
                _note(node, found, tables, parameters)
    known = frozenset(tables) & frozenset(compiled.pack.registers)
    return Reads(frozenset(found), known, frozenset(parameters) - {""})


def _note(node: Bound, columns: set[Column], tables: set[str], parameters: set[str]) -> None:
    match node:
        case BItem() | BFollowItem():
            columns.add((node.result, node.item))
        case BAggregate() if node.is_result:
            columns.add((node.source, MEMBERS))
        case BAggregate():
            tables.add(node.source)
        case BFollow():
            tables.add(node.table)
        case BParameter() | BLookup():
            parameters.add(node.parameter)


def _leaves(value: object) -> Iterator[Expr | SettingValue | str]:
    match value:
        case Expr() | SettingValue() | str():
            yield value
        case tuple():
            for one in value:
                yield from _leaves(one)
        case Mapping():
            for one in value.values():
                yield from _leaves(one)
        case _ if is_dataclass(value):
            for one in fields(value):
                yield from _leaves(getattr(value, one.name))
