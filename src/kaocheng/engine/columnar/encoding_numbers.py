"""Numbers in columns: texts, decimals and integers as whole numbers at the least scale."""

from __future__ import annotations

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
_PLAIN_DECIMAL = pa.decimal128(38, 18)
_MOST_DIGITS = 38


class Numbers(NamedTuple):
    """`values`: int64 at `scale`; null where there is no number, or none that can be read."""

    values: pa.Array
    scale: int


def numbers_of_texts(texts: pa.Array) -> Numbers:
    """The numbers that texts say. Raises `TooWide`."""
    is_plain = pc.match_substring_regex(texts, _PLAIN)
    plain = numbers_of_decimals(texts.filter(is_plain).cast(_PLAIN_DECIMAL))
    is_other = pc.invert(is_plain)
    read = [_fraction(text) for text in texts.filter(is_other).to_pylist()]
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


def _numbers_of_whole(digits: pa.Array, scale: int) -> Numbers:
    try:
        return _least(digits.cast(pa.int64()), scale)
    except pa.ArrowInvalid:
        pass
    # Rare: digits for more than 63 bits, which may yet fit once common factors are taken out.
    distinct = digits.dictionary_encode()
    values = [Fraction(int(one), scale) for one in distinct.dictionary.to_pylist()]
    encoded, scale = encoded_numbers(values)
    return Numbers(pa.array(encoded, pa.int64()).take(distinct.indices), scale)


def _least(values: pa.Array, scale: int) -> Numbers:
    """The same numbers at the least scale at which they are whole."""
    for prime in (2, 5):
        while scale % prime == 0 and _all_divide(values, prime):
            values, scale = pc.divide(values, prime), scale // prime
    return Numbers(values, scale)


def _all_divide(values: pa.Array, prime: int) -> bool:
    bounds = pc.min_max(pc.remainder(values, prime)).as_py()
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
