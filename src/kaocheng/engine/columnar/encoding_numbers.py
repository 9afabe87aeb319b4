"""Numbers in columns: texts, decimals and integers as whole numbers at the least scale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.cells import read_cell
from kaocheng.engine.columnar.encoding_cells import MOST_ENCODED, TooWide, encoded_numbers
from kaocheng.engine.language.registers import Field

# Plain decimals, which nearly all numbers are; all others are read one by one.
_PLAIN = "^[+-]?[0-9]{1,17}(?:[.][0-9]{1,18})?$"
# A text with anything else in it is no number; there may be millions of them.
_POSSIBLE = "^[-+0-9./%]{1,60}$"
_PLAIN_DECIMAL = pa.decimal128(38, 18)
_MOST_DIGITS = 38
_LOWER_AND_UPPER = (0, 1) if sys.byteorder == "little" else (1, 0)


class Numbers(NamedTuple):
    """`values`: int64 at `scale`; null where there is no number, or none that can be read."""

    values: pa.Array
    scale: int


def numbers_of_texts(texts: pa.Array) -> Numbers:
    """The numbers that texts say. Raises `TooWide`."""
    is_plain = pc.match_substring_regex(texts, _PLAIN)
    plain = numbers_of_decimals(texts.filter(is_plain).cast(_PLAIN_DECIMAL))
    is_other = pc.invert(is_plain)
    others = texts.filter(is_other)
    possible = pc.if_else(pc.match_substring_regex(others, _POSSIBLE), others, None)
    read = [None if text is None else _fraction(text) for text in possible.to_pylist()]
    encoded, other_scale = encoded_numbers([one for one in read if one is not None])
    scale = lcm(plain.scale, other_scale)
    rest = iter(encoded)
    others = pa.array([None if one is None else next(rest) for one in read], pa.int64())
    together = pa.concat_arrays(
        [_times(plain.values, scale // plain.scale), _times(others, scale // other_scale)]
    )
    order = pa.concat_arrays([pc.indices_nonzero(is_plain), pc.indices_nonzero(is_other)])
    places = pc.inverse_permutation(order.cast(pa.int64()), max_index=len(texts) - 1)
    return _held(Numbers(together.take(places), scale))


def numbers_of_decimals(decimals: pa.Array) -> Numbers:
    """The numbers of a column of decimals of at most 38 digits. Raises `TooWide`."""
    if decimals.type.bit_width == 128 and (short := _short_digits(decimals)) is not None:
        return _held(_least(short, 10**decimals.type.scale))
    decimals = decimals.cast(pa.decimal128(_MOST_DIGITS, decimals.type.scale))
    for places in range(decimals.type.scale + 1):
        try:
            shorter = decimals.cast(pa.decimal128(_MOST_DIGITS, places))
        except pa.ArrowInvalid:  # Some value has more places than that.
            continue
        return _held(_numbers_of_whole(_digits_of(shorter), 10**places))
    raise TooWide


def numbers_of_integers(integers: pa.Array) -> Numbers:
    """The numbers of a column of integers. Raises `TooWide`."""
    try:
        return _held(Numbers(integers.cast(pa.int64()), 1))
    except pa.ArrowInvalid:
        raise TooWide from None


def faults_in(numbers: Numbers, described: Field) -> pa.Array | None:
    """Where a number is not of the kind or in the range its field asks for; None: nowhere."""
    values, scale = numbers
    unit = {"whole": scale, "money": scale // gcd(scale, 100)}.get(described.type, 1)
    faults = [] if unit == 1 else [pc.not_equal(pc.remainder(values, unit), 0)]
    if described.least is not None:
        least = -(-described.least * scale // 1)
        faults += _outside(values, least, pc.less)
    if described.most is not None:
        faults += _outside(values, described.most * scale // 1, pc.greater)
    if not faults:
        return None
    found = faults[0]
    for more in faults[1:]:
        found = pc.or_(found, more)
    return pc.fill_null(found, False)


_Compare = Callable[[pa.Array, pa.Scalar], pa.Array]


def _outside(values: pa.Array, limit: int, is_outside: _Compare) -> list[pa.Array]:
    if limit < -MOST_ENCODED or limit > MOST_ENCODED:
        beyond = (limit > 0) == (is_outside is pc.less)
        return [pc.is_valid(values)] if beyond else []
    return [is_outside(values, pa.scalar(limit, pa.int64()))]


def _fraction(text: str) -> Fraction | None:
    try:
        value = read_cell(text, column_type="number")
    except ValueError:
        return None
    assert isinstance(value, Fraction)
    return value


def _held(numbers: Numbers) -> Numbers:
    """The same numbers, if 63 bits hold them and their scale."""
    least = pc.min(numbers.values).as_py()
    if numbers.scale > MOST_ENCODED or (least is not None and least < -MOST_ENCODED):
        raise TooWide
    return numbers


def _digits_of(decimals: pa.Array) -> pa.Array:
    """The digits of decimals as whole decimals: the same bytes, read without the point."""
    whole = pa.decimal128(_MOST_DIGITS, 0)
    return pa.Array.from_buffers(whole, len(decimals), decimals.buffers(), offset=decimals.offset)


def _short_digits(decimals: pa.Array) -> pa.Array | None:
    """The digits of decimals as integers, None where 63 bits do not hold them.

    A decimal is two words of 64 bits; the upper one repeats the sign of the lower one where that
    says it all. Arithmetic on decimals proper is ten times as slow.
    """
    words = decimals.buffers()[1]
    if words is None:
        return None
    both = pa.Array.from_buffers(pa.int64(), 2 * (decimals.offset + len(decimals)), [None, words])
    pairs = pa.Array.from_buffers(
        pa.list_(pa.int64(), 2),
        len(decimals),
        decimals.buffers()[:1],
        offset=decimals.offset,
        children=[both],
    )
    lower, upper = (pc.list_element(pairs, at) for at in _LOWER_AND_UPPER)
    sign = pc.negate(pc.less(lower, 0).cast(pa.int64()))
    return None if pc.not_equal(sign, upper).true_count else lower


def _numbers_of_whole(digits: pa.Array, scale: int) -> Numbers:
    try:
        return _least(digits.cast(pa.int64()), scale)
    except pa.ArrowInvalid:
        pass
    extremes = pc.min_max(digits).as_py()
    if max(-extremes["min"], extremes["max"]) > MOST_ENCODED * scale:
        raise TooWide
    # Rare: digits for more than 63 bits, which may yet fit once common factors are taken out.
    distinct = digits.dictionary_encode()
    values = [Fraction(int(one), scale) for one in distinct.dictionary.to_pylist()]
    encoded, scale = encoded_numbers(values)
    return Numbers(pa.array(encoded, pa.int64()).take(distinct.indices), scale)


def _least(values: pa.Array, scale: int) -> Numbers:
    """The same numbers at the least scale at which they are whole."""
    for factor in (2**16, 2**8, 2**4, 4, 2, 5**16, 5**8, 5**4, 25, 5):
        if scale % factor == 0 and _all_divide(values, factor):
            values, scale = pc.divide(values, factor), scale // factor
    return Numbers(values, scale)


def _all_divide(values: pa.Array, factor: int) -> bool:
    bounds = pc.min_max(pc.remainder(values, factor)).as_py()
    return bounds["min"] in (0, None) and bounds["max"] in (0, None)


def _times(values: pa.Array, factor: int) -> pa.Array:
    if factor == 1:
        return values
    if factor > MOST_ENCODED:
        raise TooWide
    try:
        return pc.multiply_checked(values, pa.scalar(factor, pa.int64()))
    except pa.ArrowInvalid:
        raise TooWide from None
