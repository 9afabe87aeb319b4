"""From phrases to days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.language.periods import Period
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.process.parsing import parse_when
from kaocheng.engine.process.periods import Periods
from kaocheng.engine.process.reckoning import Frame, Moment, Reckoned, reckon
from kaocheng.engine.process.times import PhraseFault, When
from kaocheng.engine.reading.yaml_text import Scalar
from kaocheng.engine.values import Missing
from kaocheng.methods.workdays import is_workday, mainland_calendar

CALENDAR = mainland_calendar()
TERMS = (
    Period(date(2023, 9, 1), date(2024, 1, 19), "term", "2023-2", "秋季学期"),
    Period(date(2024, 2, 26), date(2024, 7, 5), "term", "2024-1", "春季学期"),
)
EVENTS: Mapping[str, Moment | None] = {
    "filed": date(2024, 3, 1),
    "reported": datetime.fromisoformat("2024-03-04 09:30"),
    "posted": date(2023, 12, 27),
    "lecture": None,
}
FRAME = Frame(
    start=date(2024, 1, 1),
    events=EVENTS,
    parameters={
        "term_start": date(2024, 2, 26),
        "answer_days": Fraction(10),
        "half_day": Fraction(1, 2),
        "unknown_day": Missing("没有填"),
        "name": "某校",
    },
    entry=lambda _name, _period, _end: None,
    entry_names=(),
    periods=Periods(TERMS),
    calendar=CALENDAR,
)
Q2 = Period(date(2024, 4, 1), date(2024, 6, 30), "quarter", "2024-Q2", "2024年第二季度")


def tree(text: str) -> When:
    problems = Problems()
    written = parse_when(Scalar(text, Place("process.yaml", 1, 1)), problems=problems)
    assert written is not None, list(problems)
    return written.tree


def days(text: str, frame: Frame = FRAME) -> str:
    found = reckon(tree(text), frame)
    return str(found.first) if found.first == found.last else f"{found.first}..{found.last}"


def fault(text: str, frame: Frame = FRAME) -> tuple[str, int, dict[str, object]]:
    with pytest.raises(PhraseFault) as raised:
        reckon(tree(text), frame)
    return raised.value.id, raised.value.at, raised.value.values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", "2024-01-01"),
        ("12-30", "2024-12-30"),
        ("next year 02-25", "2025-02-25"),
        ("02-29", "2024-02-29"),
        ("last day of february", "2024-02-29"),
        ("last day of february next year", "2025-02-28"),
        ("early june", "2024-06-01..2024-06-10"),
        ("mid june", "2024-06-11..2024-06-20"),
        ("late february", "2024-02-21..2024-02-29"),
        ("month 12", "2024-12-01..2024-12-31"),
        ("day 15 of first month of next quarter", "2024-04-15"),
        ("day 15 of first month of next half", "2024-07-15"),
        ("last month of quarter", "2024-03-01..2024-03-31"),
        ("day 20 of first month of year", "2024-01-20"),
        ("day 40 of quarter", "2024-02-09"),
        ("end of week", "2024-01-07"),
        ("friday of next week", "2024-01-12"),
        ("start of term", "2023-09-01"),
        ("2 months after start of next term", "2024-04-26"),
        ("2 months after term_start", "2024-04-26"),
        ("week 2 of next term", "2024-03-04..2024-03-10"),
        ("monday of week 2 of next term", "2024-03-04"),
        ("previous quarter", "2023-10-01..2023-12-31"),
        ("10 working days after filed", "2024-03-15"),
        ("answer_days working days after filed", "2024-03-15"),
        ("7 working days from posted", "2024-01-05"),
        ("5 working days before 2024-01-10", "2024-01-03"),
        ("3 days after filed", "2024-03-04"),
        ("3 days from filed", "2024-03-03"),
        ("14 days before 2024-03-15", "2024-03-01"),
        ("2 weeks after filed", "2024-03-15"),
        ("1 month after 2024-01-31", "2024-02-29"),
        ("1 month from 2024-03-01", "2024-03-31"),
        ("1 year after 2024-02-29", "2025-02-28"),
        ("24 hours after reported", "2024-03-05 09:30:00"),
        ("30 minutes after reported", "2024-03-04 10:00:00"),
        ("8 hours before reported", "2024-03-04 01:30:00"),
        ("3 days after reported", "2024-03-07"),
        ("same day as reported", "2024-03-04"),
        ("3 days after early june", "2024-06-13"),
        ("3 days before early june", "2024-05-29"),
    ],
)
def test_phrase_gives_its_day(text: str, expected: str) -> None:
    assert days(text) == expected


def test_phrase_in_a_period_is_about_that_period() -> None:
    in_q2 = replace(FRAME, period=Q2)

    assert days("day 5 of first month of quarter", in_q2) == "2024-04-05"
    assert days("day 15 of first month of next quarter", in_q2) == "2024-07-15"
    assert days("end of month", in_q2) == "2024-04-30"
    assert days("next year 02-25", in_q2) == "2025-02-25"


def test_quarter_of_a_fiscal_year_follows_its_first_month() -> None:
    fiscal = replace(FRAME, periods=Periods(first_month=4))

    assert days("quarter", fiscal) == "2024-01-01..2024-03-31"
    assert days("year", fiscal) == "2023-04-01..2024-03-31"
    assert days("first month of next half", fiscal) == "2024-04-01..2024-04-30"


def test_what_waits_for_an_event_or_a_parameter_names_it() -> None:
    waiting = reckon(tree("14 days before lecture"), FRAME)
    open_day = reckon(tree("3 days after unknown_day"), FRAME)

    assert waiting == Reckoned(waits=("lecture",))
    assert open_day == Reckoned(waits=("unknown_day",))


def test_working_days_of_an_unpublished_year_are_provisional_and_calendar_days_are_not() -> None:
    later = replace(FRAME, events={"filed": date(2098, 3, 3)})

    assert reckon(tree("10 working days after filed"), later).awaited == {2098}
    assert reckon(tree("10 days after filed"), later).awaited == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 days after filled", ("P06", 13, {"name": "filled", "hint": "是不是想写“filed”？"})),
        ("next year 02-29", ("P04", 10, {"found": "2025-02-29"})),
        ("day 30 of february", ("P04", 0, {"found": "day 30 of february（2024-02-01 起）"})),
        ("fourth month of quarter", ("P04", 0, {"found": "fourth month of quarter"})),
        ("next semester", ("P11", 0, {"kind": "semester"})),
        ("week 2 of semester", ("P11", 10, {"kind": "semester"})),
        ("end of semester", ("P06", 7, {"name": "semester", "hint": ""})),
        ("3 days after name", ("P08", 13, {"name": "name", "found": "文字", "want": "日期"})),
        (
            "half_day working days after filed",
            ("P08", 0, {"name": "half_day", "found": "1/2", "want": "1 以上的整数"}),
        ),
        ("8 hours after filed", ("P09", 14, {"name": "filed"})),
        ("999 years after start", ("P12", 0, {})),
        ("999 months before 1990-01-02", ("P12", 0, {})),
        ("999 working days before 1990-01-02", ("P12", 0, {})),
    ],
)
def test_phrase_that_cannot_be_is_a_fault(
    text: str, expected: tuple[str, int, dict[str, object]]
) -> None:

    assert fault(text) == expected


@given(st.dates(date(1991, 1, 1), date(2060, 12, 31)), st.integers(1, 400))
def test_deadline_in_working_days_is_a_working_day(filed: date, count: int) -> None:
    frame = replace(FRAME, events={"filed": filed})

    for phrase in (f"{count} working days after filed", f"{count} working days from filed"):
        found = reckon(tree(phrase), frame)

        assert isinstance(found.last, date)
        assert is_workday(found.last, calendar=CALENDAR)


@given(st.dates(date(1991, 1, 1), date(2099, 12, 31)), st.integers(1, 12))
def test_periods_of_a_kind_follow_each_other_without_gap(day: date, first_month: int) -> None:
    periods = Periods(first_month=first_month)

    for kind in ("day", "week", "month", "quarter", "half", "year"):
        current = periods.containing(kind, day)
        assert current is not None
        following = periods.shifted(current, 1)

        assert current.first <= day <= current.last
        assert following is not None
        assert (following.first - current.last).days == 1
        assert periods.shifted(following, -1) == current
