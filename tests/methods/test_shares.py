"""Apportionment and rounding: worked facts first, then what must always hold."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.methods.shares import (
    NoWeightError,
    ShareError,
    ceil_of,
    floor_of,
    largest_remainder,
    round_half_up_to_int,
    rounded_half_up,
    seat_limit,
)

GRADE_SHARES = [Fraction(percent, 100) for percent in (30, 50, 10, 7, 3)]

fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
weights_of_some = st.lists(
    st.fractions(min_value=0, max_value=1000, max_denominator=1000), min_size=1, max_size=12
).filter(any)
totals = st.integers(min_value=0, max_value=10**9)


def test_seats_of_ten_people_follow_the_largest_remainder() -> None:
    seats = largest_remainder(10, GRADE_SHARES)

    assert seats == [3, 5, 1, 1, 0]


def test_seats_with_equal_remainders_go_to_the_better_grades() -> None:
    # Quotas 1.5, 2.5, 0.5, 0.35, 0.15: three halves compete for two seats.
    seats = largest_remainder(5, GRADE_SHARES)

    assert seats == [2, 3, 0, 0, 0]


def test_seats_with_equal_remainders_follow_the_order_asked_for() -> None:
    seats = largest_remainder(5, GRADE_SHARES, order=[2, 1, 0, 3, 4])

    assert seats == [1, 3, 1, 0, 0]


def test_order_does_not_beat_a_larger_remainder() -> None:
    parts = largest_remainder(1, [Fraction(1, 3), Fraction(2, 3)], order=[0, 1])

    assert parts == [0, 1]


def test_pool_in_fen_is_paid_out_to_the_last_fen() -> None:
    scores = [Fraction("96.1"), Fraction(80), Fraction(90)]

    fen = largest_remainder(2952750, scores)

    assert fen == [1066363, 887712, 998675]
    assert sum(fen) == 2952750


def test_weight_of_zero_gets_nothing() -> None:
    parts = largest_remainder(7, [Fraction(0), Fraction(1), Fraction(0), Fraction(1)])

    assert parts == [0, 4, 0, 3]


def test_total_of_zero_gives_everybody_zero() -> None:
    assert largest_remainder(0, GRADE_SHARES) == [0, 0, 0, 0, 0]


def test_weights_all_zero_are_refused() -> None:
    with pytest.raises(NoWeightError, match="所有权重都是 0"):
        largest_remainder(3, [Fraction(0), Fraction(0)])


def test_weights_of_nobody_are_refused() -> None:
    with pytest.raises(NoWeightError, match="所有权重都是 0"):
        largest_remainder(3, [])


def test_negative_total_is_refused() -> None:
    with pytest.raises(ShareError, match="总数是 -1，不能为负数"):
        largest_remainder(-1, GRADE_SHARES)


def test_negative_weight_is_refused() -> None:
    with pytest.raises(ShareError, match="权重中有负数"):
        largest_remainder(3, [Fraction(2), Fraction(-1)])


@pytest.mark.parametrize("order", [[0], [0, 0], [1, 2], [0, 1, 2]])
def test_order_that_misses_or_repeats_a_position_is_refused(order: list[int]) -> None:
    with pytest.raises(ShareError, match="把 2 个位置各列一次"):
        largest_remainder(3, [Fraction(1), Fraction(2)], order=order)


def test_float_weight_is_refused() -> None:
    inexact = cast(Fraction, 0.1)

    with pytest.raises(TypeError, match="exact Fractions"):
        largest_remainder(3, [Fraction(1), inexact])


@given(total=totals, weights=weights_of_some)
def test_parts_always_add_up_to_the_total(total: int, weights: list[Fraction]) -> None:
    assert sum(largest_remainder(total, weights)) == total


@given(total=totals, weights=weights_of_some)
def test_every_part_lies_within_its_quota_rounded_down_and_up(
    total: int, weights: list[Fraction]
) -> None:
    parts = largest_remainder(total, weights)

    for part, weight in zip(parts, weights, strict=True):
        quota = total * weight / sum(weights)
        assert floor(quota) <= part <= ceil(quota)


@given(total=totals, weights=weights_of_some)
def test_larger_weight_never_gets_less(total: int, weights: list[Fraction]) -> None:
    parts = largest_remainder(total, weights)

    for weight, part in zip(weights, parts, strict=True):
        for other_weight, other_part in zip(weights, parts, strict=True):
            if weight > other_weight:
                assert part >= other_part


@given(total=totals, weights=weights_of_some, data=st.data())
def test_parts_move_with_their_owners_when_rows_are_permuted(
    total: int, weights: list[Fraction], data: st.DataObject
) -> None:
    moved_to = data.draw(st.permutations(range(len(weights))))
    permuted = [weights[at] for at in moved_to]
    # The same people stay preferred: position p of the permuted list is person moved_to[p].
    same_people = [moved_to.index(person) for person in range(len(weights))]

    parts = largest_remainder(total, weights)
    permuted_parts = largest_remainder(total, permuted, order=same_people)

    assert permuted_parts == [parts[at] for at in moved_to]


@given(
    total=totals,
    weights=weights_of_some,
    scale=st.fractions(min_value=Fraction(1, 1000), max_value=1000),
)
def test_parts_do_not_change_when_all_weights_are_scaled(
    total: int, weights: list[Fraction], scale: Fraction
) -> None:
    scaled = [weight * scale for weight in weights]

    assert largest_remainder(total, scaled) == largest_remainder(total, weights)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),
        ("2.6749999", 2, "2.67"),
        ("89.5", 0, "90"),
        ("88.5", 0, "89"),
        ("15", -1, "20"),
        ("0", 2, "0"),
    ],
)
def test_rounding_takes_a_half_away_from_zero(value: str, places: int, expected: str) -> None:
    assert rounded_half_up(Fraction(value), places=places) == Fraction(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("-2.4999", -2), ("0.5", 1), ("3.5", 4), ("7", 7)],
)
def test_rounding_to_a_whole_number_takes_a_half_away_from_zero(value: str, expected: int) -> None:
    assert round_half_up_to_int(Fraction(value)) == expected


@given(value=fractions, places=st.integers(min_value=-2, max_value=6))
def test_rounded_value_is_a_multiple_of_the_step_and_at_most_half_of_it_away(
    value: Fraction, places: int
) -> None:
    step = Fraction(1) / Fraction(10) ** places

    rounded = rounded_half_up(value, places=places)

    assert (rounded / step).denominator == 1
    assert abs(rounded - value) <= step / 2


@given(value=fractions)
def test_rounding_is_the_same_on_both_sides_of_zero(value: Fraction) -> None:
    assert round_half_up_to_int(-value) == -round_half_up_to_int(value)


@given(value=fractions)
def test_floor_and_ceil_enclose_the_value_in_less_than_one_each(value: Fraction) -> None:
    assert floor_of(value) <= value < floor_of(value) + 1
    assert ceil_of(value) - 1 < value <= ceil_of(value)


def test_rounding_refuses_a_float() -> None:
    inexact = cast(Fraction, 2.5)

    with pytest.raises(TypeError, match="exact Fractions"):
        round_half_up_to_int(inexact)


def test_quota_of_a_ceiling_is_rounded_down() -> None:
    # 优秀控制在 20 % 以内, 13 people: 2.6
    assert seat_limit(Fraction(20, 100), 13, rounding="floor") == 2


def test_quota_of_a_minimum_is_rounded_up() -> None:
    # 不低于 5 %, 22 people: 1.1
    assert seat_limit(Fraction(5, 100), 22, rounding="ceil") == 2


def test_award_share_is_rounded_half_up() -> None:
    # 约 30 %, 15 people: 4.5
    assert seat_limit(Fraction(30, 100), 15, rounding="half_up") == 5


def test_whole_quota_is_the_same_in_every_rounding() -> None:
    share = Fraction(7, 100)

    limits = [
        seat_limit(share, 100, rounding="floor"),
        seat_limit(share, 100, rounding="half_up"),
        seat_limit(share, 100, rounding="ceil"),
    ]

    assert limits == [7, 7, 7]


def test_sample_draws_at_least_one() -> None:
    assert seat_limit(Fraction(10, 100), 3, rounding="floor", at_least=1) == 1


def test_sample_of_nobody_draws_nobody() -> None:
    assert seat_limit(Fraction(10, 100), 0, rounding="ceil", at_least=1) == 0


@pytest.mark.parametrize(
    ("share", "people", "at_least"),
    [(Fraction(-1, 10), 3, 0), (Fraction(1, 10), -3, 0), (Fraction(1, 10), 3, -1)],
)
def test_seat_limit_refuses_negative_numbers(share: Fraction, people: int, at_least: int) -> None:
    with pytest.raises(ShareError, match="都不能为负数"):
        seat_limit(share, people, rounding="floor", at_least=at_least)


@given(
    share=st.fractions(min_value=0, max_value=1, max_denominator=1000),
    people=st.integers(min_value=0, max_value=10**6),
)
def test_seat_limit_never_exceeds_the_people_and_rounds_in_order(
    share: Fraction, people: int
) -> None:
    down = seat_limit(share, people, rounding="floor")
    near = seat_limit(share, people, rounding="half_up")
    up = seat_limit(share, people, rounding="ceil")

    assert 0 <= down <= near <= up <= people
