"""documents.yaml: every column can be shown, and what cannot is told."""

from __future__ import annotations

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.facts import text_table
from kaocheng.engine.language.types import BOOLEAN, NUMBER, TEXT
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.judging import shown_rows
from tests.engine.bundles import compile_bundle, told

PACK = """
scheme:
  language: 1
  id: attendance
  title: 出勤考核
  source: {{document: 某校出勤考核办法}}
  results:
    - id: yearly
      title: 学年出勤
      of: teacher
      items:
        - id: times
          title: 请假
          unit: 次
          value: count(absence)
registers:
  language: 1
  registers:
    - id: teacher
      title: 教师
      kind: roster
      key: id
      fields:
        id: {{title: 编号, type: text}}
        name: {{title: 姓名, type: text}}
    - id: absence
      title: 请假登记
      kind: register
      fields:
        teacher: {{title: 教师, type: teacher}}
        days: {{title: 天数, type: number}}
documents:
  language: 1
  documents:
    - {document}
"""


def problems_of(document: str) -> list[tuple[str, str]]:
    _, problems = compile_bundle(PACK.format(document=document), file="例.yaml")
    return [(one.id, one.reason()) for one in problems]


def test_columns_are_bound_to_the_row_they_show() -> None:
    document = (
        "{id: summary, title: 汇总表, kind: list, of: yearly, where: times > 0, columns: "
        "[{title: 姓名, show: name}, {title: 请假, show: times}, {title: 满勤, show: times = 0}]}"
    )

    compiled, problems = compile_bundle(PACK.format(document=document), file="例.yaml")

    assert compiled is not None, told(problems)
    summary = compiled.pack.documents["summary"]
    types = [compiled.bound[column.show].type for column in summary.columns]
    assert types == [TEXT, NUMBER, BOOLEAN]


def test_sheet_of_a_register_shows_what_its_reference_leads_to() -> None:
    document = (
        "{id: slip, title: 请假单, kind: sheet, of: absence, "
        "columns: [{title: 姓名, show: teacher.name}, {title: 天数, show: days}]}"
    )

    assert problems_of(document) == []


def test_text_has_parts() -> None:
    assert problems_of("{id: brief, title: 简报, kind: text, parts: [基本情况, 存在问题]}") == []


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{id: a, title: 表, kind: list, of: nobody, columns: [{title: 甲, show: 1}]}", "S21"),
        (
            "{id: a, title: 表, kind: list, of: yearly, columns: [{title: 甲, show: nothing}]}",
            "E20",
        ),
        ("{id: a, title: 表, kind: list, of: yearly}", "S30"),
        ("{id: a, title: 表, kind: sheet, columns: [{title: 甲, show: 1}]}", "S30"),
        ("{id: a, title: 报告, kind: text, columns: [{title: 甲, show: 1}]}", "S30"),
    ],
)
def test_document_that_cannot_be_filled_is_told(document: str, found: str) -> None:
    assert [id for id, _ in problems_of(document)] == [found]


SORTED = PACK.format(
    document=(
        "{id: summary, title: 排行榜, kind: list, of: yearly, sort: -days, columns: "
        "[{title: 编号, show: id}, {title: 天数, show: days}]}"
    )
).replace(
    "value: count(absence)",
    "value: count(absence)\n        - {id: days, title: 天数, value: max(days over absence)}",
)


def test_rows_are_sorted_and_those_without_a_value_come_last() -> None:
    compiled, problems = compile_bundle(SORTED, file="例.yaml")
    assert compiled is not None, told(problems)
    absence = "teacher,days\na,1\nc,5\nd,5\n"
    tables = {
        "teacher": text_table("teacher", "id,name\na,甲\nb,乙\nc,丙\nd,丁\n", source="teacher"),
        "absence": text_table("absence", absence, source="absence"),
    }
    run = verbs.run(compiled, verbs.facts(compiled.pack, tables, problems=Problems()))

    rows = list(shown_rows(run, compiled.pack.documents["summary"]))

    assert [row[0] for row in rows] == ["c", "d", "a", "b"]
