"""The strict functions of the expression language in columns, as in `expressions.functions`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.cells import Cell, by_case, guarded, missing, number, strict
from kaocheng.engine.columnar.nodes import FALSE, TRUE, Const, Node, any_of, both, case, holds, op
from kaocheng.engine.columnar.numbers import Num, whole
from kaocheng.engine.language.types import BOOLEAN, DATE, NUMBER

_YEARS, _DAYS, _LONG = 10_000, 4_000_000, 10**6


def apply(name: str, arguments: Sequence[Cell]) -> Cell:
    """The cell of a strict function; texts come as texts."""
    return _MEANINGS[name](*arguments)


def _extreme(*arguments: Cell, larger: bool) -> Cell:
    sure = all(one.known == TRUE for one in arguments)
    found = reduce(
        lambda a, b: numbers.extreme(a, b, larger=larger, sure=sure),
        [one.number for one in arguments],
    )
    return number(found, *arguments)


def _round(value: Cell, places: Cell) -> Cell:
    """The places may be a column: each number of places that is allowed is a case."""
    asked = places.number

    def to(at: int) -> Cell:
        return number(numbers.rounded(value.number, at), value, places)

    if asked.is_const:
        at, rest = divmod(asked.low, asked.den)
        return to(at) if rest == 0 and 0 <= at <= 12 else missing(NUMBER)
    cases = [
        (holds(numbers.compared("=", asked, numbers.constant(_fraction(at)))), to(at))
        for at in range(13)
    ]
    blank = replace(number(Num(Const(None), 0, 0), value, places), open=True)
    return by_case(cases, blank)


def _fraction(at: int) -> Fraction:
    return Fraction(at)


def _age(first: Cell, last: Cell) -> Cell:
    """Full years; a birthday on 29 February falls on 1 March in common years."""
    before = op("<", _month_day(last.node), _month_day(first.node))
    years = op("-", op("year", last.node), op("year", first.node))
    node = op("-", years, case([(before, Const(1))], Const(0)))
    return _count(node, -_YEARS, _YEARS, first, last)


def _month_day(day: Node) -> Node:
    return op("+", op("*", op("month", day), Const(100)), op("day", day))


def _months(first: Cell, last: Cell) -> Cell:
    def months(day: Node) -> Node:
        return op("+", op("*", op("year", day), Const(12)), op("month", day))

    short = op("<", op("day", last.node), op("day", first.node))
    apart = op("-", months(last.node), months(first.node))
    return _count(op("-", apart, case([(short, Const(1))], Const(0))), -_DAYS, _DAYS, first, last)


def _days(first: Cell, last: Cell) -> Cell:
    return _count(op("days", first.node, last.node), -_DAYS, _DAYS, first, last)


def _hours(first: Cell, last: Cell) -> Cell:
    """Whole seconds over 3600."""
    micro = Num(op("micros", first.node, last.node), -(2**62), 2**62)
    seconds = numbers.floored(micro, numbers.constant(_fraction(10**6)))
    return number(replace(seconds, low=-(2**42), high=2**42, den=3600), first, last)


def _count(node: Node, low: int, high: int, *operands: Cell) -> Cell:
    return number(whole(node, low, high), *operands)


def _date(year: Cell, month: Cell, day: Cell) -> Cell:
    """The day, or missing where there is no such day."""
    parts = [year.number, month.number, day.number]
    wholes = [numbers.floor_of(part) for part in parts]
    broken = any_of(
        *(
            op("holds", op("not", numbers.compared("=", part, cut)))
            for part, cut in zip(parts, wholes, strict=True)
        )
    )
    made = op("make_date", *(cut.node for cut in wholes))
    found = strict(DATE, made, year, month, day)
    none = both(year.known, month.known, day.known, op("is_null", made))
    return guarded(found, any_of(broken, none))


def _text(name: str, text: Cell, part: Cell) -> Cell:
    return strict(BOOLEAN, op(name, text.node, part.node), text, part)


_MEANINGS: dict[str, Callable[..., Cell]] = {
    "max": lambda *cells: _extreme(*cells, larger=True),
    "min": lambda *cells: _extreme(*cells, larger=False),
    "abs": lambda cell: number(numbers.absolute(cell.number), cell),
    "floor": lambda cell: number(numbers.floor_of(cell.number), cell),
    "ceil": lambda cell: number(numbers.ceil_of(cell.number), cell),
    "round": _round,
    "age": _age,
    "months_between": _months,
    "days_between": _days,
    "hours_between": _hours,
    "year": lambda day: _count(op("year", day.node), 0, _YEARS, day),
    "month": lambda day: _count(op("month", day.node), 1, 12, day),
    "day": lambda day: _count(op("day", day.node), 1, 31, day),
    "date": _date,
    "length": lambda text: _count(op("length", text.node), 0, _LONG, text),
    "starts_with": lambda text, part: _text("starts_with", text, part),
    "contains": lambda text, part: _text("contains", text, part),
}

__all__ = ["FALSE", "apply"]
