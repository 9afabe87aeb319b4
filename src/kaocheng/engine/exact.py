"""Exact numbers as text: how the product prints a number, and which texts it takes for one.

No number passes through a float on its way in or out, so `0.1` is a tenth and `7/3` stays `7/3`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Literal

MOST_DIGITS = 40
# In a large table the same few texts stand again and again: so many are read once.
REMEMBERED = 4_096

NotExactReason = Literal[
    "exponent", "separator", "fullwidth", "too_long", "not_a_number", "zero_denominator"
]

# [0-9] and not \d, which would also take Arabic-Indic and other foreign digits.
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_PERCENT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)%")
_RATIO = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_EXPONENT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+%?")
_GROUPING = re.compile(r"(?<=[0-9])[,，'’ \u00a0\u2009\u202f\u3000](?=[0-9])")
_FULLWIDTH = re.compile("[０-９．－＋％／]")
_FULLWIDTH_TO_ASCII = str.maketrans("０１２３４５６７８９．－＋％／", "0123456789.-+%/")


class NotExact(ValueError):
    """A text that is no exact number; `reason` is a code for the caller's message."""

    def __init__(self, reason: NotExactReason, *, text: str = "") -> None:
        super().__init__(f"{reason}: {text[:60]!r}")
        self.reason: NotExactReason = reason
        self.text = text


def exact_text(value: Fraction) -> str:
    """Print a number: a plain decimal when it terminates (`-0.25`), else a ratio (`7/3`).

    There is never an exponent, a leading `+`, a trailing zero after the point or a `-0`.
    """
    places = decimal_places(value.denominator)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    scaled = abs(value.numerator) * 10**places // value.denominator
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


@lru_cache(maxsize=REMEMBERED)
def read_exact(text: str) -> Fraction:
    """Read `-12`, `+3`, `0.25`, `7/3` or `95%`; raises `NotExact` with a reason code for all else.

    Refused on purpose: exponents (a rounded number of a spreadsheet), thousands separators and
    blanks (they mean different things in different places), full-width digits, and more than 40
    digits (no measurement, and a cheap way to make us compute for ever).
    """
    if sum(map(str.isdigit, text)) > MOST_DIGITS:
        raise NotExact("too_long", text=text)
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    if percent := _PERCENT.fullmatch(text):
        return Fraction(percent[1]) / 100
    if ratio := _RATIO.fullmatch(text):
        return _ratio(ratio[1], denominator=ratio[2], text=text)
    raise NotExact(_why_not(text), text=text)


def _ratio(numerator: str, *, denominator: str, text: str) -> Fraction:
    if int(denominator) == 0:
        raise NotExact("zero_denominator", text=text)
    return Fraction(int(numerator), int(denominator))


def _why_not(text: str) -> NotExactReason:
    if _EXPONENT.fullmatch(text):
        return "exponent"
    if _FULLWIDTH.search(text) and _is_number(text.translate(_FULLWIDTH_TO_ASCII)):
        return "fullwidth"
    if _GROUPING.search(text) and _is_number(_GROUPING.sub("", text)):
        return "separator"
    return "not_a_number"


def _is_number(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_DECIMAL, _PERCENT, _RATIO))


def decimal_places(denominator: int) -> int | None:
    """How many decimals print 1/denominator fully; None when no number of them does."""
    twos = (denominator & -denominator).bit_length() - 1
    rest = denominator >> twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None
