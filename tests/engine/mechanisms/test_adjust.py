"""`adjust`: which rows of the ledger are meant, and which of them are valid."""

from __future__ import annotations

from kaocheng.engine.cases import run_case
from kaocheng.engine.compile import compile_pack
from kaocheng.engine.language.types import Type
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from tests.engine.bench import computed, items, values

BUNDLE = """
scheme:
  language: 1
  id: T
  title: 例
  source: {document: 例}
  results:
    - id: yearly
      title: 年度
      of: employee
      each: year
      items:
        - {id: before, title: 调整前, value: 80 分}
        - id: after
          title: 调整后
          adjust:
            of: before
            register: change
            to: score
            where: cycle = period
            when: consulted
registers:
  language: 1
  periods: {quarter: 季度, year: 年度}
  registers:
    - id: employee
      title: 员工
      kind: roster
      key: id
      fields: {id: {title: 编号, type: text}}
    - id: change
      title: 调整
      kind: register
      period: cycle
      fields:
        employee: {title: 员工, type: employee}
        cycle: {title: 周期, type: period}
        score: {title: 调整为, type: number}
        consulted: {title: 已征求意见, type: boolean}
cases:
  language: 1
  cases:
    - id: quarter_rows_are_not_meant
      title: 季度的调整不影响年度，也不提示
      facts:
        periods: |
          kind,id,title,from,to
          quarter,q1,第一季度,2024-01-01,2024-03-31
          year,y,2024年度,2024-01-01,2024-12-31
        employee: "id\\nA\\nB\\n"
        change: |
          employee,cycle,score,consulted
          A,q1,60,否
          A,y,90,是
          B,q1,60,是
          B,y,70,否
      expect: {yearly: {A/y: {after: 90}, B/y: {after: 80}}}
      flags: {yearly: {A/y: {after: 无}, B/y: {after: 不生效}}}
"""


def test_adjust_looks_only_at_the_rows_that_are_meant() -> None:
    problems = Problems()
    pack = read_bundle(BUNDLE, file="例", problems=problems)
    assert pack is not None
    compiled = compile_pack(pack, problems=problems)
    assert compiled is not None

    report = run_case(compiled, pack.cases[0])

    assert report.failures == ()
    assert report.passed == 5


def test_adjusting_to_a_word_outside_the_scale_is_no_grade_of_it() -> None:
    scale = """
        - id: level
          title: 等次
          grade: {of: weekly, bands: [{from: 13, grade: 优秀}, {from: 0, grade: 合格}]}
        - id: final
          title: 审定
          adjust: {of: level, register: leave, to: kind}
        """

    run = computed(items(scale), leave="staff,date,kind,days,signed\na,2024-03-01,病假,1,是\n")

    assert values(run, "final") == {"a": "病假", "b": "合格", "c": "优秀"}
    assert run.compiled.types["score", "final"] == Type("choice", ("优秀", "合格", "病假", "事假"))
