"""Exact numbers to text and back."""

from __future__ import annotations

import re
from fractions import Fraction

MOST_DIGITS = 40
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_RATIO = re.compile(r"([+-]?\d+)/(\d+)")


class NotExact(ValueError):
    """The text is not an exact number; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_exact(text: str) -> Fraction:
    """`-12`, `0.25`, `95%`, `7/3` as a fraction; raises `NotExact` for anything else."""
    if len(text) > MOST_DIGITS:
        raise NotExact("too_long")
    if _NUMBER.fullmatch(text):
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    if ratio := _RATIO.fullmatch(text):
        if int(ratio[2]) == 0:
            raise NotExact("zero_denominator")
        return Fraction(int(ratio[1]), int(ratio[2]))
    raise NotExact("not_a_number")


def exact_text(value: Fraction) -> str:
    """The shortest exact text: `9.1` where the decimal ends, otherwise `7/3`."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
