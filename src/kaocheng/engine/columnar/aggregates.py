"""Aggregates in columns: each is a column of one pass over its table, joined to who asks.

Everything that is asked of the same rows grouped alike is one pass. Where the rows are those of the
result under computation itself, a window over the group does it without a pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from kaocheng.engine.columnar import numbers, rounding
from kaocheng.engine.columnar.cells import Cell, by_case, coded_as, literal, missing
from kaocheng.engine.columnar.expressions import Place, lower
from kaocheng.engine.columnar.nodes import (
    FALSE,
    NULL,
    ONE,
    TRUE,
    ZERO,
    Agg,
    Const,
    Node,
    any_of,
    both,
    case,
    negated,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.columnar.rows import Unlowered
from kaocheng.engine.expressions.bound import BAggregate
from kaocheng.engine.language.types import BOOLEAN, NUMBER
from kaocheng.engine.values import NotApplicable

MASK_BITS = 64
Take = Callable[[Agg], Node]


def _certain(_when: Node) -> None:
    raise Unlowered("对各行带除法的数求和，除数各不相同")


@dataclass(frozen=True)
class Source:
    """Where an aggregate takes its rows.

    `take` computes an `Agg` over the rows of the group and gives its column (null where there is no
    row). `inner` is where value and condition are read, `within` restricts the rows (never null),
    `order` sorts them in time, `most` bounds their number, `group` is the state of who asks,
    `doubt` notes for whom the reference has to decide. `never_empty`: who asks is among the rows.
    """

    take: Take
    inner: Place
    within: Node
    order: Node
    most: int
    group: Cell | None = None
    doubt: Callable[[Node], None] = _certain
    never_empty: bool = False


def combined(node: BAggregate, source: Source) -> Cell:
    """The value of an aggregate over the rows of its source, as `reference.combining` says."""
    return taken(node.function, source, *_read(node, source))


def _read(node: BAggregate, source: Source) -> tuple[Cell, Cell | None]:
    """Condition and value as read on each row."""
    where = literal(value=True) if node.where is None else lower(node.where, source.inner)
    return where, None if node.value is None else lower(node.value, source.inner)


def _held(source: Source, where: Cell, value: Cell | None) -> tuple[Node, Node]:
    """Which rows are taken, and which leave the value open; never null."""
    held = both(source.within, where.true)
    unclear = both(source.within, where.missing)
    if value is not None:
        unclear = any_of(unclear, both(held, value.missing))
    return held, unclear


def with_earliest(node: BAggregate, source: Source) -> tuple[Cell, Node, Node]:
    """As `combined`, with the places in time of two rows, null where there are none.

    They are the first row that leaves the value open, and the first that is taken.
    """
    where, value = _read(node, source)  # once: what it joins must stand before anything is taken
    held, unclear = _held(source, where, value)
    first = [
        NULL if one == FALSE else source.take(Agg("min", (source.order,), one))
        for one in (unclear, held)
    ]
    return (taken(node.function, source, where, value), first[0], first[1])


def taken(function: str, source: Source, where: Cell, value: Cell | None) -> Cell:
    held, unclear = _held(source, where, value)
    return settled_states(source, _found(function, source, held, value), unclear)


def settled_states(source: Source, found: Cell, unclear: Node) -> Cell:
    """Missing where `unclear` holds for a row; the state of who asks where no group is known."""
    if unclear != FALSE:
        bad = op("coalesce", source.take(Agg("any", (unclear,))), FALSE)
        found = by_case([(bad, missing(found.type))], found)
    if source.group is not None and source.group.known != TRUE:
        states = [
            (source.group.missing, missing(found.type)),
            (source.group.na, literal(NotApplicable(), found.type)),
        ]
        found = by_case([one for one in states if one[0] != FALSE], found)
    return found


def _found(function: str, source: Source, held: Node, value: Cell | None) -> Cell:
    match function:
        case "count":
            return _number(Num(_rows(source, held), 0, source.most))
        case "any" | "none":
            nothing = op("=", _rows(source, held), ZERO)
            return Cell(BOOLEAN, negated(nothing) if function == "any" else nothing)
    assert value is not None
    match function:
        case "sum":
            return _number(_sum(source, held, value))
        case "distinct":
            return _number(Num(_distinct(source, held, value), 0, source.most))
        case "mean":
            top, count = _sum(source, held, value), _values(source, held, value)
            mean = replace(numbers.divided(top, count), span=numbers.span_of(value.number))
            return _or_none(_number(mean), count, source, held, value)
        case "trimmed_mean":
            return _trimmed(source, held, value)
        case "min" | "max" | "best" | "worst":
            return _ends(function, source, held, value)
        case "one":
            return _one(source, held, value)
        case "latest":
            known = both(held, value.known)
            found = _picked(source, value, lambda node: Agg("arg_max", (node, source.order), known))
            return _or_none(found, _values(source, held, value), source, held, value)
        case _:
            raise Unlowered(f"汇总 {function}")


def _number(num: Num) -> Cell:
    return Cell(NUMBER, num.node, num)


def _rows(source: Source, held: Node) -> Node:
    where = None if held == TRUE else held
    return op("coalesce", source.take(Agg("count", (), where)), ZERO)


def _values(source: Source, held: Node, value: Cell) -> Num:
    """How many of the rows have a value."""
    known = both(held, value.known)
    if source.never_empty and known == TRUE:
        # Null only for those whose group is not known, and theirs is not asked for.
        return Num(op("coalesce", source.take(Agg("count", ())), ONE), 1, source.most)
    return Num(_rows(source, known), 0, source.most)


def _in_lowest_terms(num: Num) -> tuple[Node, ...]:
    """Nodes that are equal exactly where the numbers are."""
    num = numbers.settled(num)
    if num.over == ONE:
        return (num.node,)
    shared = op("gcd", num.node, num.over)
    return (op("//", num.node, shared), op("//", num.over, shared))


def _sum(source: Source, held: Node, value: Cell) -> Num:
    """The sum; divisors of the data must be the same for all rows, as that of one mean is."""
    num = numbers.settled(value.number)
    over: Node = ONE
    if num.over != ONE:
        known = both(held, value.known)
        least = source.take(Agg("min", (num.over,), known))
        over = op("coalesce", source.take(Agg("max", (num.over,), known)), ONE)
        source.doubt(op("<>", least, over))
    low, high = min(0, num.low * source.most), max(0, num.high * source.most)
    if source.never_empty and held == TRUE and value.known == TRUE:
        low = max(low, num.low)
    wide = max(abs(low), abs(high)) >= numbers.NARROW
    if wide:
        numbers.scaled(num, source.most)  # refuses what is beyond 127 bits
    where = None if held == TRUE else held
    column = source.take(Agg("huge_sum" if wide else "sum", (num.node,), where))
    summed = Num(op("coalesce", column, ZERO), low, high, num.den, huge=wide)
    return replace(summed, over=over, most_over=num.most_over)


def _distinct(source: Source, held: Node, value: Cell) -> Node:
    """By a mask of bits where there are few codes (one bit each), otherwise by counting."""
    known = both(held, value.known)
    where = None if known == TRUE else known
    bits = _codes(value)
    if bits is not None:
        mask = source.take(Agg("mask", (bits,), where))
        return op("coalesce", op("bits", mask), ZERO)
    nodes = (value.node,) if value.num is None else _in_lowest_terms(value.num)
    return op("coalesce", source.take(Agg("distinct", nodes, where)), ZERO)


def _codes(value: Cell) -> Node | None:
    """The value as a small whole number from 0, where it is one."""
    num = value.num
    if num is not None and num.over == ONE and num.high - num.low < MASK_BITS:
        return (
            num.node if num.low >= 0 and num.high < MASK_BITS else op("-", num.node, Const(num.low))
        )
    if value.coded and 0 < len(value.type.options) <= MASK_BITS:
        return value.node
    return None


def _or_none(found: Cell, count: Num, source: Source, held: Node, value: Cell) -> Cell:
    """Missing where there is no value; not applicable where no row is (D7)."""
    if source.never_empty and held == TRUE and value.known == TRUE:
        return found
    na: Node = FALSE
    if found.gap is None:
        found = replace(found, gap=op("=", count.node, ZERO))
    if value.na != FALSE:
        none = op("=", count.node, ZERO)
        na = both(none, negated(op("=", _rows(source, held), ZERO)))
    return replace(found, open=True, na=na)


def _picked(source: Source, value: Cell, agg: Callable[[Node], Agg]) -> Cell:
    """A value of one of the rows, the same row whatever is taken of it."""
    value = replace(value, open=True, na=FALSE, const=None, low=None, gap=None)
    if value.num is None:
        return replace(value, node=source.take(agg(value.node)))
    num = numbers.settled(value.num)
    node = source.take(agg(num.node))
    if num.over != ONE:
        over = op("coalesce", source.take(agg(num.over)), ONE)
        return replace(value, node=node, num=replace(num, node=node, over=over))
    return replace(value, node=node, num=replace(num, node=node))


def _ends(function: str, source: Source, held: Node, value: Cell) -> Cell:
    name = {"min": "min", "max": "max", "best": "min", "worst": "max"}[function]
    if function in ("best", "worst"):
        value = coded_as(value, value.type)
    where = None if held == TRUE else held
    num = None if value.num is None else numbers.settled(value.num)
    if num is not None and num.over != ONE:
        found = _end_of_fractions(f"arg_{name}", source, both(held, value.known), value, num)
    else:
        found = _picked(source, value, lambda node: Agg(name, (node,), where))
    return _or_none(found, _values(source, held, value), source, held, value)


def _end_of_fractions(name: str, source: Source, known: Node, value: Cell, num: Num) -> Cell:
    """The least or greatest of numbers whose divisors differ: of equal ones in lowest terms."""
    key = rounding.sort_key(num).node
    node, over = _in_lowest_terms(num)
    plain = replace(value, node=node, num=replace(num, node=node, over=over))
    where = None if known == TRUE else known
    return _picked(source, plain, lambda one: Agg(name, (one, key), where))


def _one(source: Source, held: Node, value: Cell) -> Cell:
    where = None if held == TRUE else held
    found = _picked(source, value, lambda node: Agg("max", (node,), where))
    count = _values(source, held, value)
    several = op(">", count.node, ONE)
    found = replace(_or_none(found, count, source, held, value), gap=None)
    if found.num is not None:
        num = numbers.chosen([(negated(several), found.num)])
        return replace(found, node=num.node, num=num, open=True)
    return replace(found, node=case([(negated(several), found.node)]), open=True)


def _trimmed(source: Source, held: Node, value: Cell) -> Cell:
    """The mean without one highest and one lowest; missing under three."""
    num = numbers.settled(value.number)
    top = _sum(source, held, value)
    where = None if held == TRUE else held
    count = _values(source, held, value)
    ends = [
        replace(
            num,
            node=op("coalesce", source.take(Agg(name, (num.node,), where)), ZERO),
            low=min(0, num.low),
            high=max(0, num.high),
            over=top.over,
        )
        for name in ("min", "max")
    ]
    kept = numbers.added(numbers.added(top, numbers.minus(ends[0])), numbers.minus(ends[1]))
    enough = numbers.compared(">=", count, numbers.constant(Fraction(3)))
    fewer = Num(op("greatest", op("-", count.node, Const(2)), ONE), 1, max(1, source.most))
    mean = numbers.divided(kept, fewer)
    node = case([(enough, mean.node)])
    mean = replace(mean, node=node, span=numbers.span_of(num))
    few = negated(enough)
    found = _or_none(replace(_number(mean), gap=few), count, source, held, value)
    return replace(found, open=True, gap=few)


__all__ = ["NULL", "Source", "combined", "taken"]
