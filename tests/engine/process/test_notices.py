"""The processes of four packs, complete, on the calendar."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest

from kaocheng.engine.language.periods import Period
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.rows import Row
from kaocheng.engine.values import Value
from kaocheng.methods.workdays import mainland_calendar
from tests.engine.process.laying import lines, notice, problem_lines

CALENDAR = mainland_calendar()
TERMS_2005 = (
    Period(date(2005, 2, 21), date(2005, 7, 8), "term", "2005-1", "春季学期"),
    Period(date(2005, 9, 1), date(2006, 1, 20), "term", "2005-2", "秋季学期"),
)


at = datetime.fromisoformat


def row(agenda: Agenda, row_id: str) -> Row:
    return next(found for found in agenda.rows if found.id == row_id)


# S0.4 资讯网络人员绩效考核


def s0_4(**changes: object) -> Agenda:
    parameters: dict[str, Value] = {"fiscal_year_month": Fraction(1), "deadline_reading": "lenient"}
    settings: dict[str, object] = {"start": date(2024, 1, 1), "parameters": parameters} | changes
    return lay_out(notice("S0.4"), calendar=CALENDAR, **settings)  # type: ignore[arg-type] # mixed


def test_s0_4_lays_out_a_whole_appraisal_year() -> None:
    agenda = s0_4()

    assert problem_lines(agenda) == []
    assert lines(agenda) == [
        "2024-01-05 quarter_plan/2024-Q1",
        "2024-01-20 year_plan/2024 休息日",
        "2024-01-01..2024-03-31 circular/2024-Q1",
        "2024-04-05 quarter_plan/2024-Q2 休息日",
        "2024-04-01..2024-04-05 quarter_report/2024-Q1 休息日",
        "2024-04-01..2024-04-15 quarter_grading/2024-Q1",
        "2024-04-01..2024-04-15 quarter_interview/2024-Q1",
        "2024-04-15 quarter_signature/2024-Q1",
        "2024-04-20 quarter_summary/2024-Q1 休息日",
        "2024-04-01..2024-06-30 circular/2024-Q2",
        "2024-07-05 quarter_plan/2024-Q3",
        "2024-07-01..2024-07-05 quarter_report/2024-Q2",
        "2024-07-01..2024-07-15 quarter_grading/2024-Q2",
        "2024-07-01..2024-07-15 quarter_interview/2024-Q2",
        "2024-07-15 quarter_signature/2024-Q2",
        "2024-07-20 quarter_summary/2024-Q2 休息日",
        "2024-07-01..2024-09-30 circular/2024-Q3",
        "2024-10-05 quarter_plan/2024-Q4 休息日",
        "2024-10-01..2024-10-05 quarter_report/2024-Q3 休息日",
        "2024-10-01..2024-10-15 quarter_grading/2024-Q3",
        "2024-10-01..2024-10-15 quarter_interview/2024-Q3",
        "2024-10-15 quarter_signature/2024-Q3",
        "2024-10-20 quarter_summary/2024-Q3 休息日",
        "2024-10-01..2024-12-31 circular/2024-Q4",
        "2025-01-01..2025-01-05 quarter_report/2024-Q4 休息日",
        "2025-01-01..2025-01-15 quarter_grading/2024-Q4",
        "2025-01-01..2025-01-15 quarter_interview/2024-Q4",
        "2025-01-15 quarter_signature/2024-Q4",
        "2025-01-20 quarter_summary/2024-Q4",
        "2025-01-01..2025-02-25 year_report/2024",
        "2025-01-01..2025-02-25 year_grading/2024",
        "2025-01-01..2025-02-25 year_interview/2024",
        "2025-02-25 year_signature/2024",
        "2025-03-01 year_summary/2024 休息日",
        "2025-03-01 low_rate_approval/2024 休息日",
        "— archive",
        "— quarter_plan_approved",
        "— year_plan_approved",
        "— quarter_self_first",
        "— year_self_first",
        "— adjustment_consulted",
        "— appeal.filing",
        "— appeal.answer ←appeal_filed",
        "— interview_sample",
    ]


def test_s0_4_row_says_who_owes_what_to_whom_by_which_clause() -> None:
    agenda = s0_4(until=date(2024, 3, 31))

    assert row(agenda, "quarter_grading/2024-Q1") == Row(
        id="quarter_grading/2024-Q1",
        kind="duty",
        title="季度考核评定",
        who="直接上级",
        what="完成部门各级人员的季度考核评定，报部门总经理",
        starts=date(2024, 4, 1),
        ends=date(2024, 4, 15),
        words="每季度，不迟于下一季度首月15日",
        clauses=("S0.4-12",),
        period=Period(date(2024, 1, 1), date(2024, 3, 31), "quarter", "2024-Q1", "2024年第一季度"),
    )


def test_s0_4_appeal_waits_in_words_until_it_is_filed() -> None:
    agenda = s0_4()

    answer = row(agenda, "appeal.answer")
    assert (answer.ends, answer.depends_on) == (None, ("appeal_filed",))
    assert answer.words == "收到申诉之日起 10 个工作日内"


def test_s0_4_appeal_of_1_march_is_answered_by_15_march() -> None:
    agenda = s0_4(events={"appeal_filed": date(2024, 3, 1)})

    answer = row(agenda, "appeal.answer")
    assert answer.ends == date(2024, 3, 15)
    assert not answer.provisional


def test_s0_4_late_answer_is_missed_and_counted_in_working_days() -> None:
    events = {"appeal_filed": date(2024, 3, 1), "appeal_answered": date(2024, 3, 18)}

    answer = row(s0_4(events=events), "appeal.answer")
    assert (answer.state, answer.took) == ("missed", "11 个工作日")


def test_s0_4_answer_that_needs_an_unpublished_year_is_provisional() -> None:
    agenda = s0_4(start=date(2098, 1, 1), events={"appeal_filed": date(2098, 3, 3)})

    answer = row(agenda, "appeal.answer")
    assert answer.ends == date(2098, 3, 17)
    assert answer.awaited_years == (2098,)


def test_s0_4_strict_reading_ends_every_named_day_the_day_before() -> None:
    parameters = {"fiscal_year_month": Fraction(1), "deadline_reading": "strict"}

    days = s0_4(parameters=parameters).days

    assert days["quarter_plan/2024-Q1"] == date(2024, 1, 4)
    assert days["quarter_grading/2024-Q1"] == date(2024, 4, 14)
    assert days["year_grading/2024"] == date(2025, 2, 24)
    assert days["year_summary/2024"] == date(2025, 2, 28)


def test_s0_4_fiscal_year_from_april_moves_quarters_and_year() -> None:
    parameters = {"fiscal_year_month": Fraction(4), "deadline_reading": "lenient"}

    agenda = s0_4(start=date(2024, 4, 1), parameters=parameters)

    assert agenda.days["year_plan/2024"] == date(2024, 4, 20)
    assert agenda.days["quarter_plan/2024-Q1"] == date(2024, 4, 5)
    assert agenda.days["quarter_grading/2024-Q4"] == date(2025, 4, 15)


# S2 广州市“整校推进”绩效考核


def s2(reading: str = "lenient", **events: date) -> Agenda:
    parameters: dict[str, Value] = {"report_reading": reading}
    return lay_out(notice("S2"), parameters=parameters, events=events, calendar=CALENDAR)


def test_s2_publicity_of_7_working_days_fits_between_district_scoring_and_report() -> None:
    agenda = s2()

    assert problem_lines(agenda) == []
    assert lines(agenda) == [
        "2023-11-06..2023-12-06 self_assessment",
        "2023-11-06..2023-12-06 supplement",
        "2023-11-06 materials_first",
        "2023-11-06..2023-12-06 upload",
        "2023-11-06..2023-12-06 self_scoring",
        "2023-12-06 order.self",
        "2023-12-07..2023-12-26 district",
        "2023-12-07 self_before_district",
        "2023-12-07 self_before_city_direct",
        "2023-12-07 proper_assignment",
        "2023-12-07 proper_city_assignment",
        "2023-12-07 at_most_ten_schools",
        "2023-12-07 at_most_ten_with_city_direct",
        "2023-12-07..2023-12-26 district_scoring",
        "2023-12-07..2023-12-26 city_direct_scoring",
        "2023-12-07..2023-12-26 guidance",
        "2023-12-26 order.district_step",
        "2023-12-27..2024-01-05 result_notice",
        "2024-01-01..2024-01-31 city_review_phase",
        "2024-01-01 district_before_review",
        "2024-01-02 result_notice.latest",
        "2024-01-10 district_report",
        "2024-01-01..2024-01-31 expert_review",
        "2024-01-01..2024-01-31 re_examine",
        "2024-01-31 order.review_step",
        "— assigning",
        "— team_change",
        "— city_circular",
    ]


def test_s2_publicity_says_its_rule() -> None:
    found = row(s2(), "result_notice")

    assert found.what == "公示不少于 7 个工作日（范围：系统）"
    assert found.words == "公示不少于 7 个工作日，期满不迟于“上报考核结果”"


def test_s2_strict_reading_moves_the_report_and_the_latest_posting_a_day() -> None:
    agenda = s2("strict")

    assert agenda.days["district_report"] == date(2024, 1, 9)
    assert agenda.days["result_notice.latest"] == date(2023, 12, 29)


def test_s2_posted_too_late_is_a_problem_with_both_days() -> None:
    agenda = s2(result_posted=date(2024, 1, 3))

    why = "2024-01-03 张贴，到 2024-01-10 不满 7 个工作日；最迟 2024-01-02 张贴。"
    found = [line.partition(" ")[2] for line in problem_lines(agenda)]
    assert found == [f"P17: “考核结果公示”来不及：{why}"]


# S4.1 东流镇中心学校绩效工资考核分配


def s4_1(**events: date) -> Agenda:
    parameters: dict[str, Value] = {"vote_reading": "inclusive", "review_days": Fraction(5)}
    return lay_out(
        notice("S4.1"),
        start=date(2024, 1, 1),
        parameters=parameters,
        events=events,
        titles={"review_days": "复核期限"},
        calendar=CALENDAR,
    )


def test_s4_1_reports_in_december_after_three_days_of_publicity() -> None:
    agenda = s4_1()

    assert problem_lines(agenda) == []
    assert lines(agenda) == [
        "2024-01-01..2024-12-31 implementation",
        "2024-01-01 adopted_and_filed",
        "2024-12-29 result_notice.latest",
        "2024-01-01..2024-12-31 evidence",
        "2024-01-01..2024-12-31 feedback",
        "2024-12-01..2024-12-31 report/2024",
        "2024-12-01..2024-12-31 payment.report",
        "— redo",
        "— posted_before_report",
        "— result_notice ←result_posted",
        "— reconsideration.filing ←result_told",
        "— scheme_vote",
        "— payment.approve",
        "— payment.finance",
        "— payment.pay",
    ]


def test_s4_1_publicity_is_three_calendar_days_with_the_day_of_posting() -> None:
    agenda = s4_1(result_posted=date(2024, 12, 6))

    assert agenda.days["result_notice.to"] == date(2024, 12, 8)
    assert "result_notice.latest" not in agenda.days


def test_s4_1_reconsideration_counts_from_the_day_after_the_result_was_told() -> None:
    agenda = s4_1(result_told=date(2024, 12, 6))

    assert agenda.days["reconsideration.filing"] == date(2024, 12, 13)
    assert row(s4_1(), "reconsideration.filing").words == (
        "考核结果反馈本人之日起 “复核期限”个工作日内"
    )


def test_s4_1_scheme_adopted_after_the_start_is_a_problem() -> None:
    agenda = s4_1(scheme_adopted=date(2023, 12, 20), scheme_approved=date(2024, 2, 1))

    problem = (
        "“县教育局审批备案”（2024-02-01）晚于“组织实施考核”（2024-01-01），不能作它的前置条件。"
    )
    assert problem_lines(agenda) == [f"58 P19: {problem}"]


def test_s4_1_vote_says_its_shares() -> None:
    assert row(s4_1(), "scheme_vote").what == "应到人员 2/3 以上到会，到会人员 1/2 以上同意"


# S4.7 彬县远程教育管理应用


def s4_7(**events: date | datetime) -> Agenda:
    return lay_out(
        notice("S4.7"),
        start=date(2005, 1, 1),
        events=events,
        periods=TERMS_2005,
        calendar=CALENDAR,
    )


def test_s4_7_lays_out_the_year_2005() -> None:
    agenda = s4_7()

    assert problem_lines(agenda) == []
    assert lines(agenda) == [
        "2005-03-01..2005-03-31 spring_contest",
        "2005-05-01..2005-05-31 special_check",
        "2005-06-15 detection_notice",
        "2005-02-21..2005-07-08 window_schools/2005-1",
        "2005-02-21..2005-07-08 timetable/2005-1",
        "2005-02-21..2005-07-08 resource_catalogue/2005-1",
        "2005-07-10..2005-07-12 detection",
        "2005-07-13 circular",
        "2005-10-01..2005-10-31 autumn_contest",
        "2005-11-10..2005-11-15 self_check",
        "2005-11-10..2005-11-15 self_report",
        "2005-11-15 assessment_order.self",
        "2005-12-01..2005-12-31 county_check",
        "2005-12-01 self_first",
        "2005-12-31 assessment_order.county",
        "2005-09-01..2006-01-20 window_schools/2005-2",
        "2005-09-01..2006-01-20 timetable/2005-2",
        "2005-09-01..2006-01-20 resource_catalogue/2005-2",
        "— mutual_check",
        "— township_person",
        "— township_repair ←fault_reported",
        "— township_repair.escalation_1 ←fault_reported",
        "— software_repair ←software_received",
        "— hardware_repair.target ←hardware_received",
        "— hardware_repair ←hardware_received",
        "— correction",
        "— visited_schools",
        "— resource_flow",
        "— assessment_order.mutual",
        "— repair_flow.school",
        "— repair_flow.township ←fault_reported",
        "— repair_flow.centre",
    ]


def test_s4_7_software_fault_open_for_25_hours_breaches_24() -> None:
    agenda = s4_7(
        software_received=at("2005-03-07 09:00"),
        software_fixed=at("2005-03-08 10:00"),
    )

    found = row(agenda, "software_repair")
    assert found.ends == at("2005-03-08 09:00")
    assert (found.state, found.took) == ("missed", "25 小时")


def test_s4_7_hardware_fault_of_5_days_misses_the_target_and_keeps_the_limit() -> None:
    agenda = s4_7(hardware_received=date(2005, 3, 7), hardware_fixed=date(2005, 3, 12))

    target, limit = row(agenda, "hardware_repair.target"), row(agenda, "hardware_repair")
    assert (target.ends, target.state, target.took) == (date(2005, 3, 10), "missed", "5 天")
    assert (limit.ends, limit.state, limit.took) == (date(2005, 3, 14), "kept", "5 天")
    assert target.soft
    assert not limit.soft


@pytest.mark.parametrize(
    ("fixed", "state"),
    [
        (at("2005-03-07 23:59"), "kept"),
        (at("2005-03-08 00:00"), "missed"),
    ],
)
def test_s4_7_township_repairs_before_midnight(fixed: datetime, state: str) -> None:
    agenda = s4_7(fault_reported=at("2005-03-07 16:30"), fault_fixed=fixed)

    assert row(agenda, "township_repair").state == state
    assert row(agenda, "township_repair.escalation_1").who == "县电教中心"


def test_s4_7_without_terms_says_the_rule_and_asks_for_the_periods_table() -> None:
    agenda = lay_out(notice("S4.7"), start=date(2005, 1, 1), calendar=CALENDAR)

    found = row(agenda, "window_schools")
    assert (found.words, found.what) == ("每学期", "窗口学校（二到四个）")
    assert {problem.id for problem in agenda.problems} == {"P11"}
