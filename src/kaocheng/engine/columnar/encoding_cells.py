"""Cells in columns: the values of one field, encoded but not yet sorted or referred to.

References are still the keys they were written as; everything else is as `columnar.facts` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import lcm

import pyarrow as pa

from kaocheng.engine.language.registers import Field
from kaocheng.engine.values import Known, NotApplicable, Value, is_known

NUMBERS = ("number", "whole", "money")
CODED = ("choice", "scale", "period")
# A sign and 63 bits: what every database holds in one word.
MOST_ENCODED = 2**63 - 1


class TooWide(ValueError):
    """A column of numbers that no 63 bits hold, at the scale its fractions need."""


@dataclass(frozen=True)
class Cells:
    """One field. `values`: pyarrow.Array, null where not known; `inapplicable`: bool or None."""

    values: pa.Array
    inapplicable: pa.Array = None
    scale: int = 1


def codes_of(described: Field, periods: Mapping[str, int]) -> Mapping[str, int]:
    """The code of every text that a choice, a scale or a period may be."""
    if described.type == "period":
        return periods
    return {text: code for code, text in reversed(list(enumerate(described.values)))}


def cells_of(values: Sequence[Value], described: Field, *, periods: Mapping[str, int]) -> Cells:
    """The cells of values as the reference's reader gives them. Raises `TooWide`."""
    known = [value if is_known(value) else None for value in values]
    flags = [isinstance(value, NotApplicable) for value in values]
    inapplicable = pa.array(flags, pa.bool_()) if any(flags) else None
    if described.type in NUMBERS:
        encoded, scale = encoded_numbers([one for one in known if isinstance(one, Fraction)])
        rest = iter(encoded)
        numbers = [None if one is None else next(rest) for one in known]
        return Cells(pa.array(numbers, pa.int64()), inapplicable, scale)
    if described.type in CODED:
        codes = codes_of(described, periods)
        coded = [None if one is None else codes[str(one)] for one in known]
        return Cells(pa.array(coded, pa.int16()), inapplicable)
    return Cells(pa.array(known, plain_type(described)), inapplicable)


def encoded_numbers(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """Whole numbers and the scale they stand at: the least that makes every value whole."""
    scale = lcm(*{value.denominator for value in values})
    encoded = [value.numerator * (scale // value.denominator) for value in values]
    if max(map(abs, encoded), default=0) > MOST_ENCODED or scale > MOST_ENCODED:
        raise TooWide
    return encoded, scale


def plain_type(described: Field) -> pa.DataType:
    """The Arrow type of a field whose values stand as they are; references are keys yet."""
    plain = {"boolean": pa.bool_(), "date": pa.date32(), "moment": pa.timestamp("us")}
    return plain.get(described.type, pa.string())


def key_text(value: Known) -> str:
    """A key as the reference writes it."""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def day_number(value: date) -> int:
    """Days since 1970."""
    return value.toordinal() - date(1970, 1, 1).toordinal()
