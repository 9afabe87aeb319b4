from __future__ import annotations

from fractions import Fraction

from kaocheng.documents.register_rows import HIDDEN, RowFinder, cell_text, masked_name
from kaocheng.documents.result_summary import summarize
from kaocheng.documents.result_table import result_table, titled_table
from kaocheng.documents.score_text import score_text
from kaocheng.documents.subject_page import subject_page
from kaocheng.engine.cases import case_facts
from kaocheng.engine.compile import compile_pack
from kaocheng.engine.explain import explain_subject
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run, run_reference
from kaocheng.engine.trace import RowRef
from kaocheng.engine.values import Missing

PACK = """
scheme:
  language: 1
  id: X
  title: 例
  source: {document: 例}
  results:
    - id: yearly
      title: 总评
      of: person
      grade: level
      items:
        - {id: flags, title: 提示数, value: marks / 3}
        - id: kind
          title: 称号
          value: "if(marks > 5, '先进', '无')"
        - id: level
          title: 等次
          grade: {of: flags, bands: [{from: 3, grade: 优}, {from: 1, grade: 良}], otherwise: 差}
registers:
  language: 1
  registers:
    - id: person
      title: 人员
      kind: roster
      key: id
      name: name
      fields:
        id: {title: 编号, type: text}
        name: {title: 姓名, type: text, personal: 是}
        marks: {title: 评分, type: number, unit: 分}
        partner: {title: 搭档, type: person}
        phone: {title: 电话, type: text, personal: 是}
cases:
  language: 1
  cases:
    - id: one
      title: 三个人
      facts:
        person: |
          id,name,marks,partner,phone
          b,林秀芬,7,a,138
          a,陈敏,,,
          c,,9,b,
"""


def run(text: str = PACK) -> Run:
    problems = Problems()
    pack = read_bundle(text, file="bundle", problems=problems)
    assert pack is not None, list(problems)
    compiled = compile_pack(pack, problems=problems)
    assert compiled is not None, list(problems)
    return run_reference(compiled, case_facts(pack, pack.cases[0], problems=problems))


def test_items_named_like_other_columns_keep_apart_from_them() -> None:
    done = run()

    table = result_table(done, done.pack.results["yearly"])

    assert [column.id for column in table.columns] == [
        *("id", "name", "flags", "flags.state", "kind", "kind.state"),
        *("level", "level.state", "flags_"),
    ]
    assert table.rows == (
        ("a", "陈敏", None, "missing", None, "missing", None, "missing", ""),
        ("b", "林秀芬", Fraction(7, 3), "scored", "先进", "scored", "良", "scored", ""),
        ("c", None, Fraction(3), "scored", "先进", "scored", "优", "scored", "等次：处于临界值"),
    )


def test_summary_counts_grades_in_the_order_of_the_scheme() -> None:
    done = run()

    summary = summarize(done, done.pack.results["yearly"])

    assert summary.grades == (("优", 1), ("良", 1))
    assert (summary.rows, summary.scored, summary.missing, summary.flags) == (3, 2, 1, 1)
    assert summary.spread is None


def test_register_rows_name_references_and_mask_personal_fields() -> None:
    done = run()
    refs = [row.ref for row in done.facts.tables["person"].rows]

    (table,) = RowFinder(done.pack, done.facts).tables(refs, about=RowRef("unit", 0))

    assert [column.title for column in table.columns] == ["编号", "姓名", "评分", "搭档", "电话"]
    assert [cells for _, cells in table.rows] == [
        ("b", "林＊＊", "7", "陈＊", HIDDEN),
        ("a", "陈＊", "缺", "", "缺"),
        ("c", "缺", "9", "林＊＊", "缺"),
    ]


def test_cells_show_numbers_as_the_ledger_does() -> None:
    assert [cell_text(Fraction(number)) for number in ("3", "2.50", "1/3")] == [
        "3",
        "2.5",
        "0.3333",
    ]
    assert cell_text(Missing("没有填")) == "缺"
    assert masked_name("林") == "林＊"


def test_rates_are_read_as_percentages_and_written_as_exact_fractions() -> None:
    done = run(
        PACK.replace("grade: level", "headline: flags").replace(
            "title: 提示数, value: marks / 3}", "title: 回收率, unit: '%', value: marks / 12}"
        )
    )
    result = done.pack.results["yearly"]
    explanations = explain_subject(done, "b")
    finder = RowFinder(done.pack, done.facts)

    text = score_text(done.pack, explanations, rows=finder)
    page = subject_page(done.pack, explanations, rows=finder)
    spread = summarize(done, result).spread
    table = titled_table(done, result)

    assert "回收率  58.33%（精确值 7/12）\n" in text
    assert '<span class="score">58.33%</span>' in page
    assert spread is not None
    assert [spread.words(one) for one in (spread.least, spread.most)] == ["58.33%", "75.00%"]
    assert (table.columns[2].title, table.rows[1][2]) == ("回收率", Fraction(7, 12))
