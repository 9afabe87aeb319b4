"""Both evaluators agree where generated cases once showed that they did not."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine.values import Missing
from tests.engine.columnar.agreement import compiled_pack, facts_of
from tests.engine.columnar.test_agreement_named import EMPTY, agreed, pack, table, values
from tests.engine.columnar.test_explaining import differences

TWO = "id,school,score,leads\nt1,甲,95,是\nt2,甲,,否\n"
SCHOOL = "id,budget\n甲,1000.57\n"


def test_divisor_of_a_constant_is_kept_when_it_is_multiplied() -> None:
    item = """
    - id: against
      title: 与平均相比
      points: 12.5
      compare: {own: '1', mean: 'max(0.5, count(leave of all))'}
    """
    leave = table("teacher,day,days", [("t1", "2024-03-01", at) for at in range(10)])

    run = agreed(item, teacher=TWO, school=SCHOOL, leave=leave)

    assert values(run, "against")["t1"] == Fraction(5, 4)


def test_nothing_times_a_missing_number_is_missing() -> None:
    item = "- {id: x, title: 值, value: score * 0}\n- {id: y, title: 值, value: 'max(100, score)'}"

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert (values(run, "x")["t1"], values(run, "y")["t1"]) == (0, 100)
    assert isinstance(values(run, "x")["t2"], Missing)
    assert isinstance(values(run, "y")["t2"], Missing)


def test_mean_of_an_empty_table_is_missing_and_divides_nothing() -> None:
    item = """
    - id: against
      title: 与平均相比
      points: 5
      compare: {own: score, mean: mean(mark over review of all)}
    """

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert isinstance(values(run, "against")["t1"], Missing)


def test_products_of_small_constants_do_not_overflow() -> None:
    item = """
    - id: paid
      title: 绩效工资
      pay:
        pool: '10000.57'
        within: school
        take:
        - {id: first, title: 按班主任, by: 'if(leads, 1, 0)'}
        - {id: rest, title: 平均, amount: rest / heads}
        rounding: together
    """

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert values(run, "paid") == {"t1": Fraction(1000057, 100), "t2": 0}


def test_fractions_over_different_divisors_are_counted_and_ranked() -> None:
    item = """
    - id: share
      title: 占比
      value: score / max(1, count(leave))
    - id: kinds
      title: 几种
      value: distinct(own_share.share over own_share of all)
    """.replace("own_share", "score_table")
    leave = table("teacher,day,days", [("t1", "2024-03-01", at) for at in range(20)])
    teachers = "id,school,score,leads\nt1,甲,40,是\nt2,甲,2,否\nt3,甲,3,否\n"

    run = agreed(item, teacher=teachers, school=SCHOOL, leave=leave)

    assert values(run, "kinds") == {"t1": 2, "t2": 2, "t3": 2}


def test_result_that_an_aggregate_over_everybody_follows_is_explained() -> None:
    items = """
    - {id: x, title: 值, value: score}
    - {id: most, title: 最高, value: max(teacher.score_table.x over leave of all)}
    """
    leave = table("teacher,day,days", [("t1", "2024-03-01", 1), ("t2", "2024-03-02", 1)])
    compiled = compiled_pack(pack(items))
    tables = EMPTY | {"teacher": TWO, "school": SCHOOL, "leave": leave}

    assert list(differences(compiled, facts_of(compiled, tables))) == []
