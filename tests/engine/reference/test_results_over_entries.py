"""Results whose subjects are entries of a register, added up by whom and when they concern."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine.cases import case_facts
from kaocheng.engine.compile import compile_pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run, run_reference
from kaocheng.engine.trace import RowRef

BUNDLE = """
scheme:
  language: 1
  id: T
  title: 稿件
  source: {document: 稿件}
  results:
    - id: checked
      title: 稿件核对
      of: articles
      items:
        - {id: counts, title: 计入, value: length >= 400}
    - id: monthly
      title: 每月
      of: offices
      each: month
      items:
        - {id: done, title: 完成数, value: count(checked where counts)}
        - {id: last, title: 最后一篇, value: latest(title over checked)}
registers:
  language: 1
  periods: {month: 月}
  registers:
    - id: offices
      title: 办公室
      kind: roster
      key: id
      fields: {id: {title: 编号, type: text}}
    - id: articles
      title: 稿件
      kind: register
      key: no
      date: date
      fields:
        no: {title: 编号, type: text}
        office: {title: 办公室, type: offices}
        title: {title: 标题, type: text}
        length: {title: 字数, type: number}
        date: {title: 日期, type: date}
cases:
  language: 1
  cases:
    - id: two_months
      title: 两个月
      facts:
        periods: |
          kind,id,title,from,to
          month,5,5月,2024-05-01,2024-05-31
          month,6,6月,2024-06-01,2024-06-30
        offices: |
          id
          甲
        articles: |
          no,office,title,length,date
          1,甲,后写,400,2024-05-31
          2,甲,先写,900,2024-05-01
          3,甲,太短,399,2024-06-01
"""


def computed() -> Run:
    problems = Problems()
    pack = read_bundle(BUNDLE, file="bundle.yaml", problems=problems)
    assert pack is not None
    compiled = compile_pack(pack, problems=problems)
    assert compiled is not None
    facts = case_facts(pack, pack.cases[0], problems=problems)
    problems.stop_on_errors()
    return run_reference(compiled, facts)


def test_entries_checked_by_a_result_count_in_the_period_of_their_date() -> None:
    run = computed()

    done = [run.value("monthly", "done", ("甲", month)) for month in ("5", "6")]

    assert done == [Fraction(2), Fraction(0)]


def test_latest_of_a_result_follows_the_date_of_the_entries() -> None:
    run = computed()

    last = [run.value("monthly", "last", ("甲", month)) for month in ("5", "6")]

    assert last == ["后写", "太短"]


def test_entries_behind_a_result_stand_in_the_explanation() -> None:
    run = computed()

    may = run.outcomes["monthly", "done"]["甲", "5"]

    assert may.rows == (RowRef("articles", 3, "2"), RowRef("articles", 2, "1"))
