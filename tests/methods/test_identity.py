"""ID numbers and phones are checked by their own rules; the numbers here are made up."""

from __future__ import annotations

from datetime import date

import pytest

from kaocheng.methods.identity import (
    born_of,
    gender_of,
    is_id_number,
    is_phone,
    masked_phone,
    plain_id_number,
    plain_phone,
)

MADE_UP = "110101199003070011"


def with_check_digit(first: str) -> str:
    return next(first + last for last in "0123456789X" if is_id_number(first + last))


def test_id_number_holds_with_its_check_digit_only() -> None:
    number = with_check_digit(MADE_UP[:17])

    wrong = [number[:17] + last for last in "0123456789X" if last != number[17]]
    assert is_id_number(number)
    assert not any(is_id_number(one) for one in wrong)
    assert (born_of(number), gender_of(number)) == (date(1990, 3, 7), "男")


@pytest.mark.parametrize(
    "number", ["", "11010119900307001", "110101199002300011", "01010119900307001X", "一" * 18]
)
def test_what_cannot_be_an_id_number(number: str) -> None:
    assert not is_id_number(number)


def test_id_number_is_typed_with_blanks_and_a_small_x() -> None:
    assert plain_id_number(" 110101 19900307 001x ") == "11010119900307001X"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
    ],
)
def test_phone_is_typed_in_many_ways(typed: str, number: str) -> None:
    assert plain_phone(typed) == number
    assert is_phone(number)


def test_phone_is_masked_to_what_its_owner_recognises() -> None:
    assert masked_phone("13800138000") == "138****8000"
    assert masked_phone("") == ""
    assert masked_phone("12345") == "****"
    assert not is_phone("12345678901")
