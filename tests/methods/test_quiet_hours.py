"""Reminders go out by day, ordinary ones on working days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kaocheng.methods.quiet_hours import may_send, ordinary_after, urgent_after
from kaocheng.methods.workdays import mainland_calendar

CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("2026-11-27 10:00", "2026-11-27 10:00"),  # Friday by day: at once
        ("2026-11-27 07:00", "2026-11-27 07:00"),
        ("2026-11-27 06:59", "2026-11-27 07:00"),
        ("2026-11-27 21:59", "2026-11-27 21:59"),
        ("2026-11-27 22:00", "2026-11-30 07:00"),  # Friday night: Monday morning
        ("2026-11-28 12:00", "2026-11-30 07:00"),
        ("2026-09-30 22:30", "2026-10-08 07:00"),  # over the National Day holiday
        ("2026-10-10 08:00", "2026-10-10 08:00"),  # a Saturday on which people work
    ],
)
def test_ordinary_reminder_waits_for_the_day_of_a_working_day(asked: str, sent: str) -> None:
    assert ordinary_after(at(asked), calendar=mainland_calendar()) == at(sent)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("2026-11-28 12:00", "2026-11-28 12:00"),
        ("2026-11-27 22:00", "2026-11-28 07:00"),
        ("2026-11-28 00:30", "2026-11-28 07:00"),
    ],
)
def test_urgent_reminder_waits_only_for_the_morning(asked: str, sent: str) -> None:
    assert urgent_after(at(asked)) == at(sent)


def test_nothing_may_be_sent_at_night_or_on_a_day_off() -> None:
    moments = ["2026-11-27 03:00", "2026-11-27 10:00", "2026-11-27 23:00", "2026-11-28 10:00"]

    allowed = [may_send(at(moment), calendar=mainland_calendar()) for moment in moments]

    assert allowed == [False, True, False, False]
