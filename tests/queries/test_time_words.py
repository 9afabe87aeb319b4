"""Deadlines in words: the date with its weekday, and what is left in the unit of the rule."""

from __future__ import annotations

from datetime import datetime

import pytest

from kaocheng.gateways.clock import CHINA
from kaocheng.queries.time_words import due


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("now", "when", "counted_in", "said"),
    [
        # The mock-up: Tuesday, due on Friday at 24:00, then on Monday.
        (
            "2023-11-28 09:00",
            "2023-12-02 00:00",
            "working_days",
            ("12月1日（周五）24:00 前", "剩 3 个工作日", "wa", "clock", False),
        ),
        (
            "2023-11-28 09:00",
            "2023-12-05 00:00",
            "working_days",
            ("12月4日（周一）24:00 前", "剩 4 个工作日", "in", "clock", False),
        ),
        (
            "2023-11-28 09:00",
            "2023-11-28 17:30",
            "working_days",
            ("11月28日（周二）17:30 前", "今天截止", "no", "alarm", False),
        ),
        (
            "2023-11-28 09:00",
            "2023-11-25 00:00",
            "working_days",
            ("11月24日（周五）24:00 前", "已逾期 2 个工作日", "no", "alarm", True),
        ),
        (
            "2023-12-01 09:00",
            "2023-12-03 23:00",
            "working_days",
            ("12月3日（周日）23:00 前", "还有 2 天", "wa", "clock", False),
        ),
        (
            "2023-12-20 09:00",
            "2024-01-10 00:00",
            "days",
            ("2024年1月9日（周二）24:00 前", "还有 20 天", "in", "clock", False),
        ),
        (
            "2023-11-28 09:00",
            "2023-11-28 14:30",
            "hours",
            ("11月28日（周二）14:30 前", "剩 5 小时", "wa", "clock", False),
        ),
        (
            "2023-11-28 09:00",
            "2023-11-28 08:30",
            "days",
            ("11月28日（周二）08:30 前", "已逾期", "no", "alarm", True),
        ),
    ],
)
def test_deadline_says_its_date_and_what_is_left(
    now: str, when: str, counted_in: str, said: tuple[str, str, str, str, bool]
) -> None:
    words = due(at(when), counted_in, now=at(now))

    assert words is not None
    assert (words.date, words.left, words.tone, words.icon, words.is_overdue) == said


def test_task_without_a_deadline_says_nothing() -> None:
    assert due(None, "days", now=at("2023-11-28 09:00")) is None
