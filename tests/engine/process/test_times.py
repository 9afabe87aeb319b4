"""Reading phrases of time and writing them again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.process.parsing import parse_length, parse_recurrence, parse_when
from kaocheng.engine.process.times import (
    KINDS,
    RESERVED,
    DayOf,
    EachPeriod,
    Edge,
    Every,
    Fixed,
    Length,
    Month,
    MonthDay,
    MonthOf,
    Named,
    Offset,
    PeriodRef,
    SameDay,
    ThirdOf,
    WeekdayOf,
    WeekOf,
    When,
    in_english,
)
from kaocheng.engine.process.words import deadline_in_chinese, in_chinese
from kaocheng.engine.reading.yaml_text import Scalar

TITLES = {
    "appeal_filed": "收到申诉",
    "lecture": "讲座",
    "reported": "报修",
    "posted": "张贴",
    "district": "“区级考核”",
    "answer_days": "答复期限",
    "start": "考核年度第一天",
}


def scalar(text: str) -> Scalar:
    return Scalar(text, Place("process.yaml", 3, 11))


def when(text: str) -> When:
    problems = Problems()
    written = parse_when(scalar(text), problems=problems)
    assert list(problems) == []
    assert written is not None
    return written.tree


def faults(text: str) -> list[str]:
    problems = Problems()
    assert parse_when(scalar(text), problems=problems) is None
    return [f"{found.place.column - 11} {found.id} {found.reason()}" for found in problems]


QUARTER, NEXT_QUARTER = PeriodRef("quarter"), PeriodRef("quarter", 1)


@pytest.mark.parametrize(
    ("text", "tree", "chinese"),
    [
        ("2023-12-06", Fixed(date(2023, 12, 6)), "2023年12月6日"),
        ("12-30", MonthDay(12, 30), "12月30日"),
        ("next year 02-25", MonthDay(2, 25, 1), "次年2月25日"),
        ("02-25 next year", MonthDay(2, 25, 1), "次年2月25日"),
        ("day 5 of first month of quarter", DayOf(5, MonthOf(1, QUARTER)), "本季度首月5日"),
        (
            "day 15 of first month of next quarter",
            DayOf(15, MonthOf(1, NEXT_QUARTER)),
            "下一季度首月15日",
        ),
        ("day 5 of month", DayOf(5, PeriodRef("month")), "本月5日"),
        ("day 3 of term", DayOf(3, PeriodRef("term")), "本学期第3天"),
        ("last day of february next year", DayOf(-1, Month(2, 1)), "次年2月最后一天"),
        ("last day of last month of year", DayOf(-1, MonthOf(-1, PeriodRef("year"))),
         "本年度末月最后一天"),
        ("early june", ThirdOf("early", Month(6)), "6月上旬"),
        ("mid month 6", ThirdOf("mid", Month(6)), "6月中旬"),
        ("late next month", ThirdOf("late", PeriodRef("month", 1)), "次月下旬"),
        ("month 12", Month(12), "12月"),
        ("previous year december", Month(12, -1), "上年12月"),
        ("week 2 of term", WeekOf(2, PeriodRef("term")), "本学期第2周"),
        ("friday of next week", WeekdayOf(4, PeriodRef("week", 1)), "下周星期五"),
        ("third month of half", MonthOf(3, PeriodRef("half")), "本半年第3个月"),
        ("next half", PeriodRef("half", 1), "下一个半年"),
        ("end of week", Edge("end", PeriodRef("week")), "本周结束"),
        ("start of district", Edge("start", Named("district")), "“区级考核”开始"),
        ("start", Named("start"), "考核年度第一天"),
        ("same day as reported", SameDay(Named("reported")), "报修当天"),
        (
            "10 working days after appeal_filed",
            Offset(Length(10, "working_day"), "after", Named("appeal_filed")),
            "收到申诉后 10 个工作日",
        ),
        (
            "answer_days working days after appeal_filed",
            Offset(Length("answer_days", "working_day"), "after", Named("appeal_filed")),
            "收到申诉后 “答复期限”个工作日",
        ),
        (
            "3 days after end of district",
            Offset(Length(3, "day"), "after", Edge("end", Named("district"))),
            "“区级考核”结束后 3 天",
        ),
        (
            "2 months after start of term",
            Offset(Length(2, "month"), "after", Edge("start", PeriodRef("term"))),
            "本学期开始后 2 个月",
        ),
    ],
)  # fmt: skip
def test_phrase_is_read_and_said_in_chinese(text: str, tree: When, chinese: str) -> None:
    assert when(text) == tree
    assert in_chinese(tree, TITLES) == chinese


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("10 working days after appeal_filed", "收到申诉之日起 10 个工作日内"),
        ("24 hours after reported", "报修后 24 小时内"),
        ("7 working days from posted", "自张贴当日起 7 个工作日内"),
        ("14 days before lecture", "讲座前至少 14 天"),
        ("early june", "6月上旬内"),
        ("same day as reported", "报修当天"),
        ("12-30", "不迟于12月30日"),
        ("end of district", "不迟于“区级考核”结束"),
    ],
)
def test_deadline_is_said_as_a_notice_says_it(text: str, chinese: str) -> None:
    assert deadline_in_chinese(when(text), TITLES) == chinese


def test_recurrence_is_read_and_said() -> None:
    problems = Problems()

    thursdays = parse_recurrence(
        scalar("every 2 weeks on thursday from 2024-04-01 to 2024-05-31"), problems=problems
    )
    quarter = parse_recurrence(scalar("quarter"), problems=problems)
    monthly = parse_recurrence(scalar("every month from start"), problems=problems)

    assert list(problems) == []
    assert thursdays is not None
    assert thursdays.tree == Every(
        Length(2, "week"), 3, Fixed(date(2024, 4, 1)), Fixed(date(2024, 5, 31))
    )
    assert in_chinese(thursdays.tree, {}) == (
        "自2024年4月1日起每 2 周的星期四，到2024年5月31日为止"
    )
    assert quarter is not None
    assert quarter.tree == EachPeriod("quarter")
    assert in_chinese(quarter.tree, {}) == "每季度"
    assert monthly is not None
    assert monthly.tree == Every(Length(1, "month"), None, Named("start"), None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("6月上旬", "0 P01 时间写法里的“6月上旬”看不懂。"),
        ("day ５ of month", "4 P01 时间写法里的“５”看不懂。"),
        ("June", "0 P01 时间写法里的“June”看不懂。"),
        ("2024-3-1", "0 P01 时间写法里的“2024-3-1”看不懂。"),
        ("2024-02-30", "0 P04 没有“2024-02-30”这一天。"),
        ("02-30", "0 P04 没有“02-30”这一天。"),
        ("month 13", "6 P04 没有“month 13”这一天。"),
        ("day 32 of month", "0 P04 没有“day 32”这一天。"),
        ("0 days after start", "0 P05 “0”不能用在时间写法里。"),
        ("99999 days after start", "0 P05 “99999”不能用在时间写法里。"),
        (
            "10 fortnights after start",
            ("3 P03 时间没有写对："
            "这里应为 days、working days、hours、weeks、months 等，却是“fortnights”。"),
        ),
        (
            "10 days since start",
            "8 P03 时间没有写对：这里应为 after 或 before 或 from，却是“since”。",
        ),
        ("early quarter", "6 P03 时间没有写对：这里应为 月份，却是“quarter”。"),
        ("12-30 please", "6 P03 时间没有写对：到“please”前面就写完了，后面是多余的。"),
        ("end of", "6 P03 时间没有写对：还没有写完，后面应为 周期，如 month、quarter、year。"),
        ("friday of month", "10 P03 时间没有写对：这里应为 week，却是“month”。"),
        ("1 day after 1 day after 1 day after 1 day after 1 day after start",
         "60 P02 时间写法太长或套得太深（上限 5 层）。"),
        ("a" * 201, "0 P02 时间写法太长或套得太深（上限 200 个字符）。"),
    ],
)  # fmt: skip
def test_unreadable_phrase_is_told_at_its_place(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("next quarter", "P03"),
        ("every 2 hours from start", "P03"),
        ("every 2 days on monday from start", "P03"),
        ("every 2 weeks", "P03"),
        ("every 2 weeks on noon from start", "P03"),
    ],
)
def test_unreadable_recurrence_is_told(text: str, fault: str) -> None:
    problems = Problems()

    assert parse_recurrence(scalar(text), problems=problems) is None
    assert [found.id for found in problems] == [fault]


# Properties

names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True).filter(
    lambda name: name not in RESERVED
)
shifts = st.sampled_from((-1, 0, 1))
periods = st.builds(PeriodRef, st.sampled_from(KINDS) | names, shifts)
months = st.builds(Month, st.integers(1, 12), shifts)
months_of = st.builds(MonthOf, st.sampled_from((-1, 1, 2, 3, 4, 5, 6)), periods)
any_month = months | months_of | st.builds(PeriodRef, st.just("month"), shifts)
thirds = st.builds(ThirdOf, st.sampled_from(("early", "mid", "late")), any_month)
weeks = st.builds(WeekOf, st.integers(1, 60), periods)
# A bare period of another kind than the calendar's is a name to the parser.
bare_periods = periods.filter(lambda period: period.kind in KINDS or period.shift != 0)
spans = months | months_of | thirds | weeks | bare_periods
month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(
    lambda day: MonthDay(day.month, day.day)
)
lengths = st.builds(
    Length,
    st.integers(1, 999) | names,
    st.sampled_from(("minute", "hour", "day", "working_day", "week", "month", "year")),
)
points: st.SearchStrategy[When] = st.one_of(
    st.builds(Fixed, st.dates(date(1990, 1, 1), date(2100, 12, 31))),
    month_days,
    spans,
    st.builds(DayOf, st.sampled_from((-1, 1, 15, 31)), any_month),
    st.builds(
        WeekdayOf,
        st.integers(0, 6),
        st.builds(PeriodRef, st.just("week"), shifts) | weeks,
    ),
    st.builds(Named, names | st.just("start")),
    st.builds(Edge, st.sampled_from(("start", "end")), st.builds(Named, names) | spans),
)
phrases: st.SearchStrategy[When] = st.recursive(
    points,
    lambda anchors: (
        st.builds(SameDay, anchors)
        | st.builds(Offset, lengths, st.sampled_from(("after", "before", "from")), anchors)
    ),
    max_leaves=3,
)


@given(phrases)
def test_written_phrase_reads_back_as_the_same_tree(tree: When) -> None:
    problems = Problems()

    written = parse_when(scalar(in_english(tree)), problems=problems)

    depth = str(tree).count("anchor=")
    too_long = depth >= 5 or len(in_english(tree)) > 200
    assert [found.id for found in problems] == (["P02"] if too_long else [])
    assert written is None if too_long else written is not None and written.tree == tree


WORDS = st.lists(
    st.sampled_from((*sorted(RESERVED), "2024-02-29", "02-30", "0", "15", "99999", "appeal_filed")),
    max_size=9,
).map(" ".join)


@given(st.text() | WORDS)
def test_no_text_breaks_the_reader(text: str) -> None:
    for parse in (parse_when, parse_length, parse_recurrence):
        problems = Problems()

        written = parse(scalar(text), problems=problems)

        assert (written is None) == (len(problems) == 1)
        for found in problems:
            assert found.reason("zh")
            assert found.remedy("en")
