"""Whatever phrases a process holds, laying it out ends with rows and problems, never a crash."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.process.reckoning import Moment
from kaocheng.methods.workdays import mainland_calendar
from tests.engine.process.laying import read_process

ANCHORS = (
    *("start", "filed", "opening", "scoring", "plan", "notice", "dispute", "deadline", "nothing"),
    *("2024-02-29", "12-30", "02-29", "next year 02-25", "early june", "month 12", "next quarter"),
    *("end of scoring", "start of opening", "end of plan", "end of term", "friday of next week"),
    *("day 15 of first month of next quarter", "day 31 of month", "sixth month of quarter"),
    *("week 60 of year", "last day of last month of year", "same day as filed"),
)
LENGTHS = ("1 day", "7 working days", "999 working days", "24 hours", "2 months", "999 years",
           "number days", "word weeks")  # fmt: skip
SIDES = ("after", "before", "from")
EACH = ("day", "week", "quarter", "term", "semester", "every 2 weeks on thursday from start",
        "every 999 years from start to 12-30", "every month from early june to filed")  # fmt: skip

anchors = st.sampled_from(ANCHORS)
whens = anchors | st.builds(
    "{} {} {}".format, st.sampled_from(LENGTHS), st.sampled_from(SIDES), anchors
)
moments: st.SearchStrategy[Moment] = st.dates() | st.datetimes() | st.just(date(2024, 3, 1))

TEXT = """
language: 1
events: {{filed: 收到, answered: 答复, posted: 张贴}}
phases:
  - {{id: opening, title: 开始, from: {0}, to: {1}}}
  - {{id: scoring, title: 评分, from: {2}, to: {3}}}
  - {{id: extra, title: 补充, within: more}}
  - {{id: more, title: 再补充, within: {within}}}
duties:
  - {{id: plan, title: 计划, who: 学校, each: {each}, from: {4}, by: {5}, within: opening}}
  - {{id: report, title: 上报, who: 学校, by: {6}, target: {7}, done: answered, reading: strict,
     escalate: [{{after: {8}, goes_to: 中心}}]}}
gates:
  - {{id: order, title: 先后, before: report, after: [opening, plan, filed]}}
publicity:
  - {{id: notice, title: 公示, length: {length}, from: {9}, by: {10}, posted: posted}}
objections:
  - {{id: dispute, title: 异议, kind: objection, who: 教师, goes_to: 学校, filed: filed,
     within: {11}, answer: {12}, answered: answered, before: scoring}}
draws:
  - {{id: deadline, title: 抽查, of: school, count: 3, by: {13}}}
routes:
  - {{id: steps, title: 程序, steps: [{{id: one, title: 一, by: {14}}},
     {{id: two, title: 二, by: {15}}}]}}
"""


@settings(max_examples=300, deadline=None)
@given(
    phrases=st.lists(whens, min_size=16, max_size=16),
    each=st.sampled_from(EACH),
    length=st.sampled_from(LENGTHS),
    start=st.dates(),
    within=st.sampled_from(("extra", "scoring")),
    events=st.dictionaries(st.sampled_from(("filed", "answered", "posted", "else")), moments),
)
def test_every_process_can_be_laid_out(
    *,
    phrases: list[str],
    each: str,
    length: str,
    start: date,
    within: str,
    events: dict[str, Moment],
) -> None:
    text = TEXT.format(*phrases, each=each, length=length, within=within)
    process, problems = read_process(text)
    assert problems == []

    agenda = lay_out(
        process,  # type: ignore[arg-type] # read_process gives what was read
        start=start,
        events=events,
        parameters={"number": Fraction(3), "word": "三", "nothing": date(2024, 5, 1)},
        calendar=mainland_calendar(),
    )

    for row in agenda.rows:
        assert row.title
        assert row.state == "" or row.ends is not None
    for problem in agenda.problems:
        assert "{" not in problem.reason() + problem.remedy("en").replace("accept: {", "")
