"""Bound expressions: every name resolved, every node typed. Both evaluators work on these.

A level says whose value is meant: 0 is the subject of the result, 1 the row of the aggregate around
the name, 2 the row of an aggregate inside that one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from kaocheng.engine.language.types import Type
from kaocheng.engine.values import Known


@dataclass(frozen=True)
class BLiteral:
    value: Known
    type: Type
    unit: str = ""


@dataclass(frozen=True)
class BField:
    """A field of the row at `level`."""

    level: int
    field: str
    type: Type
    title: str


@dataclass(frozen=True)
class BItem:
    """An item of the result row at `level`."""

    level: int
    result: str
    item: str
    type: Type
    title: str


@dataclass(frozen=True)
class BFollow:
    """A field of the row that `base` (a reference) points to."""

    base: Bound
    table: str
    field: str
    type: Type
    title: str


@dataclass(frozen=True)
class BFollowItem:
    """An item that result `result` gives for the subject `base` points to (same period)."""

    base: Bound
    result: str
    item: str
    type: Type
    title: str


@dataclass(frozen=True)
class BParameter:
    parameter: str
    type: Type
    title: str


@dataclass(frozen=True)
class BPeriod:
    """The period of the row at `level`, or its `title`, `from`, `to`."""

    level: int
    part: str
    type: Type


@dataclass(frozen=True)
class BSpecial:
    """A name that the mechanism itself supplies, such as `rest` in a pay waterfall."""

    name: str
    type: Type
    title: str


@dataclass(frozen=True)
class BUnary:
    operator: str
    operand: Bound
    type: Type


@dataclass(frozen=True)
class BBinary:
    operator: str
    left: Bound
    right: Bound
    type: Type


@dataclass(frozen=True)
class BAmong:
    operand: Bound
    options: tuple[Bound, ...]
    type: Type


@dataclass(frozen=True)
class BCall:
    function: str
    arguments: tuple[Bound, ...]
    type: Type


@dataclass(frozen=True)
class BLookup:
    """`column` of parameter table `parameter` in the row whose key columns equal `keys`."""

    parameter: str
    column: str
    keys: tuple[Bound, ...]
    type: Type


@dataclass(frozen=True)
class BAggregate:
    """An aggregate over the rows of a register or a result.

    `link` is the path from a row to the subject's table: () when the row itself is of that table.
    `scope` is None for the subject, () for all rows, else the path of the grouping field, read both
    from the subject and from the subject of the row. `alone` says that value and condition read
    nothing outside the row, so that one evaluation serves everybody of the same scope.
    """

    function: str
    source: str
    is_result: bool
    title: str
    value: Bound | None
    where: Bound | None
    link: tuple[Bound, ...]
    scope: tuple[Bound, Bound] | None
    whole: bool
    level: int
    alone: bool
    timed: bool
    type: Type

    @property
    def is_shared(self) -> bool:
        """Whether it has one value for everybody, or for everybody of a group."""
        return self.alone and (self.whole or self.scope is not None)


Bound = (
    BLiteral | BField | BItem | BFollow | BFollowItem | BParameter | BPeriod | BSpecial
    | BUnary | BBinary | BAmong | BCall | BLookup | BAggregate
)  # fmt: skip


def bound_parts(node: Bound) -> tuple[Bound, ...]:
    match node:
        case BFollow(base=base) | BFollowItem(base=base):
            return (base,)
        case BUnary(operand=operand):
            return (operand,)
        case BBinary(left=left, right=right):
            return (left, right)
        case BAmong(operand=operand, options=options):
            return (operand, *options)
        case BCall(arguments=arguments):
            return arguments
        case BLookup(keys=keys):
            return keys
        case BAggregate(value=value, where=where, link=link, scope=scope):
            inner = [part for part in (value, where) if part is not None]
            return (*inner, *link, *(scope or ()))
        case _:
            return ()


def reads_period(node: Bound, periodic: Container[str]) -> bool:
    """Whether a node looks at the period of who asks; `periodic` are the results with periods."""
    return any(
        (isinstance(one, BFollowItem) and one.result in periodic)
        or (isinstance(one, BAggregate) and one.timed)
        or isinstance(one, BPeriod)
        for one in walk_bound(node)
    )


def walk_bound(node: Bound) -> Iterator[Bound]:
    yield node
    for part in bound_parts(node):
        yield from walk_bound(part)
