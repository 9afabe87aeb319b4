from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine.cases import case_facts
from kaocheng.engine.compile import compile_pack
from kaocheng.engine.explain import Branch, Explanation, Read, explain_subject, walk_branches
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run, run_reference
from kaocheng.engine.values import Missing, is_number

REGISTERS = """
registers:
  language: 1
  registers:
    - id: teacher
      title: 教师名册
      kind: roster
      key: id
      name: name
      fields:
        id: {title: 编号, type: text}
        name: {title: 姓名, type: text}
        a: {title: 甲项, type: number}
        b: {title: 乙项, type: number}
"""
CASES = """
cases:
  language: 1
  cases:
    - id: one
      title: 一个人
      facts:
        teacher: |
          id,name,a,b
          t1,林秀芬,FACTS
"""
HEAD = """
scheme:
  language: 1
  id: X
  title: 例
  source: {document: 例}
  results:
    - id: yearly
      title: 总评
      of: teacher
      headline: total
"""


def run_of(result: str, *, facts: str, registers: str = REGISTERS) -> Run:
    """The run of a one-result scheme for one person with the given values of `a` and `b`."""
    problems = Problems()
    text = HEAD + result + registers + CASES.replace("FACTS", facts)
    pack = read_bundle(text, file="bundle", problems=problems)
    assert pack is not None, list(problems)
    compiled = compile_pack(pack, problems=problems)
    assert compiled is not None, list(problems)
    return run_reference(compiled, case_facts(pack, pack.cases[0], problems=problems))


def explanation_of(result: str, *, facts: str) -> Explanation:
    (explanation,) = explain_subject(run_of(result, facts=facts), "t1")
    return explanation


def item(explanation: Explanation, id: str) -> Branch:
    branch = explanation.branch(id)
    assert branch is not None
    return branch


def sums(explanation: Explanation) -> Iterator[tuple[object, object]]:
    """The value of every sum beside what its parts count for."""
    for branch in walk_branches(explanation.branches):
        if branch.adds_up:
            counted = [one.counted for one in branch.branches if is_number(one.counted)]
            yield branch.value, sum(counted, Fraction(0))


WEIGHTED = """
      items:
        - id: total
          title: 总分
          combine: weighted
          parts:
            - {id: first, title: 甲, weight: 1/3, value: a}
            - {id: second, title: 乙, weight: 2/3, value: b}
"""


def test_parts_count_for_their_share_where_weights_differ() -> None:
    explanation = explanation_of(WEIGHTED, facts="10,20")

    first = item(explanation, "first")
    assert (first.value, first.counted) == (Fraction(10), Fraction(10, 3))
    assert first.counted_text == "10.00 × 33.33%"
    assert list(sums(explanation)) == [(Fraction(50, 3), Fraction(50, 3))]


def test_rounding_note_stands_where_shown_figures_do_not_add_up() -> None:
    explanation = explanation_of(WEIGHTED, facts="0.01,0.02")

    assert item(explanation, "total").rounding_note == (
        "各项显示的数四舍五入后相加为 0.01，按精确数相加为 0.02，以后者为准"
    )


DEDUCTED = """
      items:
        - id: total
          title: 考勤
          points: 10
          clause: {R-1: 考勤满分10分}
          deduct:
            entries:
              - {title: 病假, amount: a, points: 0.2, clause: {R-2: 病假一天扣0.2分}}
              - {title: 旷工, amount: b, points: 5, clause: {R-3: 旷工1天扣5分}}
          floor: 0
"""


def test_arithmetic_of_a_deduction_names_what_was_taken_off() -> None:
    explanation = explanation_of(DEDUCTED, facts="3,0")

    total = item(explanation, "total")
    assert total.text == "10.00 − 0.60 ＝ 9.40"
    assert [branch.title for branch in total.branches] == ["满分", "病假", "旷工"]
    assert list(sums(explanation)) == [(Fraction(47, 5), Fraction(47, 5))]


def test_a_floor_that_takes_effect_is_a_branch_of_its_own() -> None:
    explanation = explanation_of(DEDUCTED, facts="0,3")

    total = item(explanation, "total")
    assert total.branches[-1].title == "最低 0.00"
    assert list(sums(explanation)) == [(Fraction(0), Fraction(0))]


def test_every_clause_is_shown_once_also_where_the_value_is_missing() -> None:
    for facts in ("3,0", ",0"):
        explanation = explanation_of(DEDUCTED, facts=facts)
        branches = walk_branches(explanation.branches)
        rules = sorted(clause.rule for branch in branches for clause in branch.clauses)
        assert rules == ["R-1", "R-2", "R-3"]


def test_missing_value_says_which_field_is_empty() -> None:
    explanation = explanation_of(DEDUCTED, facts=",0")

    assert item(explanation, "total").value == Missing("“甲项”没有填", Fraction(0), Fraction(10))


GRADED = """
      grade: level
      items:
        - {id: total, title: 总分, points: 10, value: a}
        - id: level
          title: 等次
          grade:
            of: total
            bands:
              - {from: 6, grade: 合格, clause: {R-4: 6分以上为合格}}
            otherwise: 不合格
"""


def test_a_line_that_repeats_its_item_is_merged_into_it() -> None:
    explanation = explanation_of(GRADED, facts="7,")

    level = item(explanation, "level")
    assert level.branches == ()
    assert level.text == "7.00 分，达到 6 分"
    assert [clause.rule for clause in level.clauses] == ["R-4"]


def test_an_item_names_the_other_items_it_was_made_from() -> None:
    explanation = explanation_of(GRADED, facts="7,")

    assert item(explanation, "level").reads == (Read("yearly", "total", "总分", Fraction(7)),)


def test_flag_brings_the_clause_it_rests_on() -> None:
    flagged = """
      items:
        - id: total
          title: 总分
          value: a
          flags: [{when: a > 5, say: 请核对, clause: {R-5: 超过5分的核对}}]
"""

    raised = item(explanation_of(flagged, facts="6,"), "total")
    silent = item(explanation_of(flagged, facts="5,"), "total")

    assert (raised.flags, [one.rule for one in raised.clauses]) == (("请核对",), ["R-5"])
    assert (silent.flags, silent.clauses) == ((), ())


def test_exemption_gives_its_clause_and_its_value() -> None:
    exempt = """
      exempt:
        - {id: away, title: 外出, when: b = 1, gives: {total: 8}, clause: {R-6: 外出的按8分}}
      items:
        - {id: total, title: 总分, value: a}
"""

    explanation = explanation_of(exempt, facts="6,1")

    assert explanation.exempt is not None
    assert [clause.rule for clause in explanation.clauses] == ["R-6"]
    assert item(explanation, "total").value == 8


def test_arithmetic_names_a_personal_field_and_does_not_show_it() -> None:
    bundle = """
      items:
        - {id: total, title: 总分, value: b * 2}
        - {id: check, title: 核对, value: b > 5}
        - {id: best, title: 最高, value: max(b over teacher of all) + 1}
"""
    shown_field, hidden_field = (
        "b: {title: 乙项, type: number}",
        "b: {title: 乙项, type: number, personal: 是}",
    )

    texts = []
    for registers in (REGISTERS, REGISTERS.replace(shown_field, hidden_field)):
        (explanation,) = explain_subject(run_of(bundle, facts="1,7", registers=registers), "t1")
        texts.append([item(explanation, id).text for id in ("total", "check", "best")])

    assert texts == [
        ["7 × 2 ＝ 14.00", "乙项 7 > 5", "7 + 1 ＝ 8.00"],
        ["乙项 × 2，得 14.00", "乙项 > 5", "乙项 + 1，得 8.00"],
    ]


def test_whole_figures_of_days_and_people_have_no_decimals() -> None:
    counted = """
      items:
        - {id: total, title: 天数, unit: 天, value: a + b}
        - {id: points, title: 分数, value: a + b}
"""

    explanation = explanation_of(counted, facts="1,2")

    texts = [item(explanation, id).text for id in ("total", "points")]
    assert texts == ["1 + 2 ＝ 3", "1 + 2 ＝ 3.00"]


def test_nobody_is_explained_under_an_unknown_id() -> None:
    assert explain_subject(run_of(GRADED, facts="7,"), "t2") == []


def test_only_the_case_that_applied_is_quoted() -> None:
    paid = """
      items:
        - id: total
          title: 补贴
          value:
            first:
              - {when: a >= 90, then: 600, clause: {R-1: 90分以上全额发放}}
              - {when: a >= 80, then: 600 * 90%, clause: {R-2: 80—90分发放90%}}
            otherwise: 0
"""

    explanations = [explanation_of(paid, facts=facts) for facts in ("90,0", "80,0", "7,0", ",0")]

    rules = [[one.rule for one in item(each, "total").clauses] for each in explanations]
    assert rules == [["R-1"], ["R-2"], [], []]
    assert item(explanations[1], "total").text == "甲项 80 ≥ 80，取 600 × 90%，得 540.00"


def test_share_is_shown_as_a_percentage_and_kept_exact() -> None:
    rates = """
      items:
        - {id: total, title: 回收率, unit: '%', value: a / b}
        - {id: enough, title: 达到三成, value: total >= 30%}
        - {id: capped, title: 封顶, unit: '%', cap: 50%, value: a / b}
"""

    explanation = explanation_of(rates, facts="2,3")

    assert item(explanation, "total").value == Fraction(2, 3)
    texts = [item(explanation, id).text for id in ("total", "enough", "capped")]
    assert texts == ["2 ÷ 3 ＝ 66.67%", "回收率 66.6667% ≥ 30%", "2 ÷ 3，最高为 50.00%"]
