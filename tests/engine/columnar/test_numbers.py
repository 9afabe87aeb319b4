"""Exact numbers in columns against fractions: every operation, with its bounds and its width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine.columnar import numbers, rounding
from kaocheng.engine.columnar.nodes import Const, Node, Ref, op
from kaocheng.engine.columnar.numbers import Num, TooWide
from kaocheng.engine.columnar.sql import tree
from kaocheng.methods.shares import rounded_half_up

CONNECTION = duckdb.connect()
COLUMNS = {"a": (-9_999, 9_999, 100), "b": (0, 400, 1), "c": (1, 60, 10), "d": (-5, 5, 1)}
Row = dict[str, int]


@dataclass(frozen=True)
class Pair:
    """A number in columns, and what it means for a row (None: not known there)."""

    num: Num
    meaning: Callable[[Row], Fraction | None]


def column(name: str) -> Pair:
    low, high, scale = COLUMNS[name]
    num = Num(op("big", Ref(name)), low, high, scale)
    return Pair(num, lambda row: Fraction(row[name], scale))


def constant(value: Fraction) -> Pair:
    return Pair(numbers.constant(value), lambda _: value)


def both(
    work: Callable[[Num, Num], Num], mean: Callable[[Fraction, Fraction], Fraction | None]
) -> Callable[[Pair, Pair], Pair]:
    def build(a: Pair, b: Pair) -> Pair:
        def meaning(row: Row) -> Fraction | None:
            x, y = a.meaning(row), b.meaning(row)
            return None if x is None or y is None else mean(x, y)

        return Pair(work(a.num, b.num), meaning)

    return build


def alone(
    work: Callable[[Num], Num], mean: Callable[[Fraction], Fraction]
) -> Callable[[Pair], Pair]:
    def build(a: Pair) -> Pair:
        def meaning(row: Row) -> Fraction | None:
            x = a.meaning(row)
            return None if x is None else mean(x)

        return Pair(work(a.num), meaning)

    return build


def chosen(when: Pair, yes: Pair, no: Pair) -> Pair:
    condition = op("holds", numbers.compared(">", when.num, numbers.constant(Fraction(1))))

    def meaning(row: Row) -> Fraction | None:
        asked = when.meaning(row)
        return (yes if asked is not None and asked > 1 else no).meaning(row)

    return Pair(numbers.chosen([(condition, yes.num)], no.num), meaning)


BINARY = (
    both(numbers.added, lambda x, y: x + y),
    both(lambda a, b: numbers.added(a, numbers.minus(b)), lambda x, y: x - y),
    both(numbers.multiplied, lambda x, y: x * y),
    both(numbers.divided, lambda x, y: x / y if y else None),
    both(lambda a, b: numbers.extreme(a, b, larger=True), max),
    both(lambda a, b: numbers.extreme(a, b, larger=False), min),
)
UNARY = (
    alone(numbers.minus, lambda x: -x),
    alone(numbers.absolute, abs),
    alone(rounding.floor_of, lambda x: Fraction(x.__floor__())),
    alone(rounding.ceil_of, lambda x: Fraction(x.__ceil__())),
    alone(rounding.cut_off, lambda x: Fraction(int(x))),
    alone(numbers.settled, lambda x: x),
    alone(lambda a: rounding.rounded(a, 0), lambda x: rounded_half_up(x, places=0)),
    alone(lambda a: rounding.rounded(a, 2), lambda x: rounded_half_up(x, places=2)),
)
CONSTANTS = st.fractions(-50, 50, max_denominator=40)
LEAVES = st.one_of(st.sampled_from(sorted(COLUMNS)).map(column), CONSTANTS.map(constant))


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> Pair:
    """A formula of a few operations that the plan does not refuse."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(LEAVES)
    below = formulas(depth - 1)
    kind = draw(st.integers(0, 4))
    try:
        if kind == 0:
            return draw(st.sampled_from(UNARY))(draw(below))
        if kind == 1:
            return chosen(draw(below), draw(below), draw(below))
        return draw(st.sampled_from(BINARY))(draw(below), draw(below))
    except TooWide:
        return draw(LEAVES)


ROWS = st.lists(
    st.fixed_dictionaries({name: st.integers(*ends[:2]) for name, ends in COLUMNS.items()}),
    min_size=1,
    max_size=6,
)


def computed(nodes: list[Node], rows: list[Row]) -> list[tuple[object, ...]]:
    listed = ", ".join(
        f"({at}, {', '.join(str(row[one]) for one in COLUMNS)})" for at, row in enumerate(rows)
    )
    names = ", ".join(COLUMNS)
    asked = ", ".join(tree(node).sql("duckdb") for node in nodes)
    query = f"SELECT {asked} FROM (VALUES {listed}) AS t(_row, {names}) ORDER BY _row"
    return CONNECTION.execute(query).fetchall()


@settings(max_examples=400, deadline=None, derandomize=True)
@given(formulas(), ROWS)
def test_numbers_are_exact_and_keep_their_bounds(formula: Pair, rows: list[Row]) -> None:
    num = formula.num
    for row, (node, over) in zip(rows, computed([num.node, num.over], rows), strict=True):
        wanted = formula.meaning(row)
        if wanted is None:
            assert node is None
            continue
        assert isinstance(node, int)
        assert isinstance(over, int)
        assert Fraction(node, num.den * over) == wanted
        assert num.low <= node <= num.high
        assert 1 <= over <= num.most_over
        assert num.huge or abs(node) < numbers.NARROW
        low, high = numbers.span_of(num)
        assert low <= wanted <= high


@settings(max_examples=300, deadline=None, derandomize=True)
@given(formulas(), formulas(), ROWS)
def test_comparing_agrees_with_fractions(a: Pair, b: Pair, rows: list[Row]) -> None:
    try:
        nodes = [numbers.compared(one, a.num, b.num) for one in ("<", "<=", "=", "<>", ">", ">=")]
    except TooWide:
        return
    for row, found in zip(rows, computed(nodes, rows), strict=True):
        x, y = a.meaning(row), b.meaning(row)
        if x is not None and y is not None:
            assert found == (x < y, x <= y, x == y, x != y, x > y, x >= y)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(formulas(), ROWS)
def test_sort_keys_order_as_the_values_do(formula: Pair, rows: list[Row]) -> None:
    try:
        key = rounding.sort_key(formula.num)
    except TooWide:
        return
    pairs = [
        (formula.meaning(row), found)
        for row, (found,) in zip(rows, computed([key.node], rows), strict=True)
    ]
    known = [(value, found) for value, found in pairs if value is not None]
    for x, one in known:
        for y, other in known:
            assert (x < y) == (one < other)  # type: ignore[operator]  # whole numbers
            assert (x == y) == (one == other)


def test_what_needs_more_than_127_bits_is_refused_with_the_reason() -> None:
    num = Num(Ref("a"), 0, 10**15)
    square = numbers.multiplied(num, num)
    assert square.huge
    with pytest.raises(TooWide, match="127"):
        numbers.multiplied(square, num)


def test_rounding_takes_halves_away_from_zero() -> None:
    halves = Num(Ref("d"), -5, 5, 2)
    rows = [{"a": 0, "b": 0, "c": 1, "d": at} for at in (-3, -1, 0, 1, 3)]
    found = [row[0] for row in computed([rounding.rounded(halves, 0).node], rows)]
    assert found == [-2, -1, 0, 1, 2]


def test_constants_fold_away() -> None:
    num = numbers.added(numbers.constant(Fraction(1, 3)), numbers.constant(Fraction(1, 6)))
    assert num.node == Const(3)
    assert num.den == 6
