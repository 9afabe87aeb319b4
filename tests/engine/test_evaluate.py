"""What expressions are worth: scopes, periods, states, functions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kaocheng.engine.values import Missing, NotApplicable
from tests.engine.bench import REGISTERS, computed, items, values

LEAVE = """
staff,date,kind,days,signed
a,2024-03-01,病假,3,是
a,2024-10-01,病假,1,是
a,2024-03-05,事假,1,否
b,2024-03-05,事假,2,是
"""


def value_of(expression: str, **tables: str) -> dict[str, object]:
    run = computed(items(f"- id: x\n  title: 值\n  value: {expression}"), **tables)
    return values(run, "x")


def test_aggregate_without_scope_takes_the_subjects_own_rows() -> None:
    found = value_of("sum(days over leave where kind = '病假')", leave=LEAVE)

    assert found == {"a": 4, "b": 0, "c": 0}


def test_aggregate_of_a_group_takes_the_rows_of_everybody_in_it() -> None:
    found = value_of("count(leave of school)", leave=LEAVE)

    assert found == {"a": 4, "b": 4, "c": 0}


def test_aggregate_of_all_takes_every_row() -> None:
    assert value_of("count(leave of all)", leave=LEAVE) == {"a": 4, "b": 4, "c": 4}


def test_aggregate_over_the_own_table_follows_its_scope() -> None:
    found = value_of("mean(weekly over staff of school)")

    assert found == {"a": 15, "b": 15, "c": 15}


def test_link_by_field_chooses_between_two_references() -> None:
    review = "reviewer,reviewed,score\na,b,80\na,c,90\nb,a,70\n"

    given = value_of("count(review by reviewer)", review=review)
    got = value_of("count(review by reviewed)", review=review)

    assert given == {"a": 2, "b": 1, "c": 0}
    assert got == {"a": 1, "b": 1, "c": 1}


def test_link_by_path_follows_references() -> None:
    review = "reviewer,reviewed,score\nc,b,80\nb,a,70\n"

    assert value_of("count(review by reviewed.mentor)", review=review) == {"a": 1, "b": 0, "c": 0}


def test_own_names_the_subject_inside_an_aggregate() -> None:
    found = value_of("count(staff of all where weekly > own.weekly)")

    assert found == {"a": 0, "b": 2, "c": 1}


def test_outer_names_the_row_one_level_out() -> None:
    expression = "count(staff of all where any(leave of all where staff = outer.id))"

    assert value_of(expression, leave=LEAVE) == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1/3 + 1/3 + 1/3", Fraction(1)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("95% * 2", Fraction(19, 10)),
        ("2 + 3 * 4 - 6 / 4", Fraction(25, 2)),
        ("-2 - -3", Fraction(1)),
        ("(2 + 3) * 4", Fraction(20)),
        ("max(1, 2 天, 3/2)", Fraction(2)),
        ("floor(-1/2)", Fraction(-1)),
        ("ceil(1/3)", Fraction(1)),
        ("round(2.675, 2)", Fraction(268, 100)),
        ("round(-0.5, 0)", Fraction(-1)),
        ("abs(0 - 4)", Fraction(4)),
        ("age(1980-02-29, 2023-02-28)", Fraction(42)),
        ("age(1980-02-29, 2023-03-01)", Fraction(43)),
        ("months_between(2024-01-31, 2024-03-30)", Fraction(1)),
        ("days_between(2024-02-28, 2024-03-01)", Fraction(2)),
        ("year(2024-05-06) + month(2024-05-06) + day(2024-05-06)", Fraction(2035)),
        ("length('走建惠专题')", Fraction(5)),
        ("days_between(date(2024, 2, 28), date(2024, 3, 1))", Fraction(2)),
        ("provided(weekly > 1, 5)", Fraction(5)),
        ("date(2024, 2, 30)", Missing("没有这一天")),
        ("provided(weekly < 1, 5)", Missing("不满足取值的条件")),
        ("lookup(sanction, '警告')", Fraction(3, 10)),
    ],
)
def test_expression_is_exact(expression: str, expected: object) -> None:
    assert value_of(expression)["a"] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 < 2 and not 2 < 1", True),
        ("not '产假' in ('病假', '事假')", True),
        ("starts_with('某某约稿资讯', '某某')", True),
        ("contains('走建惠', '建')", True),
        ("present(mentor)", False),
        ("1/2 >= 0.5", True),
    ],
)
def test_condition_holds(expression: str, expected: bool) -> None:
    assert value_of(expression)["a"] is expected


def test_missing_passes_through_arithmetic_and_keeps_its_reason() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,1980-01-01,\n"

    found = value_of("weekly * 2 + 1", staff=staff)["a"]

    assert found == Missing("“周工作量”没有填")


def test_not_applicable_is_left_out_of_aggregates() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,不适用,1980-01-01,\nb,乙,东校,4,,\n"

    assert value_of("mean(weekly over staff of all)", staff=staff) == {"a": 4, "b": 4}


def test_row_with_a_missing_value_makes_the_sum_missing_and_is_named() -> None:
    leave = "staff,date,kind,days,signed\na,2024-03-01,病假,,是\n"

    assert value_of("sum(days over leave)", leave=leave)["a"] == Missing(
        "“考勤台账”第 2 行：“天数”没有填"
    )


def test_logic_is_decided_by_what_is_known() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,1980-01-01,\n"

    assert value_of("weekly > 3 and 2 < 1", staff=staff)["a"] is False
    assert value_of("weekly > 3 or 1 < 2", staff=staff)["a"] is True
    assert value_of("weekly > 3 and 1 < 2", staff=staff)["a"] == Missing("“周工作量”没有填")


def test_division_by_zero_is_missing_with_its_reason() -> None:
    assert value_of("weekly / (weekly - weekly * 1)")["a"] == Missing("除数为 0，没有意义")


def test_or_else_replaces_what_is_missing() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,1980-01-01,\n"

    assert value_of("or_else(weekly, 15)", staff=staff)["a"] == 15


def test_if_computes_only_the_branch_it_takes() -> None:
    assert value_of("if(1 < 2, 5, 1 / 0)")["a"] == 5


def test_one_refuses_to_choose_between_several_rows() -> None:
    found = value_of("one(days over leave where kind = '病假')", leave=LEAVE)

    assert found["a"] == Missing("“考勤台账”里有 2 条，应当只有 1 条")
    assert found["b"] == Missing("“考勤台账”里没有可用的记录")


def test_latest_takes_the_row_with_the_last_date() -> None:
    leave = "staff,date,kind,days,signed\na,2024-10-01,病假,1,是\na,2024-03-01,病假,3,是\n"

    assert value_of("latest(days over leave)", leave=leave)["a"] == 1


def test_worst_and_best_follow_the_order_of_the_scale() -> None:
    review = "reviewer,reviewed,score,grade\na,b,80,优秀\nc,b,80,不合格\na,c,80,合格\n"

    worst = value_of("worst(grade over review by reviewed)", review=review)
    best = value_of("best(grade over review by reviewed)", review=review)

    assert (worst["b"], best["b"], worst["c"]) == ("不合格", "优秀", "合格")


def test_distinct_counts_different_values() -> None:
    assert value_of("distinct(kind over leave)", leave=LEAVE) == {"a": 2, "b": 1, "c": 0}


def test_reference_is_followed_to_the_fields_of_its_row() -> None:
    found = value_of("mentor.weekly")

    assert found == {"a": Missing("“师傅”没有填"), "b": 18, "c": 18}


def test_lookup_without_a_row_is_missing() -> None:
    assert value_of("lookup(sanction, '记过')")["a"] == Missing("对照表“处分扣减”没有“记过”这一行")


RESULTS = """
- id: monthly
  title: 学期
  of: staff
  each: term
  items:
  - {id: days, title: 天数, value: sum(days over leave)}
  - {id: half, title: 学期, value: period.title}
- id: yearly
  title: 全年
  of: staff
  items:
  - {id: total, title: 合计, value: sum(days over monthly)}
  - {id: longest, title: 连续, value: run(monthly where days > 0)}
  - {id: empty, title: 空, value: none(monthly where days = 0)}
  - {id: mentor_total, title: 师傅, value: mentor.yearly.total}
"""


def test_result_with_each_has_a_row_for_every_period_even_without_entries() -> None:
    run = computed(RESULTS, leave=LEAVE)

    assert values(run, "days", result="monthly") == {
        "a/t1": 4,
        "a/t2": 1,
        "b/t1": 2,
        "b/t2": 0,
        "c/t1": 0,
        "c/t2": 0,
    }
    assert values(run, "half", result="monthly")["a/t2"] == "秋季学期"


def test_results_read_each_other() -> None:
    run = computed(RESULTS, leave=LEAVE)

    assert values(run, "total", result="yearly") == {"a": 5, "b": 2, "c": 0}
    assert values(run, "longest", result="yearly") == {"a": 2, "b": 1, "c": 0}
    assert values(run, "empty", result="yearly") == {"a": True, "b": False, "c": False}
    assert values(run, "mentor_total", result="yearly")["b"] == 5


def test_where_and_exempt_say_who_is_in_a_result() -> None:
    run = computed(
        """
        - id: score
          title: 得分
          of: staff
          where: weekly > 12
          exempt:
          - {id: west, title: 西校免考, when: school = '西校', gives: {x: '7'}}
          items:
          - {id: x, title: 值, value: weekly}
          - {id: y, title: 值, value: weekly}
        """
    )

    assert values(run, "x") == {"a": 18, "c": 7}
    assert values(run, "y") == {"a": 18, "c": NotApplicable("西校免考")}


def test_rows_count_only_when_the_register_says_so() -> None:
    registers = REGISTERS.replace("  date: date\n", "  date: date\n  counts_when: signed\n", 1)

    run = computed(items("- {id: x, title: 值, value: count(leave)}"), registers, leave=LEAVE)

    assert values(run, "x") == {"a": 2, "b": 1, "c": 0}


def test_trimmed_mean_leaves_out_one_highest_and_one_lowest() -> None:
    review = "reviewer,reviewed,score\na,b,80\nb,b,100\nc,b,90\na,c,60\nb,c,70\n"

    found = value_of("trimmed_mean(score over review by reviewed)", review=review)

    assert found["b"] == 90
    assert found["c"] == Missing("“互评”只有 2 个，去掉最高最低后没有剩下的")


def test_provided_is_missing_until_its_condition_holds() -> None:
    run = computed(items("- {id: x, title: 值, value: 'provided(weekly > 12, weekly)'}"))

    assert values(run, "x") == {"a": 18, "b": Missing("不满足取值的条件"), "c": 15}


def test_nobody_is_left_out_or_exempt_for_want_of_a_value() -> None:
    run = computed(
        """
        - id: score
          title: 得分
          of: staff
          where: weekly > 12
          exempt: [{id: old, title: 年满五十, when: 'age(born, 2024-01-01) >= 50'}]
          items:
          - {id: x, title: 值, points: 20, mark: weekly}
        """,
        staff="id,name,school,weekly,born,mentor\na,甲,东校,,1980-01-01,\nb,乙,东校,15,,\n",
    )

    assert values(run, "x") == {
        "a": Missing("“周工作量”没有填", Fraction(0), Fraction(20)),
        "b": Missing("还不能判断是否“年满五十”：“出生日期”没有填", Fraction(0), Fraction(20)),
    }


GRADED = """
    - {id: total, title: 合计, points: 100, mark: weekly}
    - id: level
      title: 等次
      grade: {of: total, bands: [{from: 13, grade: 优秀}, {from: 0, grade: 合格}]}
"""


def test_aggregate_of_those_with_the_same_item_counts_them() -> None:
    results = items(f"{GRADED}    - {{id: x, title: 值, value: count(staff of level)}}")

    run = computed(results)

    assert values(run, "x") == {"a": 2, "b": 1, "c": 2}


def test_aggregate_of_entries_of_those_with_the_same_item_counts_theirs() -> None:
    results = items(f"{GRADED}    - {{id: x, title: 值, value: count(leave of level)}}")

    run = computed(results, leave=LEAVE)

    assert values(run, "x") == {"a": 3, "b": 1, "c": 3}


def test_bounds_of_a_missing_mark_stay_where_it_is_only_named() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,,\n"
    named = "- {id: same, title: 同, value: total}\n    - {id: half, title: 半, value: total * 0.5}"

    run = computed(items(f"{GRADED}    {named}"), staff=staff)

    total, half = values(run, "same")["a"], values(run, "half")["a"]
    assert isinstance(total, Missing)
    assert total == Missing(total.why, Fraction(0), Fraction(100))
    assert half == Missing(total.why)


def test_field_of_the_subject_inside_an_aggregate_is_spelled() -> None:
    item = "value: max(own.weekly over leave of all)"

    run = computed(items(f"- id: x\n  title: 值\n  {item}"), leave=LEAVE)

    outcome = run.outcomes["score", "x"]["a", ""]
    assert (outcome.value, outcome.text) == (18, "18")
