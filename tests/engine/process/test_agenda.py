"""What a process gives on a calendar, entry by entry."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.reckoning import Moment
from kaocheng.methods.workdays import mainland_calendar
from tests.engine.process.laying import lines, problem_lines, process_from

CALENDAR = mainland_calendar()


def agenda(text: str, *, until: date | None = None, **events: Moment) -> Agenda:
    process = process_from("language: 1\n" + text)
    return lay_out(process, start=date(2024, 1, 1), until=until, events=events, calendar=CALENDAR)


def test_alternate_thursdays_are_expanded_and_holidays_marked() -> None:
    found = agenda("""
duties:
  - id: session
    title: 集中培训
    who: 全体在职在岗教师
    each: every 2 weeks on thursday from 04-01 to 05-31
""")

    assert lines(found) == [
        "2024-04-04 session/2024-04-04 休息日",
        "2024-04-18 session/2024-04-18",
        "2024-05-02 session/2024-05-02 休息日",
        "2024-05-16 session/2024-05-16",
        "2024-05-30 session/2024-05-30",
    ]


def test_monthly_series_begun_on_a_31st_keeps_to_month_ends() -> None:
    found = agenda("""
duties:
  - {id: report, title: 月报, who: 党政办, each: every month from 01-31 to 04-30}
""")

    assert lines(found) == [
        "2024-01-31 report/2024-01-31",
        "2024-02-29 report/2024-02-29",
        "2024-03-31 report/2024-03-31 休息日",
        "2024-04-30 report/2024-04-30",
    ]


def test_weekly_duty_stays_inside_its_phase() -> None:
    found = agenda("""
phases:
  - {id: practice, title: 实践研修, from: 03-01, to: 03-13}
duties:
  - {id: weekly, title: 每周统计与通报, who: 领导小组, each: week, within: practice}
""")

    assert lines(found) == [
        "2024-03-01..2024-03-13 practice",
        "2024-03-01..2024-03-03 weekly/2024-W09",
        "2024-03-04..2024-03-10 weekly/2024-W10",
        "2024-03-11..2024-03-13 weekly/2024-W11",
    ]


def test_half_yearly_deadlines_fall_in_the_next_half() -> None:
    found = agenda("""
duties:
  - id: self_check
    title: 自我考核
    who: 各县区
    each: half
    by: day 15 of first month of next half
""")

    assert lines(found) == ["2024-07-15 self_check/2024-H1", "2025-01-15 self_check/2024-H2"]


def test_recurring_duty_due_before_the_start_is_left_out() -> None:
    process = process_from("""
language: 1
duties:
  - {id: plan, title: 计划, who: 员工, each: quarter, by: day 5 of first month of quarter}
""")

    found = lay_out(process, start=date(2024, 2, 1), until=date(2024, 4, 30), calendar=CALENDAR)

    assert lines(found) == ["2024-04-05 plan/2024-Q2 休息日"]


def test_incident_is_answered_in_one_hour_and_solved_in_eight() -> None:
    found = agenda(
        """
events: {incident: 突发情况, answered: 应对, solved: 解决}
duties:
  - {id: respond, title: 应对, who: 平台, by: 1 hour after incident, done: answered}
  - {id: resolve, title: 解决, who: 平台, by: 8 hours after incident, done: solved}
""",
        incident=datetime.fromisoformat("2024-03-04 22:30"),
        answered=datetime.fromisoformat("2024-03-04 23:30"),
        solved=datetime.fromisoformat("2024-03-05 06:45"),
    )

    assert [(row.id, row.state, row.took) for row in found.rows] == [
        ("respond", "kept", "1 小时"),
        ("resolve", "missed", "8.25 小时"),
    ]


def test_event_without_time_of_day_cannot_serve_a_clock() -> None:
    found = agenda(
        """
events: {incident: 突发情况, solved: 解决}
duties:
  - {id: resolve, title: 解决, who: 平台, by: 8 hours after incident, done: solved}
""",
        incident=datetime.fromisoformat("2024-03-04 09:00"),
        solved=date(2024, 3, 4),
    )

    assert [(row.id, row.state) for row in found.rows] == [("resolve", "")]
    assert problem_lines(found) == ["0 P09: “解决”只有日期、没有时刻，不能按小时计算。"]


def test_parameter_gives_the_number_of_working_days() -> None:
    process = process_from("""
language: 1
events: {filed: 收到申诉}
objections:
  - id: appeal
    title: 申诉
    kind: appeal
    who: 教师
    goes_to: 学校
    filed: filed
    answer: answer_days working days after filed
""")
    start, filed = date(2024, 1, 1), {"filed": date(2024, 3, 1)}

    days = {
        number: lay_out(
            process,
            start=start,
            events=filed,
            parameters={"answer_days": Fraction(number)},
            calendar=CALENDAR,
        ).days["appeal.answer"]
        for number in (5, 10)
    }

    assert days == {5: date(2024, 3, 8), 10: date(2024, 3, 15)}


def test_steps_are_found_by_name_as_cases_name_them() -> None:
    found = agenda("""
phases:
  - {id: practice, title: 实践研修, from: 03-01, to: 05-10}
""")

    assert found.days == {
        "practice": date(2024, 5, 10),
        "practice.from": date(2024, 3, 1),
        "practice.to": date(2024, 5, 10),
    }


def test_process_names_its_own_start() -> None:
    process = process_from("""
language: 1
start: {title: 培训开始, day: training_start}
phases:
  - {id: opening, title: 第一周, from: start, to: 1 week from start}
""")

    found = lay_out(process, parameters={"training_start": date(2024, 4, 23)}, calendar=CALENDAR)

    assert (found.start, found.until) == (date(2024, 4, 23), date(2025, 4, 22))
    assert lines(found) == ["2024-04-23..2024-04-29 opening"]


def test_undated_rows_keep_the_order_of_the_file() -> None:
    found = agenda("""
duties:
  - {id: archive, title: 一人一档, who: 学校}
  - {id: brief, title: 简报, who: 学校, by: 03-31}
routes:
  - id: adopt
    title: 修订程序
    steps: [{id: draft, title: 拟定}, {id: vote, title: 审议}, {id: publish, title: 公布}]
""")

    assert lines(found) == ["2024-03-31 brief 休息日", "— archive", "— adopt"]
    assert found.rows[2].what == "拟定→审议→公布"


def test_row_says_how_often_for_whom_and_to_whom() -> None:
    found = agenda("""
duties:
  - {id: tutoring, title: 法治教育辅导, who: 法制副校长, at_least: 2, for: 全体学生, goes_to: 学校}
  - {id: tracking, title: 跟踪督促检查, who: 指导教师, at_least: 1, at_most: 2}
""")

    assert [row.what for row in found.rows] == [
        "法治教育辅导（不少于 2 次）（对象：全体学生），报学校",
        "跟踪督促检查（1 至 2 次）",
    ]
