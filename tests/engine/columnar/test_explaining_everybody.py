"""Whoever is compared with everybody is explained from what the run has kept, word for word."""

from __future__ import annotations

import pytest

from kaocheng.engine.columnar.explaining import Explainer
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from tests.engine.columnar.agreement import compiled_pack, facts_of
from tests.engine.columnar.test_explaining import differences, explained

SCHEME = """
scheme:
  language: 1
  id: T
  title: 测试方案
  source: {{document: 测试通知}}
  results:
    - id: review
      title: 考核
      of: teacher
      items:
        - {{id: score, title: 得分, points: 100, mark: {{of: mean(points over mark), out_of: 100}}}}
{items}
registers:
  language: 1
  registers:
    - id: school
      title: 学校
      kind: roster
      key: id
      fields: {{id: {{title: 编号, type: text}}}}
    - id: teacher
      title: 教师
      kind: roster
      key: id
      unit: school
      fields:
        id: {{title: 编号, type: text}}
        school: {{title: 学校, type: school}}
        years: {{title: 教龄, type: whole}}
        share: {{title: 比例, type: number}}
        senior: {{title: 高级, type: boolean}}
    - id: mark
      title: 评分
      kind: review
      fields: {{teacher: {{title: 教师, type: teacher}}, points: {{title: 分, type: number}}}}
    - id: decision
      title: 审定
      kind: register
      fields:
        teacher: {{title: 教师, type: teacher}}
        grade: {{title: 等次, type: text}}
"""
TEACHERS = """id,school,years,share,senior
t3,a,4,0.25,是
t1,b,30,0.4,否
t5,a,4,0.3,是
t2,b,2,0.5,否
t4,a,11,0.25,是
t6,b,11,0.35,否
t7,c,0,0.25,否
"""
MARKS = {
    "all_differ": "teacher,points\nt1,90\nt2,80.5\nt3,60\nt4,70\nt5,75\nt6,99\nt7,10\n",
    "ties": "teacher,points\nt1,90\nt2,80\nt3,80\nt4,80\nt5,70\nt6,90\nt7,70\n",
    "all_equal": "teacher,points\nt1,60\nt2,60\nt3,60\nt4,60\nt5,60\nt6,60\nt7,60\n",
    "nothing": "teacher,points\nt1,0\nt2,0\nt3,0\nt4,0\nt5,0\nt6,0\nt7,0\n",
    "one_missing": "teacher,points\nt1,90\nt2,80\nt3,\nt4,80\nt5,70\nt6,90\nt7,70\n",
    "two_missing": "teacher,points\nt1,90\nt2,\nt3,80\nt4,80\nt5,70\nt7,70\n",
    "all_missing": "teacher,points\n",
}
SEATS = {
    "at_most": "rank: score, take: {grade: 优秀, at_most: 30%}",
    "at_least": "rank: score, take: {at_most: 10%, at_least: 1 名}",
    "fill_to": (
        "rank: score, take: {grade: 优秀, fill_to: 45%}, otherwise: \"if(senior, '合格', '其他')\""
    ),
    "number": "rank: score, take: {number: 3}",
    "rounding": "rank: score, take: {at_most: 40%, rounding: half_up}",
    "lowest": "rank: score, order: lowest, take: {grade: 末位, at_most: 30%}",
    "then_by": "rank: score, then_by: [years], take: {number: 2}",
    "ties_by_id": "rank: score, take: {at_most: 50%}, ties: earlier_id",
    "ties_left_out": "rank: score, take: {number: 3}, ties: leave_out",
    "among": "rank: score, among: senior, take: {grade: 优秀, number: 2}",
    "base": "rank: score, base: years >= 3, take: {at_most: 50%}",
    "filled": "rank: score, take: {fill_to: 60%, filled: years > 10}",
    "share_of_the_best": "rank: score, take: {at_most: share}",
    "too_many": "rank: score, take: {at_most: years * 10%}",
    "shares": "rank: score, shares: {优: 20%, 良: 50%, 差: 30%}",
    "shares_left_out": (
        "rank: score, then_by: [years], shares: {优: 20%, 良: 50%, 差: 30%}, ties: leave_out"
    ),
    "shares_of_the_best": "rank: score, shares: {优: share, 差: 100% - share}",
    "shares_unsound": "rank: score, shares: {优: share, 差: share}",
}
PAY = {
    "by": "pool: 1000 元, take: [{id: a, title: 按得分, by: score}]",
    "pool_of_all": "pool: 9 元 * count(teacher of all), take: [{id: a, title: 按得分, by: score}]",
    "pool_differs": "pool: 100 元 * years, take: [{id: a, title: 按得分, by: score}]",
    "pool_below_zero": "pool: 0 元 - 5 元, take: [{id: a, title: 按得分, by: score}]",
    "fixed": (
        "pool: 1000 元, take: [{id: a, title: 固定, amount: 20.015 元 * years}, {id: b, "
        "title: 其余, by: score}]"
    ),
    "too_much": (
        "pool: 100 元, take: [{id: a, title: 固定, amount: 20 元 * years}, {id: b, "
        "title: 其余, by: score}]"
    ),
    "by_head": (
        "pool: 1000 元, heads: senior, take: [{id: a, title: 人均, who: senior, "
        "amount: rest / heads / 2}, {id: b, title: 其余, by: score + years}]"
    ),
    "some": (
        "pool: 1000 元, take: [{id: a, title: 高级的, who: senior, by: score}, {id: b, "
        "title: 其余, who: not senior, by: years}]"
    ),
    "nobody": "pool: 1000 元, take: [{id: a, title: 没有人, who: years > 99, by: score}]",
    "below_zero": "pool: 1000 元, take: [{id: a, title: 倒扣, by: years - 3}]",
    "negative_amount": "pool: 1000 元, take: [{id: a, title: 倒扣, amount: 20 元 * (years - 3)}]",
    "yuan": "pool: 1000.55 元, take: [{id: a, title: 到元, by: score, to: yuan}]",
    "best": "pool: 1000 元, take: [{id: a, title: 到角, by: score, to: jiao, remainder: best}]",
    "together": (
        "pool: 1000 元, rounding: together, take: [{id: a, title: 固定, who: senior, "
        "amount: 10.333 元}, {id: b, title: 其余, by: score}]"
    ),
    "of_marks": (
        "pool: 1000 元, take: [{id: a, title: 次数, amount: count(mark) * 1 元}, {id: b, "
        "title: 其余, by: score}]"
    ),
}
SHARED = {
    "compare": "compare: {own: score, mean: mean(score over review of all)}",
    "compare_some": "compare: {own: score, mean: mean(score over review of all where senior)}",
    "compare_none": "compare: {own: score, mean: mean(score over review of all where years > 99)}",
    "compare_entries": "compare: {own: score, mean: mean(points over mark of all)}",
    "compare_school": "compare: {own: score, mean: max(score over review of school)}",
    "value": "value: years / max(years over teacher of all) * 10 分",
    "of_all_marks": "value: count(mark of all where points > 75) * 1 分",
}
OTHERS = {
    "plain": TEACHERS,
    "gaps": TEACHERS.replace("t5,a,4,0.3,是", "t5,a,,,").replace("t1,b,30", "t1,,30"),
}


def pack_of(*items: str) -> Compiled:
    written = "\n".join(f"        - {{{item}}}" for item in items)
    return compiled_pack(SCHEME.format(items=written))


def read(compiled: Compiled, marks: str, teachers: str = TEACHERS, decisions: str = "") -> Facts:
    tables = {"school": "id\na\nb\nc\n", "teacher": teachers, "mark": marks}
    return facts_of(compiled, tables | {"decision": f"teacher,grade\n{decisions}"})


@pytest.mark.parametrize("teachers", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_seats_of_everybody_are_explained_as_by_the_reference(marks: str, teachers: str) -> None:
    compiled = pack_of(
        *(f"id: {name}, title: {name}, seats: {{{said}}}" for name, said in SEATS.items())
    )

    assert list(differences(compiled, read(compiled, marks, teachers))) == []


@pytest.mark.parametrize("teachers", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_pay_of_everybody_is_explained_as_by_the_reference(marks: str, teachers: str) -> None:
    compiled = pack_of(
        *(f"id: {name}, title: {name}, unit: 元, pay: {{{said}}}" for name, said in PAY.items())
    )

    assert list(differences(compiled, read(compiled, marks, teachers))) == []


@pytest.mark.parametrize("teachers", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_values_of_everybody_are_explained_as_by_the_reference(marks: str, teachers: str) -> None:
    compiled = pack_of(
        *(f"id: {name}, title: {name}, points: 10, {said}" for name, said in SHARED.items())
    )

    assert list(differences(compiled, read(compiled, marks, teachers))) == []


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_adjusted_grade_is_explained_as_by_the_reference(marks: str) -> None:
    compiled = pack_of(
        "id: best, title: 评优, seats: {rank: score, shares: {优: 40%, 差: 60%}}",
        "id: final, title: 审定后, adjust: {of: best, register: decision, to: grade}",
        "id: paid, title: 绩效, unit: 元, pay: "
        "{pool: 900 元, take: [{id: a, title: 奖励, who: final = '优', by: score}]}",
    )
    facts = read(compiled, marks, decisions="t7,优\nt1,差\n")

    assert list(differences(compiled, facts)) == []


@pytest.mark.parametrize("marks", ["ties", "one_missing"])
def test_only_who_is_named_is_read_for_an_explanation(marks: str) -> None:
    compiled = pack_of(
        "id: best, title: 评优, seats: {rank: score, then_by: [years], take: {at_most: 30%}}",
        "id: level, title: 比较, points: 10, "
        "compare: {own: score, mean: mean(score over review of all)}",
        "id: paid, title: 绩效, unit: 元, pay: "
        "{pool: 900 元, take: [{id: a, title: 奖励, by: score}]}",
    )
    explainer = Explainer(explained(compiled, read(compiled, MARKS[marks])))

    found = explainer.explain_with_rows("t7")

    assert explainer.decoded == set()
    # Besides the teacher: who stands first in the ranking and in the roster, and whose score lacks.
    read_of = {row.ref.key for row in found.facts.tables["teacher"].rows}
    assert read_of == {"t7", "t1", "t3"}
