"""Rows filled in as 不适用 are nothing to take a value from, which is not the same as missing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kaocheng.engine.values import Missing, NotApplicable
from tests.engine.bench import computed, items, values

LEAVE = "staff,date,kind,days,signed\na,2024-03-01,病假,不适用,\nb,2024-03-01,病假,2,\n"


@pytest.mark.parametrize("function", ["one", "mean", "min", "max", "latest"])
def test_only_rows_not_applicable_leave_the_value_not_applicable(function: str) -> None:
    run = computed(
        items(f"- {{id: x, title: 值, value: {function}(days over leave)}}"), leave=LEAVE
    )

    found = values(run, "x")

    assert found["b"] == Fraction(2)
    assert isinstance(found["a"], NotApplicable)
    assert isinstance(found["c"], Missing)


def test_rows_not_applicable_count_nothing_in_a_sum() -> None:
    run = computed(items("- {id: x, title: 值, value: sum(days over leave)}"), leave=LEAVE)

    assert values(run, "x") == {"a": 0, "b": 2, "c": 0}
