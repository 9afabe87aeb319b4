"""Exact numbers to text and back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.exact import NotExact, exact_text, read_exact


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-12), "-12"),
        (Fraction(1, 4), "0.25"),
        (Fraction(-1, 5), "-0.2"),
        (Fraction(7, 3), "7/3"),
        (Fraction(-7, 3), "-7/3"),
        (Fraction(1, 1024), "0.0009765625"),
        (Fraction(10**22), "10000000000000000000000"),
        (Fraction(1, 10**20), "0.00000000000000000001"),
        (Fraction(910, 100), "9.1"),
    ],
)
def test_exact_text_is_decimal_when_it_terminates_else_ratio(value: Fraction, text: str) -> None:
    assert exact_text(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-12", Fraction(-12)),
        ("+5", Fraction(5)),
        ("0010", Fraction(10)),
        ("0.25", Fraction(1, 4)),
        ("7/3", Fraction(7, 3)),
        ("1/4", Fraction(1, 4)),
        ("95%", Fraction(19, 20)),
        ("-0.5%", Fraction(-1, 200)),
    ],
)
def test_read_exact_takes_plain_numbers(text: str, value: Fraction) -> None:
    assert read_exact(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1e5", "exponent"),
        ("-1.5E+20", "exponent"),
        ("1,234", "separator"),
        ("1，234", "separator"),
        ("1 234", "separator"),
        ("1,234.5%", "separator"),
        ("１２", "fullwidth"),
        ("９５％", "fullwidth"),
        ("9．5", "fullwidth"),
        ("1" * 41, "too_long"),
        ("0." + "3" * 40, "too_long"),
        ("1/0", "zero_denominator"),
        ("0/00", "zero_denominator"),
        ("", "not_a_number"),
        (" 1", "not_a_number"),
        ("1\n", "not_a_number"),
        ("nan", "not_a_number"),
        ("inf", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ("1_000", "not_a_number"),
        (".5", "not_a_number"),
        ("5.", "not_a_number"),
        ("--5", "not_a_number"),
        ("1/-4", "not_a_number"),
        ("7/3%", "not_a_number"),
        ("٣", "not_a_number"),
        ("0x10", "not_a_number"),
        ("五", "not_a_number"),
        ("5分", "not_a_number"),
    ],
)
def test_read_exact_refuses_with_reason(text: str, reason: str) -> None:
    with pytest.raises(NotExact) as refused:
        read_exact(text)

    assert refused.value.reason == reason


@given(st.fractions(max_denominator=10**9).filter(lambda value: abs(value) < 10**9))
def test_exact_text_reads_back_equal(value: Fraction) -> None:
    assert read_exact(exact_text(value)) == value


@given(st.text())
def test_read_exact_never_fails_otherwise(text: str) -> None:
    try:
        number = read_exact(text)
    except NotExact:
        return

    assert read_exact(exact_text(number)) == number
