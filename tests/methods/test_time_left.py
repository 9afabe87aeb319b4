"""What is left is said in the unit of the rule; today is not counted, the due day is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from kaocheng.methods.time_left import Left, Unit, When, due_day, time_left
from kaocheng.methods.workdays import mainland_calendar

CHINA = ZoneInfo("Asia/Shanghai")
DAYS, WORKING, HOURS = Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("now", "due", "unit", "left"),
    [
        # The mock-up: Tuesday, due on Friday at 24:00, then on Monday.
        ("2023-11-28 09:00", "2023-12-02 00:00", WORKING, Left(When.LATER, 3, WORKING)),
        ("2023-11-28 09:00", "2023-12-05 00:00", WORKING, Left(When.LATER, 4, WORKING)),
        ("2023-11-28 09:00", "2023-11-29 00:00", WORKING, Left(When.TODAY, 0, WORKING)),
        ("2023-11-28 09:00", "2023-11-28 17:00", WORKING, Left(When.TODAY, 0, WORKING)),
        ("2023-11-28 09:00", "2023-11-25 00:00", WORKING, Left(When.OVERDUE, 2, WORKING)),
        ("2023-11-26 09:00", "2023-11-25 00:00", WORKING, Left(When.OVERDUE, 0, WORKING)),
        ("2023-12-01 09:00", "2023-12-03 23:00", WORKING, Left(When.LATER, 2, DAYS)),
        ("2023-11-28 09:00", "2023-12-01 00:00", DAYS, Left(When.LATER, 2, DAYS)),
        ("2023-11-28 09:00", "2023-11-25 00:00", DAYS, Left(When.OVERDUE, 4, DAYS)),
        ("2023-11-28 09:00", "2023-11-28 08:00", DAYS, Left(When.OVERDUE, 0, DAYS)),
        ("2023-11-28 09:00", "2023-11-28 14:30", HOURS, Left(When.LATER, 5, HOURS)),
        ("2023-11-28 09:00", "2023-11-28 06:30", HOURS, Left(When.OVERDUE, 2, HOURS)),
        ("2023-11-28 09:00", "2023-12-02 14:30", HOURS, Left(When.LATER, 4, DAYS)),
        # 1 January is off: Thursday, then Monday.
        ("2025-12-31 09:00", "2026-01-06 00:00", WORKING, Left(When.LATER, 2, WORKING)),
    ],
)
def test_time_left_is_counted_in_the_unit_of_the_rule(
    now: str, due: str, unit: Unit, left: Left
) -> None:
    assert time_left(at(now), at(due), unit, calendar=mainland_calendar()) == left


def test_midnight_belongs_to_the_day_before() -> None:
    assert due_day(at("2023-12-02 00:00")) == date(2023, 12, 1)
    assert due_day(at("2023-12-02 08:00")) == date(2023, 12, 2)
