"""Numbers of whole columns are what their fractions are, one by one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.columnar.encoding_cells import TooWide, encoded_numbers
from kaocheng.engine.columnar.encoding_numbers import numbers_of_decimals, numbers_of_texts
from kaocheng.engine.exact import NotExact, read_exact

PLACES = st.integers(0, 30)
DIGITS = st.one_of(st.integers(-999, 999), st.integers(1 - 10**30, 10**30 - 1))


def expected(values: list[Fraction | None]) -> tuple[list[int | None], int] | None:
    try:
        encoded, scale = encoded_numbers([one for one in values if one is not None])
    except TooWide:
        return None
    rest = iter(encoded)
    return [None if one is None else next(rest) for one in values], scale


@given(st.lists(st.none() | DIGITS, max_size=6), PLACES, st.integers(0, 3))
def test_decimals_of_any_width_are_exact(digits: list[int | None], places: int, start: int) -> None:
    decimals = [None if one is None else Decimal(one).scaleb(-places) for one in digits]
    column = pa.array(decimals, pa.decimal128(38, places)).slice(start)
    fractions = [None if one is None else Fraction(one) for one in decimals[start:]]

    try:
        numbers = numbers_of_decimals(column)
        found = numbers.values.to_pylist(), numbers.scale
    except TooWide:
        found = None

    assert found == expected(fractions)


@given(st.lists(st.text("0123456789+-./%", max_size=6) | DIGITS.map(str), max_size=6))
def test_texts_are_the_numbers_that_the_reader_of_cells_reads(texts: list[str]) -> None:
    fractions: list[Fraction | None] = []
    for text in texts:
        try:
            fractions.append(read_exact(text))
        except NotExact:
            fractions.append(None)

    try:
        numbers = numbers_of_texts(pa.array(texts, pa.string()))
        found = numbers.values.to_pylist(), numbers.scale
    except TooWide:
        found = None

    assert found == expected(fractions)
