"""What a case may expect of the calendar: days, and moments where hours are counted."""

from __future__ import annotations

import pytest

from kaocheng.engine.cases import run_case
from kaocheng.engine.compile import compile_pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle

BUNDLE = """
scheme:
  language: 1
  id: T
  title: 例
  source: {{document: 例}}
  results:
    - id: yearly
      title: 年度
      of: school
      items: [{{id: score, title: 得分, value: 1}}]
registers:
  language: 1
  registers:
    - id: school
      title: 学校
      kind: roster
      key: id
      fields: {{id: {{title: 编号, type: text}}}}
process:
  language: 1
  events: {{reported: 报告}}
  duties:
    - {{id: response, title: 应对, who: 值班人员, by: 1 hour after reported}}
    - {{id: summary, title: 汇总, who: 值班人员, each: month, by: day 31 of month}}
cases:
  language: 1
  cases:
    - id: one
      title: 例
      calendar:
        start: 2022-04-01
        events: {{reported: {reported}}}
        expect: {{response: {response}}}
"""


def failures(*, reported: str, response: str, step: str = "response") -> list[str]:
    problems = Problems()
    text = BUNDLE.format(reported=reported, response=response)
    text = text.replace("expect: {response:", f"expect: {{{step}:")
    pack = read_bundle(text, file="例", problems=problems)
    if pack is None:
        return [one.id for one in problems]
    compiled = compile_pack(pack, problems=problems)
    assert compiled is not None
    return [f"{one.want} / {one.found}" for one in run_case(compiled, pack.cases[0]).failures]


def test_case_expects_the_hour_of_an_answer() -> None:
    assert failures(reported="2022-04-15 23:30", response="2022-04-16 00:30") == []


def test_case_with_another_hour_goes_red() -> None:
    assert failures(reported="2022-04-15 23:30", response="2022-04-16 00:31") == [
        "2022-04-16 00:31:00 / 2022-04-16 00:30:00"
    ]


def test_case_that_names_only_the_day_is_content_with_the_day() -> None:
    assert failures(reported="2022-04-15 23:30", response="2022-04-16") == []


@pytest.mark.parametrize("found", ["2022-04-31", "2022-04-15 24:30"])
def test_case_with_a_day_that_does_not_exist_is_refused(found: str) -> None:
    assert "S10" in failures(reported=found, response="2022-04-16")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("summary.to", "没有这一步，有 summary/2022-05.to、summary/2022-07.to、summary/2022-08.to"),
        ("respnse", "没有这一步，有 response.to"),
        ("summary/2022-04.to", "没有这一天"),
        ("zzz.from", "没有这一步"),
    ],
)
def test_step_that_is_not_there_is_answered_with_those_that_are(step: str, said: str) -> None:
    found = failures(reported="2022-04-15 23:30", response="2022-04-16", step=step)

    assert found == [f"2022-04-16 / {said}"]
