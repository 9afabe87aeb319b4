"""Scalar nodes of the plan: what one row, one group or one window comes to, before it is SQL.

Nodes are plain immutable trees with SQL's meaning of null. The builders below simplify while they
build, so that a condition that always holds leaves no trace in the query.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Plain = int | str | bool | date | None


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A constant. Yes is not 1 here, though Python says so."""

    value: Plain

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Const):
            return NotImplemented
        return type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Ref:
    """A column; `table` is the alias it is read from where several are joined."""

    name: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or function of SQL by its name in `sql.OPERATORS`."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Agg:
    """An aggregate over the rows of a group for which `where` holds (None: all of them)."""

    function: str
    args: tuple[Node, ...]
    where: Node | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """What rows are sorted by. Nulls never occur in a key."""

    node: Node
    down: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """A window: `function` over the rows of the same partition, in the order of the keys.

    With keys, an aggregate runs up to the row and its equals; without, over the whole partition.
    """

    function: str
    args: tuple[Node, ...]
    partition: tuple[Node, ...]
    order: tuple[SortKey, ...] = ()
    where: Node | None = None


Node = Const | Ref | Op | Agg | Over

NULL, TRUE, FALSE = Const(None), Const(True), Const(False)
ZERO, ONE = Const(0), Const(1)


def parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Op():
            return node.args
        case Agg():
            return node.args if node.where is None else (*node.args, node.where)
        case Over():
            keys = tuple(key.node for key in node.order)
            filtered = () if node.where is None else (node.where,)
            return (*node.args, *node.partition, *keys, *filtered)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node, then its parts in their order; a stack costs less than generators in generators."""
    left = [node]
    while left:
        one = left.pop()
        yield one
        left.extend(reversed(parts(one)))


def refs(node: Node) -> Iterator[Ref]:
    return (one for one in walk(node) if isinstance(one, Ref))


def _cut_division(a: int, b: int) -> int:
    """Whole division as SQL has it: cut off towards zero."""
    size = abs(a) // abs(b)
    return size if (a >= 0) == (b >= 0) else -size


_FOLDED: dict[str, Callable[[Any, Any], int | bool]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "//": _cut_division,
    "%": lambda a, b: a - b * _cut_division(a, b),
}


# Null wherever one of their arguments is.
_STRICT = {
    *_FOLDED, "not", "neg", "abs", "sign", "huge", "big", "bits", "pick", "place",
    "clamp", "year", "month", "day", "days", "micros", "day_of", "make_date", "length",
    "starts_with", "contains",
}  # fmt: skip


def op(name: str, *args: Node) -> Node:
    """An operation; of two constants, its outcome."""
    if name == "nullif" and isinstance(args[0], Const) and isinstance(args[1], Const):
        return NULL if args[0] == args[1] else args[0]
    if name == "coalesce" and isinstance(args[0], Const):
        return args[1] if args[0] == NULL else args[0]
    if name == "coalesce" and isinstance(args[0], Op) and args[0].name == "coalesce":
        return args[0]  # of a value and a constant: never null
    if name in _STRICT and NULL in (args[:1] if name in ("pick", "place") else args):
        return NULL
    values = [arg.value for arg in args if isinstance(arg, Const)]
    if len(values) == len(args) == 2 and name in _FOLDED:
        first, second = values
        if name in ("//", "%") and second == 0:
            return NULL
        return Const(None if None in values else _FOLDED[name](first, second))
    if values and len(args) == 1:
        return _folded_alone(name, values[0]) or Op(name, args)
    return Op(name, args)


def _folded_alone(name: str, value: Plain) -> Const | None:
    match name:
        case "neg":
            return Const(None if value is None else -int(str(value)))
        case "holds":
            return Const(value is True)
        case "is_null":
            return Const(value is None)
        case "not":
            return Const(None if value is None else not value)
        case "huge" | "big":
            return Const(value)
        case "abs":
            return Const(None if value is None else abs(int(str(value))))
        case "sign":
            return Const(None if value is None else _sign(int(str(value))))
    return None


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def is_null(node: Node) -> Node:
    if isinstance(node, Const):
        return Const(node.value is None)
    return op("is_null", node)


def holds(node: Node) -> Node:
    """True where `node` is true, false where it is false or null."""
    if isinstance(node, Const):
        return Const(node.value is True)
    return op("holds", node)


def negated(node: Node) -> Node:
    if isinstance(node, Const):
        return Const(None if node.value is None else not node.value)
    if isinstance(node, Op) and node.name == "not":
        return node.args[0]
    return op("not", node)


def both(*nodes: Node) -> Node:
    """SQL's AND: false wins over null."""
    return _joined("and", nodes, decides=FALSE, neutral=TRUE)


def any_of(*nodes: Node) -> Node:
    """SQL's OR: true wins over null."""
    return _joined("or", nodes, decides=TRUE, neutral=FALSE)


def _joined(name: str, nodes: Sequence[Node], *, decides: Const, neutral: Const) -> Node:
    kept: list[Node] = []
    for node in nodes:
        if node == decides:
            return decides
        inner = node.args if isinstance(node, Op) and node.name == name else (node,)
        kept.extend(one for one in inner if one != neutral and one not in kept)
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else Op(name, tuple(kept))


def case(branches: Sequence[tuple[Node, Node]], otherwise: Node = NULL) -> Node:
    """The value of the first branch whose condition is true."""
    kept: list[tuple[Node, Node]] = []
    for condition, value in branches:
        if isinstance(condition, Const) and condition.value is not True:
            continue
        if condition == TRUE:
            otherwise = value
            break
        kept.append((condition, value))
    while kept and kept[-1][1] == otherwise:
        kept.pop()
    if not kept:
        return otherwise
    flat = tuple(node for branch in kept for node in branch)
    return Op("case", (*flat, otherwise))


def total(nodes: Sequence[Node]) -> Node:
    """The sum of whole numbers."""
    found: Node = ZERO
    for node in nodes:
        if node == ZERO:
            continue
        found = node if found == ZERO else op("+", found, node)
    return found


def times(node: Node, factor: int) -> Node:
    if factor == 1 or node == ZERO:
        return node
    if factor == 0:
        return ZERO
    if isinstance(node, Const) and isinstance(node.value, int):
        return Const(node.value * factor)
    return op("*", node, Const(factor))
