"""A reading that nobody has chosen yet leaves the item open, never at a silent default."""

from __future__ import annotations

import pytest

from kaocheng.engine.values import Missing
from tests.engine.bench import computed, items, values

LEAVE = "staff,date,kind,days,signed\na,2024-03-01,病假,3,是\n"
UNSET = "id,value\nreading,\n"


@pytest.mark.parametrize("chosen", ["excess", "all"])
def test_parameter_that_is_set_chooses_the_reading(chosen: str) -> None:
    run = computed(items(_deduct()), leave=LEAVE, parameters=f"id,value\nreading,{chosen}\n")

    assert values(run, "x")["a"] == {"excess": 9, "all": 7}[chosen]


def test_parameter_that_is_not_set_leaves_everybody_missing() -> None:
    run = computed(items(_deduct()), leave=LEAVE, parameters=UNSET)

    missing = Missing("参数“读法”还没有确定", low=0, high=10)  # type: ignore[arg-type]  # exact
    assert values(run, "x") == {"a": missing, "b": missing, "c": missing}


def _deduct() -> str:
    return """
        - id: x
          title: 考勤
          points: 10
          deduct:
            entries:
            - {title: 请假, amount: sum(days over leave), free: 2, over: reading, points: 1}
        """
