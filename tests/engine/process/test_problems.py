"""What earns a message of the process besides its broken example, and what narrowly does not."""

from __future__ import annotations

from datetime import date

import pytest

from kaocheng.engine.messages.process import PROCESS
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.reckoning import Moment
from kaocheng.engine.values import Value
from kaocheng.methods.workdays import mainland_calendar
from tests.engine.process.laying import problem_lines, process_from

CALENDAR = mainland_calendar()
DUTY = "language: 1\nduties:\n  - {{id: report, title: 上报, who: 学校, by: {by}}}\n"


def agenda(
    text: str,
    *,
    start: date = date(2024, 1, 1),
    until: date | None = None,
    parameters: dict[str, Value] | None = None,
    **events: Moment,
) -> Agenda:
    return lay_out(
        process_from(text),
        start=start,
        until=until,
        events=events,
        parameters=parameters,
        calendar=CALENDAR,
    )


def found(text: str, **events: Moment) -> list[str]:
    process = process_from(text)
    return problem_lines(lay_out(process, start=date(2024, 1, 1), events=events, calendar=CALENDAR))


def test_p06_unknown_parameter_of_a_reading() -> None:
    text = DUTY.format(by="12-30, reading: report_reading")

    assert found(text) == ["3 P06: 时间写法里的“report_reading”不存在。"]


def test_p07_phases_within_each_other() -> None:
    text = """language: 1
phases:
  - {id: self, title: 自评, within: district}
  - {id: district, title: 区评, within: self}
"""

    assert found(text) == ["4 P07: 时间互相引用，推不出日期：self → district → self。"]


def test_ends_of_phases_may_rest_on_each_other_without_a_circle() -> None:
    text = """language: 1
phases:
  - {id: self, title: 自评, from: 03-01, to: 1 day before start of district}
  - {id: district, title: 区评, from: 10 days after start of self, to: 03-31}
"""

    assert agenda(text).days["self.to"] == date(2024, 3, 10)
    assert found(text) == []


def test_p08_parameter_of_the_wrong_type() -> None:
    text = DUTY.format(by="3 days after school")

    problems = problem_lines(agenda(text, parameters={"school": "某校"}))

    assert problems == ["3 P08: “school”是文字，这里要日期。"]


def test_p08_parameter_outside_the_choices_of_a_reading() -> None:
    text = DUTY.format(by="12-30, reading: report_reading")

    problems = problem_lines(agenda(text, parameters={"report_reading": "loose"}))

    assert problems == ["3 P08: “report_reading”是“loose”，这里要lenient、strict。"]


def test_p12_working_days_beyond_every_calendar() -> None:
    text = DUTY.format(by="999 working days after 2099-01-01")

    assert found(text) == ["3 P12: 算出的日期超出可用范围。"]


def test_p12_start_or_event_beyond_every_calendar() -> None:
    text = "language: 1\nevents: {filed: 收到申诉}\n"

    assert problem_lines(agenda(text, start=date(1800, 1, 1))) == [
        "0 P12: 算出的日期超出可用范围。"
    ]
    assert found(text, filed=date(3000, 1, 1)) == ["0 P12: 算出的日期超出可用范围。"]


PHASES = """language: 1
phases:
  - {{id: self, title: 自评, from: 03-01, to: 03-10}}
  - {{id: district, title: 区评, from: {begins}, to: 03-31, accept: {accept}}}
"""


def test_no_p14_for_phases_that_touch_or_a_gap_that_is_accepted() -> None:
    assert found(PHASES.format(begins="03-11", accept="{}")) == []
    assert found(PHASES.format(begins="03-13", accept="{P14: 中间公示}")) == []


POSTING = """language: 1
phases:
  - {id: scoring, title: 评分, from: 03-01, to: 03-10}
publicity:
  - {id: posting, title: 公示, length: LENGTH, from: 03-11, by: 03-20}
"""


def test_p17_publicity_that_just_fits_and_does_not() -> None:
    assert found(POSTING.replace("LENGTH", "8 working days")) == []
    assert found(POSTING.replace("LENGTH", "10 days")) == []
    assert found(POSTING.replace("LENGTH", "11 days")) == [
        "5 P17: “公示”来不及：2024-03-11 张贴，到 2024-03-20 不满 11 天；最迟 2024-03-10 张贴。"
    ]


APPEAL = """language: 1
events: {filed: 收到异议, answered: 答复异议}
duties:
  - {id: report, title: 上报, who: 区, from: 03-25, by: 03-31}
publicity:
  - {id: posting, title: 公示, length: 5 working days, from: 03-04}
objections:
  - {id: dispute, title: 公示异议, kind: objection, who: 教师, goes_to: 区, filed: filed,
     within: end of posting, answer: 10 working days after filed, answered: answered,
     before: report}
"""


def test_no_p18_for_an_answer_that_just_fits_before_the_next_step() -> None:
    assert found(APPEAL) == []


def test_p19_event_that_opens_a_gate_too_late() -> None:
    text = """language: 1
events: {approved: 批准}
phases:
  - {id: scoring, title: 评分, from: 03-01, to: 03-10}
gates:
  - {id: filing, title: 先批准, before: scoring, after: [approved]}
"""

    assert found(text, approved=date(2024, 3, 1)) == []
    assert found(text, approved=date(2024, 3, 2)) == [
        "6 P19: “批准”（2024-03-02）晚于“评分”（2024-03-01），不能作它的前置条件。"
    ]


def test_p24_too_many_occurrences() -> None:
    text = "language: 1\nduties:\n  - {id: login, title: 登录检查, who: 指导教师, each: day}\n"

    laid = agenda(text, until=date(2026, 12, 31))

    assert problem_lines(laid) == ["3 P24: “登录检查”次数太多（超过 1000 次），没有全部列出。"]
    assert len(laid.rows) == 1_000


@pytest.mark.parametrize("shares", ["majority: 0", "majority: 1/2, quorum: 3/2"])
def test_p27_impossible_share(shares: str) -> None:
    text = f"language: 1\nvotes:\n  - {{id: adopt, title: 表决, who: 教代会, {shares}}}\n"

    assert [line[:5] for line in found(text)] == ["3 P27"]


ONE_SIZE = "要写明抽取比例 share 或数量 count，只能写一个"


@pytest.mark.parametrize(
    ("kind", "entry", "why"),
    [
        ("draws", "of: school, share: 5%, count: 3", ONE_SIZE),
        ("gates", "before: 评分", "没有写明条件 need，也没有写明须先完成什么 after"),
        ("gates", "before: 评分, need: done", "写了条件，没有写明对谁判断（of）"),
        ("duties", "who: 学校, when: late", "写了 when，没有写明对谁判断（of）"),
        ("duties", "who: 学校, at_least: 3, at_most: 2", "至多的次数少于至少的次数"),
        ("publicity", "length: 24 hours", "公示时间要按天或工作日计"),
    ],
)
def test_p28_entry_that_says_too_little(kind: str, entry: str, why: str) -> None:
    text = f"language: 1\n{kind}:\n  - {{id: one, title: 一项, {entry}}}\n"

    assert found(text) == [f"3 P28: “一项”{why}。"]


@pytest.mark.parametrize(
    ("kind", "entry", "line"),
    [
        ("phases", "within: other", "没有叫“other”的阶段。"),
        ("duties", "who: 学校, within: other", "没有叫“other”的阶段。"),
        ("duties", "who: 学校, done: other", "没有叫“other”的事项。"),
        ("duties", "who: 学校, else: other", "没有叫“other”的结果运用。"),
        ("gates", "before: other, of: school, need: done", "没有叫“other”的阶段或义务。"),
        ("gates", "before: 评分, after: [other]", "没有叫“other”的事项或阶段。"),
        ("publicity", "length: 3 days, posted: other", "没有叫“other”的事项。"),
        ("votes", "who: 教代会, majority: 1/2, passed: other", "没有叫“other”的事项。"),
    ],
)
def test_reference_to_nothing_is_told(kind: str, entry: str, line: str) -> None:
    text = f"language: 1\n{kind}:\n  - {{id: one, title: 一项, {entry}}}\n"

    assert found(text) == [f"3 S21: {line}"]


def test_id_used_twice_is_told() -> None:
    text = """language: 1
events: {report: 收到报告}
duties:
  - {id: report, title: 上报, who: 学校}
"""

    assert found(text) == ["4 S20: “report”重名（第一次在 events）。"]


def test_every_message_has_a_remedy_in_both_languages() -> None:
    assert [message.id for message in PROCESS] == [f"P{number:02}" for number in range(1, 29)]
    for message in PROCESS:
        assert all((message.zh, message.zh_remedy, message.en, message.en_remedy))
