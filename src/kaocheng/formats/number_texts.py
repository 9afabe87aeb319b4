"""Whole columns of exact numbers as text: what `exact_text` prints, without an object per row."""

from __future__ import annotations

from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.exact import decimal_places, exact_text

# A remainder times a power of ten stays in 63 bits.
_MOST_PLACES = 18


def number_texts(values: pa.Array, *, den: int, over: pa.Array | None = None) -> pa.Array:
    """The texts of `values` ÷ (`den` × `over`), null where either is.

    `values` are whole numbers (any integer type, or decimals without places), `over` positive ones.
    """
    if over is not None:
        return _texts_of_quotients(values, den, over)
    if not pa.types.is_integer(values.type):
        narrow = _narrowed(values)
        if narrow is None:
            return _texts_of_distinct(values, den)
        values = narrow
    places = decimal_places(den)
    if places is None or places > _MOST_PLACES:
        return _texts_of_distinct(values, den)
    return _texts_of_decimals(values.cast(pa.int64()), den, places)


def _narrowed(values: pa.Array) -> pa.Array | None:
    """Decimals in 63 bits, where they fit."""
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        return None


def _texts_of_decimals(values: pa.Array, den: int, places: int) -> pa.Array:
    if not places:
        return pc.divide(values, den).cast(pa.string())
    size = pc.abs_checked(values)
    whole = pc.divide(size, den)
    rest = pc.multiply(pc.subtract(size, pc.multiply(whole, den)), 10**places // den)
    digits = pc.utf8_lpad(rest.cast(pa.string()), width=places, padding="0")
    decimals = pc.utf8_rtrim(digits, characters="0")
    point = pc.if_else(pc.equal(rest, 0), "", ".")
    sign = pc.if_else(pc.less(values, 0), "-", "")
    return pc.binary_join_element_wise(sign, whole.cast(pa.string()), point, decimals, "")


def _texts_of_distinct(values: pa.Array, den: int) -> pa.Array:
    coded = values.dictionary_encode()
    texts = [exact_text(Fraction(int(one), den)) for one in coded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(coded.indices)


def _texts_of_quotients(values: pa.Array, den: int, over: pa.Array) -> pa.Array:
    known: dict[tuple[int, int], str] = {}
    texts: list[str | None] = []
    for value, divisor in zip(values.to_pylist(), over.to_pylist(), strict=True):
        if value is None or divisor is None:
            texts.append(None)
            continue
        pair = (int(value), int(divisor))
        if pair not in known:
            known[pair] = exact_text(Fraction(pair[0], den * pair[1]))
        texts.append(known[pair])
    return pa.array(texts, pa.string())
