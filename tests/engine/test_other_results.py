"""`score.final`: what another result says about the very same subject."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine.values import Missing, NotApplicable
from tests.engine.bench import computed, problems_of, values

STAFF = "id,name,school,weekly,born,mentor\na,甲,东校,18,,\nb,乙,西校,12,,\nc,丙,东校,,,\n"


def results(read: str) -> str:
    return f"""
    - id: pay
      title: 分配
      of: staff
      items:
      - {{id: share, title: 份额, value: {read}}}
    - id: score
      title: 得分
      of: staff
      where: school = '东校'
      items:
      - {{id: final, title: 得分, value: weekly}}
    - id: termly
      title: 各学期
      of: staff
      each: term
      items:
      - {{id: final, title: 全年得分, value: score.final}}
    """


def test_other_result_is_read_with_its_three_states() -> None:
    run = computed(results("score.final / 2"), staff=STAFF)

    found = values(run, "share", result="pay")

    assert found["a"] == Fraction(9)
    assert isinstance(found["b"], NotApplicable)
    assert isinstance(found["c"], Missing)


def test_yearly_result_is_read_in_every_period() -> None:
    run = computed(results("0"), staff=STAFF)

    found = values(run, "final", result="termly")

    assert found["a/t1"] == found["a/t2"] == Fraction(18)


def test_other_result_is_read_on_the_rows_of_an_aggregate() -> None:
    run = computed(results("sum(score.final over staff of all where weekly > 0)"), staff=STAFF)
    staff = STAFF.replace("丙,东校,,", "丙,东校,7,")
    complete = computed(results("sum(score.final over staff of all where weekly > 0)"), staff=staff)

    assert isinstance(values(run, "share", result="pay")["a"], Missing)
    assert values(complete, "share", result="pay")["b"] == Fraction(25)


def test_result_by_period_is_not_read_without_a_period() -> None:
    found = problems_of(results("termly.final"))

    assert [one.id for one in found] == ["E20"]


def test_unknown_item_of_other_result_is_a_problem() -> None:
    found = problems_of(results("score.finale"))

    assert [one.id for one in found] == ["E20"]
