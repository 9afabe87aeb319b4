from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.process.draws import draw_size
from kaocheng.engine.process.entries import Draw
from kaocheng.methods.shares import ShareError
from tests.engine.process.laying import process_from


def draw(size: str) -> Draw:
    text = f"language: 1\ndraws:\n  - {{id: check, title: 抽查, of: teacher, {size}}}\n"
    return process_from(text).draws[0]


@pytest.mark.parametrize(
    ("size", "population", "value", "drawn"),
    [
        ("share: 5%", 45, Fraction(5, 100), 3),  # 2.25, rounded up (D9)
        ("share: 5%", 40, Fraction(5, 100), 2),
        ("share: 5%", 3, Fraction(5, 100), 1),
        ("share: 5%", 0, Fraction(5, 100), 0),
        ("share: 10%, at_least: 3", 10, Fraction(10, 100), 3),
        ("share: 10%, at_least: 3", 2, Fraction(10, 100), 2),
        ("share: 5%, round: floor", 45, Fraction(5, 100), 2),
        ("share: 5%, round: half_up", 50, Fraction(5, 100), 3),
        ("share: 100%", 7, Fraction(1), 7),
        ("count: 14", 60, Fraction(14), 14),
        ("count: 14", 9, Fraction(14), 9),
    ],
)
def test_draw_size(size: str, population: int, value: Fraction, drawn: int) -> None:
    assert draw_size(draw(size), population=population, share=value) == drawn


@pytest.mark.parametrize(
    ("size", "value"),
    [("share: 5%", Fraction(-1)), ("share: 5%", Fraction(2)), ("count: 3", Fraction(-1))],
)
def test_impossible_size_is_refused(size: str, value: Fraction) -> None:
    with pytest.raises(ShareError, match="请核对"):
        draw_size(draw(size), population=10, share=value)


@given(st.integers(0, 10_000), st.fractions(0, 1))
def test_sample_fits_into_what_it_is_drawn_from(population: int, share: Fraction) -> None:
    drawn = draw_size(draw("share: 5%"), population=population, share=share)

    assert min(1, population) <= drawn <= population
    assert drawn >= share * population
