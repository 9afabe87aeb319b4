"""Working days: known facts of the calendar first, then what must always hold."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.methods.workdays import (
    CalendarRow,
    CalendarRowsError,
    CountedDays,
    DatedDay,
    DayKind,
    Notice,
    WorkCalendar,
    WorkdayError,
    add_workdays,
    calendar_from_rows,
    is_provisional,
    is_workday,
    last_day_of_publicity,
    last_day_to_answer,
    latest_posting_day,
    mainland_calendar,
    mainland_notices,
    mainland_rows,
    rows_from_csv,
    workdays_between,
)

EXPLANATION = Path(__file__).parents[2] / "docs/explanation/working-days.md"
MAINLAND = mainland_calendar()
WEEKENDS_ONLY = WorkCalendar(days={}, published_years=frozenset())

days_near_the_table = st.dates(min_value=date(2014, 1, 1), max_value=date(2028, 12, 31))
small_counts = st.integers(min_value=1, max_value=60)


def days(first: str, last: str) -> list[date]:
    start = date.fromisoformat(first)
    return [start + timedelta(days=at) for at in range((date.fromisoformat(last) - start).days + 1)]


# The built-in table


def test_built_in_years_are_published_from_2015_to_2026() -> None:
    assert MAINLAND.published_years == frozenset(range(2015, 2027))


def test_built_in_table_rests_on_the_notices_it_lists() -> None:
    numbers = [notice.number for notice in mainland_notices()]

    assert {row.notice for row in mainland_rows()} == set(numbers)
    assert len(numbers) == len(set(numbers))


def test_explanation_page_lists_every_notice() -> None:
    page = EXPLANATION.read_text(encoding="utf-8")

    missing = [
        notice
        for notice in mainland_notices()
        if f"| {notice.year} | {notice.number}" not in page or f"{notice.issued_on} |" not in page
    ]
    assert missing == []


def test_built_in_notices_stand_by_year_and_day_of_issue() -> None:
    notices = mainland_notices()

    assert list(notices) == sorted(notices, key=lambda notice: (notice.year, notice.issued_on))
    assert notices[-1] == Notice(
        year=2026,
        number="国办发明电〔2025〕7号",
        issued_on=date(2025, 11, 4),
        title="国务院办公厅关于2026年部分节假日安排的通知",
    )


def test_built_in_rows_stand_in_the_order_of_dates_and_have_names() -> None:
    rows = mainland_rows()

    assert [row.day for row in rows] == sorted({row.day for row in rows})
    assert all(row.name for row in rows)


def test_built_in_make_up_days_all_fall_on_a_weekend() -> None:
    on_a_weekday = [
        row for row in mainland_rows() if row.kind == "workday" and row.day.weekday() < 5
    ]

    assert on_a_weekday == []


def test_built_in_notices_grant_the_statutory_number_of_days() -> None:
    # Weekdays off less weekend days on: 11 by 《全国年节及纪念日放假办法》, 13 since 2025. Besides,
    # 3 September 2015, and the Spring Festival of 2020: 31 January off, 1 February no make-up day.
    year_of = {notice.number: notice.year for notice in mainland_notices()}
    granted: Counter[int] = Counter()
    for row in mainland_rows():
        if row.kind == "workday":
            granted[year_of[row.notice]] -= 1
        elif row.day.weekday() < 5:
            granted[year_of[row.notice]] += 1

    assert granted == {
        2015: 12,
        2016: 11,
        2017: 11,
        2018: 11,
        2019: 11,
        2020: 13,
        2021: 11,
        2022: 11,
        2023: 11,
        2024: 11,
        2025: 13,
        2026: 13,
    }


@pytest.mark.parametrize(
    "sunday_or_saturday",
    [
        date(2018, 12, 29),
        date(2019, 5, 5),
        date(2020, 1, 19),
        date(2021, 2, 7),
        date(2022, 1, 29),
        date(2023, 10, 8),
        date(2024, 2, 4),
        date(2024, 2, 18),
        date(2025, 4, 27),
        date(2026, 2, 14),
        date(2026, 10, 10),
    ],
)
def test_make_up_day_is_a_workday(sunday_or_saturday: date) -> None:
    assert is_workday(sunday_or_saturday, calendar=MAINLAND)


@pytest.mark.parametrize(
    "weekday_off",
    [
        date(2015, 9, 3),
        date(2015, 9, 4),
        date(2018, 12, 31),
        date(2019, 5, 3),
        date(2020, 1, 31),
        date(2021, 9, 20),
        date(2022, 5, 4),
        date(2023, 1, 2),
        date(2024, 1, 1),
        date(2024, 2, 16),
        date(2025, 2, 4),
        date(2026, 2, 23),
    ],
)
def test_holiday_on_a_weekday_is_no_workday(weekday_off: date) -> None:
    assert not is_workday(weekday_off, calendar=MAINLAND)


def test_new_years_eve_of_2024_is_a_workday_because_the_notice_only_encourages_leave() -> None:
    assert is_workday(date(2024, 2, 9), calendar=MAINLAND)


def test_spring_festival_of_2020_lasts_to_2_february() -> None:
    off = [
        day for day in days("2020-01-20", "2020-02-05") if not is_workday(day, calendar=MAINLAND)
    ]

    assert off == days("2020-01-24", "2020-02-02")


def test_spring_festival_of_2026_has_nine_days_off_between_two_working_saturdays() -> None:
    off = [
        day for day in days("2026-02-14", "2026-02-28") if not is_workday(day, calendar=MAINLAND)
    ]

    assert off == days("2026-02-15", "2026-02-23")


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ],
)
def test_year_has_the_known_number_of_workdays(year: int, expected: int) -> None:
    found = workdays_between(date(year, 1, 1), date(year, 12, 31), calendar=MAINLAND)

    assert found.count == expected


# Provisional years


def test_day_of_an_unpublished_year_follows_the_weekend_rule_and_is_provisional() -> None:
    national_day = date(2027, 10, 1)

    assert is_workday(national_day, calendar=MAINLAND)
    assert is_provisional(national_day, calendar=MAINLAND)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 28), date(2025, 12, 31)])
def test_day_of_a_published_year_is_settled(day: date) -> None:
    assert not is_provisional(day, calendar=MAINLAND)


@pytest.mark.parametrize("day", days("2026-12-29", "2026-12-31"))
def test_last_days_of_december_wait_for_the_next_notice(day: date) -> None:
    assert is_provisional(day, calendar=MAINLAND)


def test_deadline_that_reaches_an_unpublished_year_names_the_year_it_waits_for() -> None:
    due = add_workdays(date(2026, 12, 24), 5, calendar=MAINLAND)

    assert due == DatedDay(
        day=date(2026, 12, 31),
        counted=(
            date(2026, 12, 25),
            date(2026, 12, 28),
            date(2026, 12, 29),
            date(2026, 12, 30),
            date(2026, 12, 31),
        ),
        awaited_years=(2027,),
    )
    assert due.provisional


def test_deadline_counted_back_from_an_unpublished_year_is_provisional() -> None:
    due = add_workdays(date(2027, 1, 12), -12, calendar=MAINLAND)

    assert due.day == date(2026, 12, 25)
    assert due.awaited_years == (2027,)


def test_span_over_several_unpublished_years_names_them_all() -> None:
    found = workdays_between(date(2026, 6, 1), date(2028, 12, 30), calendar=MAINLAND)

    assert found.awaited_years == (2027, 2028, 2029)


def test_span_before_the_table_is_provisional() -> None:
    found = workdays_between(date(2014, 12, 31), date(2015, 1, 5), calendar=MAINLAND)

    assert found == CountedDays(
        counted=(date(2014, 12, 31), date(2015, 1, 4), date(2015, 1, 5)), awaited_years=(2014,)
    )
    assert found.provisional


# Deadlines


def test_answer_to_an_appeal_does_not_count_the_day_of_filing() -> None:
    due = last_day_to_answer(date(2024, 3, 1), 10, calendar=MAINLAND)

    assert due == DatedDay(
        day=date(2024, 3, 15),
        counted=(*days("2024-03-04", "2024-03-08"), *days("2024-03-11", "2024-03-15")),
        awaited_years=(),
    )
    assert not due.provisional


def test_answer_to_an_appeal_filed_on_a_day_off_starts_with_the_next_workday() -> None:
    # Saturday; the next day is a make-up Sunday.
    due = last_day_to_answer(date(2024, 2, 3), 1, calendar=MAINLAND)

    assert due.day == date(2024, 2, 4)


def test_publicity_of_seven_workdays_runs_over_new_year() -> None:
    shown = last_day_of_publicity(date(2023, 12, 27), 7, calendar=MAINLAND)

    assert shown == DatedDay(
        day=date(2024, 1, 5),
        counted=(*days("2023-12-27", "2023-12-29"), *days("2024-01-02", "2024-01-05")),
        awaited_years=(),
    )


def test_publicity_of_one_day_ends_on_the_day_of_posting() -> None:
    assert last_day_of_publicity(date(2024, 3, 1), 1, calendar=MAINLAND).day == date(2024, 3, 1)


def test_publicity_posted_on_a_day_off_starts_with_the_next_workday() -> None:
    shown = last_day_of_publicity(date(2024, 2, 10), 3, calendar=MAINLAND)

    assert shown.counted == tuple(days("2024-02-18", "2024-02-20"))


def test_latest_posting_day_leaves_seven_workdays_before_the_report() -> None:
    # Report due on 10 January 2024, that day included.
    posted = latest_posting_day(date(2024, 1, 10), 7, calendar=MAINLAND)

    assert posted == DatedDay(
        day=date(2024, 1, 2),
        counted=tuple(date(2024, 1, day_of_january) for day_of_january in (10, 9, 8, 5, 4, 3, 2)),
        awaited_years=(),
    )


def test_workdays_between_counts_both_ends() -> None:
    found = workdays_between(date(2023, 12, 27), date(2024, 1, 5), calendar=MAINLAND)

    assert found == CountedDays(
        counted=(*days("2023-12-27", "2023-12-29"), *days("2024-01-02", "2024-01-05")),
        awaited_years=(),
    )
    assert found.count == 7


def test_workdays_between_finds_none_in_a_holiday() -> None:
    found = workdays_between(date(2024, 10, 1), date(2024, 10, 7), calendar=MAINLAND)

    assert found == CountedDays(counted=(), awaited_years=())


def test_adding_no_workdays_stays_on_the_day_even_when_it_is_off() -> None:
    assert add_workdays(date(2024, 10, 1), 0, calendar=MAINLAND) == DatedDay(
        day=date(2024, 10, 1), counted=(), awaited_years=()
    )


def test_adding_backwards_does_not_count_the_start() -> None:
    before = add_workdays(date(2024, 2, 19), -2, calendar=MAINLAND)

    assert before == DatedDay(
        day=date(2024, 2, 9),
        counted=(date(2024, 2, 18), date(2024, 2, 9)),
        awaited_years=(),
    )


# A table of one's own


def test_local_rows_win_over_the_built_in_table() -> None:
    anniversary = CalendarRow(date(2024, 5, 17), "holiday", name="校庆")
    sports_day = CalendarRow(date(2024, 5, 18), "workday", name="运动会")
    no_make_up = CalendarRow(date(2024, 5, 11), "holiday", name="校历")

    local = calendar_from_rows([anniversary, sports_day, no_make_up], on_top_of=MAINLAND)

    found = workdays_between(date(2024, 5, 10), date(2024, 5, 19), calendar=local)
    assert found.counted == (
        date(2024, 5, 10),
        *days("2024-05-13", "2024-05-16"),
        date(2024, 5, 18),
    )
    assert not is_workday(date(2024, 5, 1), calendar=local)


def test_local_rows_leave_the_built_in_calendar_as_it_was() -> None:
    calendar_from_rows([CalendarRow(date(2024, 5, 17), "holiday")], on_top_of=MAINLAND)

    assert is_workday(date(2024, 5, 17), calendar=MAINLAND)
    assert date(2024, 5, 17) not in MAINLAND.days


def test_local_rows_alone_do_not_settle_an_unpublished_year() -> None:
    local = calendar_from_rows([CalendarRow(date(2027, 5, 17), "holiday")], on_top_of=MAINLAND)

    assert not is_workday(date(2027, 5, 17), calendar=local)
    assert is_provisional(date(2027, 5, 17), calendar=local)


def test_notice_entered_by_hand_settles_its_year_and_the_december_before() -> None:
    entered = calendar_from_rows(
        [CalendarRow(date(2027, 1, 1), "holiday", name="元旦", notice="通知文号")],
        on_top_of=MAINLAND,
        also_published=[2027],
    )

    assert not is_workday(date(2027, 1, 1), calendar=entered)
    assert not is_provisional(date(2027, 5, 17), calendar=entered)
    assert not is_provisional(date(2026, 12, 31), calendar=entered)
    assert is_provisional(date(2027, 12, 31), calendar=entered)


def test_table_with_faults_names_all_of_them() -> None:
    rows = [
        CalendarRow(date(2027, 1, 1), "holiday"),
        CalendarRow(date(2027, 1, 1), "workday"),
        CalendarRow(date(1989, 12, 31), "holiday"),
        CalendarRow(date(2027, 5, 17), cast(DayKind, "off")),
    ]

    with pytest.raises(CalendarRowsError) as refused:
        calendar_from_rows(rows, on_top_of=MAINLAND, also_published=[2027, 2028])

    assert refused.value.faults == (
        "日期 2027-05-17 的类别“off”不认识，放假写 holiday，上班写 workday。",
        "日期 1989-12-31 超出可计算的范围（1990-01-01 至 2100-12-31）；请核对年份。",
        "日期 2027-01-01 出现了 2 次，无法确定以哪一行为准；请只保留一行。",
        "2028年标为已公布，但表中没有2028年的任何日期；请先录入该年放假通知的各个日期。",
    )


def test_csv_of_a_school_is_read_with_byte_order_mark_and_blank_lines() -> None:
    text = (
        "\ufeffdate,kind,name,notice\n"
        "2027-05-17,holiday,校庆,\n"
        "\n"
        "2027-05-22,workday,运动会,校字1号\n"
    )

    assert rows_from_csv(text) == (
        CalendarRow(date(2027, 5, 17), "holiday", "校庆", ""),
        CalendarRow(date(2027, 5, 22), "workday", "运动会", "校字1号"),
    )


def test_csv_with_faults_names_all_of_them_by_line() -> None:
    text = (
        "date,kind,name,notice\n2027/1/1,holiday,元旦,\n2027-02-30,off,春节,\n2027-03-01,holiday\n"
    )

    with pytest.raises(CalendarRowsError) as refused:
        rows_from_csv(text)

    assert refused.value.faults == (
        "第2行：日期“2027/1/1”不存在或写法不对，应写成 2027-01-01 的样子。",
        "第3行：日期“2027-02-30”不存在或写法不对，应写成 2027-01-01 的样子。",
        "第3行：类别“off”不认识，放假写 holiday，上班写 workday。",
        "第4行：应有 4 格，现在有 2 格。",
    )


def test_csv_with_dates_not_written_in_full_is_refused() -> None:
    with pytest.raises(CalendarRowsError, match="第2行：日期“20270101”不存在或写法不对"):
        rows_from_csv("date,kind,name,notice\n20270101,holiday,元旦,\n")


@pytest.mark.parametrize("text", ["", "日期,类别,名称,文号\n"])
def test_csv_without_the_right_header_is_refused(text: str) -> None:
    with pytest.raises(CalendarRowsError, match="第1行：表头应为 date,kind,name,notice"):
        rows_from_csv(text)


# Questions without an answer


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1)])
def test_day_out_of_range_is_refused(day: date) -> None:
    with pytest.raises(WorkdayError, match="超出可计算的范围（1990-01-01 至 2100-12-31）"):
        is_workday(day, calendar=MAINLAND)
    with pytest.raises(WorkdayError, match="超出可计算的范围"):
        is_provisional(day, calendar=MAINLAND)


def test_first_and_last_day_of_the_range_have_an_answer() -> None:
    # A Monday and a Friday.
    assert is_workday(date(1990, 1, 1), calendar=MAINLAND)
    assert is_workday(date(2100, 12, 31), calendar=MAINLAND)


@pytest.mark.parametrize(
    ("start", "count"),
    [(date(2100, 12, 30), 5), (date(1990, 1, 2), -5), (date(2024, 1, 1), 10**9)],
)
def test_counting_beyond_the_range_is_refused(start: date, count: int) -> None:
    with pytest.raises(WorkdayError, match="超出可计算的范围"):
        add_workdays(start, count, calendar=MAINLAND)


@pytest.mark.parametrize("count", [0, -3])
def test_deadline_of_less_than_one_workday_is_refused(count: int) -> None:
    for find in (last_day_to_answer, last_day_of_publicity, latest_posting_day):
        with pytest.raises(WorkdayError, match=f"工作日数是 {count}，应当至少为 1"):
            find(date(2024, 3, 1), count, calendar=MAINLAND)


def test_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(WorkdayError, match="2024-03-01 早于开始日期 2024-03-02"):
        workdays_between(date(2024, 3, 2), date(2024, 3, 1), calendar=MAINLAND)


def test_datetime_is_refused_because_the_table_would_not_be_found() -> None:
    new_year = datetime(2024, 1, 1, 9, 0, tzinfo=UTC)

    with pytest.raises(TypeError, match="local date"):
        is_workday(new_year, calendar=MAINLAND)


# What must always hold


@given(start=days_near_the_table, count=small_counts)
def test_deadline_is_the_last_of_exactly_that_many_workdays(start: date, count: int) -> None:
    due = add_workdays(start, count, calendar=MAINLAND)

    after_start = workdays_between(start + timedelta(days=1), due.day, calendar=MAINLAND)
    assert after_start.counted == due.counted
    assert after_start.count == count
    assert due.day == due.counted[-1]


@given(start=days_near_the_table, count=small_counts)
def test_going_forth_and_back_from_a_workday_returns_to_it(start: date, count: int) -> None:
    workday = add_workdays(start, 1, calendar=MAINLAND).day

    there = add_workdays(workday, count, calendar=MAINLAND).day
    back = add_workdays(there, -count, calendar=MAINLAND).day

    assert back == workday


@given(posted_on=days_near_the_table, count=small_counts)
def test_publicity_holds_exactly_that_many_workdays(posted_on: date, count: int) -> None:
    shown = last_day_of_publicity(posted_on, count, calendar=MAINLAND)

    found = workdays_between(posted_on, shown.day, calendar=MAINLAND)
    assert found.counted == shown.counted
    assert found.count == count
    assert found.awaited_years == shown.awaited_years


@given(ends_on=days_near_the_table, count=small_counts)
def test_posting_on_the_latest_day_is_just_in_time(ends_on: date, count: int) -> None:
    latest = latest_posting_day(ends_on, count, calendar=MAINLAND).day

    a_day_late = last_day_of_publicity(latest + timedelta(days=1), count, calendar=MAINLAND).day

    assert last_day_of_publicity(latest, count, calendar=MAINLAND).day <= ends_on < a_day_late


@given(start=days_near_the_table, count=st.integers(min_value=-60, max_value=60))
def test_deadline_is_provisional_exactly_when_a_day_on_the_way_is(start: date, count: int) -> None:
    due = add_workdays(start, count, calendar=MAINLAND)

    on_the_way = days(min(start, due.day).isoformat(), max(start, due.day).isoformat())
    assert due.provisional == any(is_provisional(day, calendar=MAINLAND) for day in on_the_way)


@given(first=days_near_the_table, left_days=small_counts, right_days=small_counts)
def test_two_adjoining_spans_count_as_much_as_the_whole(
    first: date, left_days: int, right_days: int
) -> None:
    middle = first + timedelta(days=left_days)
    last = middle + timedelta(days=right_days)

    whole = workdays_between(first, last, calendar=MAINLAND)
    left = workdays_between(first, middle, calendar=MAINLAND)
    right = workdays_between(middle + timedelta(days=1), last, calendar=MAINLAND)

    assert whole.counted == (*left.counted, *right.counted)


@given(start=days_near_the_table, weeks=st.integers(min_value=1, max_value=20))
def test_without_any_table_five_workdays_are_a_week(start: date, weeks: int) -> None:
    workday = add_workdays(start, 1, calendar=WEEKENDS_ONLY).day

    due = add_workdays(workday, 5 * weeks, calendar=WEEKENDS_ONLY)

    assert due.day == workday + timedelta(weeks=weeks)
    assert due.provisional
