"""What the mechanisms are worth at their edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kaocheng.engine.values import Missing, NotApplicable, is_number
from tests.engine.bench import computed, items, values

LEAVE = """
staff,date,kind,days,signed
a,2024-03-01,病假,3,是
a,2024-10-01,病假,2,是
b,2024-03-05,病假,2,是
"""


def test_allowance_is_counted_in_each_term_and_only_the_excess_counts() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 考勤
              points: 10
              deduct:
                entries:
                - {title: 病假, amount: sum(days over leave), points: 0.2, free: 2, each: term}
            """
        ),
        leave=LEAVE,
    )

    assert values(run, "x") == {"a": Fraction(98, 10), "b": 10, "c": 10}


def test_allowance_once_exceeded_counts_everything_when_the_reading_says_so() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 考勤
              points: 10
              deduct:
                entries:
                - title: 病假
                  amount: sum(days over leave)
                  points: 0.2
                  free: 2
                  each: term
                  over: all
            """
        ),
        leave=LEAVE,
    )

    assert values(run, "x")["a"] == Fraction(94, 10)


def test_deductions_stop_at_zero_where_the_notice_is_silent() -> None:
    run = computed(
        items(
            "- {id: x, title: 考勤, points: 1, "
            "deduct: {entries: [{title: 病假, amount: sum(days over leave), points: 5}]}}"
        ),
        leave=LEAVE,
    )
    outcome = run.outcomes["score", "x"]["a", ""]

    assert outcome.value == 0
    assert [line.value for line in outcome.lines] == [1, -25, 24]


def test_percent_is_taken_of_what_the_entries_before_have_left() -> None:
    run = computed(
        items(
            """
            - {id: base, title: 得分, value: '100'}
            - id: x
              title: 处分
              deduct:
                from: base
                entries:
                - {title: 酌情, points: 10}
                - {title: 警告, percent: "lookup(sanction, '警告')"}
            """
        )
    )

    assert values(run, "x")["a"] == 63


@pytest.mark.parametrize(
    ("rate", "points"),
    [("95%", 10), ("94.9%", 8), ("85%", 8), ("50%", 4), ("49.99%", 0), ("19/20", 10)],
)
def test_band_gives_the_boundary_to_the_better_step(rate: str, points: int) -> None:
    run = computed(
        items(
            f"""
            - id: x
              title: 参训率
              points: 10
              band:
                of: {rate}
                steps:
                - {{from: 95%, to: 100%, points: 10}}
                - {{from: 85%, to: 95%, points: 8}}
                - {{from: 50%, to: 85%, points: 4}}
                otherwise: 0
            """
        )
    )

    assert values(run, "x")["a"] == points


def test_band_over_nothing_is_flagged_and_earns_nothing() -> None:
    run = computed(
        items(
            "- {id: x, title: 率, points: 10, "
            "band: {of: count(leave), over: count(leave), steps: [{from: 0%, points: 10}]}}"
        )
    )
    outcome = run.outcomes["score", "x"]["a", ""]

    assert (outcome.value, outcome.flags) == (0, ("统计基数为 0，比率没有意义",))


@pytest.mark.parametrize(("reading", "points"), [("pro_rata", Fraction(5)), ("nothing", 0)])
def test_count_below_the_minimum_follows_its_reading(reading: str, points: Fraction) -> None:
    run = computed(
        items(
            f"- {{id: x, title: 活动, points: 10, "
            f"count: {{of: count(leave), at_least: 2, short: {reading}}}}}"
        ),
        leave="staff,date,kind,days,signed\na,2024-03-01,病假,3,是\n",
    )

    assert values(run, "x")["a"] == points


def test_compare_goes_beyond_the_full_mark_and_says_so() -> None:
    run = computed(
        items(
            "- {id: x, title: 工作量, points: 30, "
            "compare: {own: weekly, mean: mean(weekly over staff of school)}}"
        )
    )
    outcome = run.outcomes["score", "x"]["a", ""]

    assert outcome.value == 36
    assert outcome.text == "18 ÷ 15 × 30"
    assert outcome.flags == ("高于满分 30 分，方案没有写上限",)


def test_mark_outside_its_scale_is_missing() -> None:
    run = computed(items("- {id: x, title: 常规, points: 30, mark: {of: weekly, out_of: 15}}"))

    assert values(run, "x")["a"] == Missing(
        "评分 18.00 不在 0 到 15.00 之间，请核对", Fraction(0), Fraction(30)
    )
    assert values(run, "x")["b"] == 24


PARTS = """
- id: total
  title: 总分
  points: 100
  {combine}
  parts:
  - {{id: one, title: 一, points: 40, weight: 40%, mark: weekly}}
  - {{id: two, title: 二, points: 60, weight: 60%, not_applicable: {rule},
     when: school = '东校', mark: weekly}}
"""


@pytest.mark.parametrize(
    ("rule", "points"), [("drop", Fraction(15)), ("full", Fraction(75)), ("zero", Fraction(15))]
)
def test_part_that_does_not_apply_follows_its_rule(rule: str, points: Fraction) -> None:
    run = computed(items(PARTS.format(combine="combine: sum", rule=rule)))

    assert values(run, "total")["c"] == points


def test_weights_are_scaled_when_a_part_drops_out() -> None:
    parts = PARTS.format(combine="combine: weighted", rule="drop")
    out_of_100 = parts.replace("points: 40", "points: 100").replace("points: 60", "points: 100")

    run = computed(items(out_of_100))

    assert values(run, "total") == {"a": 18, "b": 12, "c": 15}


def test_total_of_a_missing_part_keeps_its_bounds_for_the_preview() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,,\n"
    run = computed(items(PARTS.format(combine="combine: sum", rule="drop")), staff=staff)

    assert values(run, "total")["a"] == Missing("缺“一”", Fraction(0), Fraction(100))


GRADE = """
- id: grade
  title: 等次
  grade:
    of: weekly
    bands: [{from: 15, grade: 优秀}, {from: 12, grade: 合格}]
    otherwise: 不合格
    fail: [{title: 一票否决, when: school = '西校', grade: 不合格}]
"""


def test_grade_is_decided_by_failures_first_and_then_by_the_score() -> None:
    assert values(computed(items(GRADE)), "grade") == {"a": "优秀", "b": "合格", "c": "不合格"}


def staff_of(*scores: str) -> str:
    rows = [f"p{at:02},人{at},东校,{score},," for at, score in enumerate(scores, start=1)]
    return "id,name,school,weekly,born,mentor\n" + "\n".join(rows) + "\n"


FORCED = """
- id: grade
  title: 等级
  seats:
    within: school
    rank: weekly
    shares: {{A: 30%, B: 50%, C: 10%, D: 7%, E: 3%}}
    {ties}
"""


@pytest.mark.parametrize(
    ("scores", "grades"),
    [
        (["97", "95", "93", "90", "88", "86", "85", "80", "72", "60"], "AAABBBBBCD"),
        (["90"], "B"),
        (["90", "80"], "AB"),
        (["90", "80", "70"], "ABB"),
        (["90", "80", "70", "60", "50"], "AABBB"),
    ],
)
def test_forced_distribution_is_by_largest_remainder(scores: list[str], grades: str) -> None:
    run = computed(items(FORCED.format(ties="")), staff=staff_of(*scores))

    assert "".join(map(str, values(run, "grade").values())) == grades


def test_tie_on_a_cut_line_goes_to_the_earlier_id_and_is_flagged() -> None:
    run = computed(items(FORCED.format(ties="")), staff=staff_of("90", "90"))
    column = run.outcomes["score", "grade"]

    assert [one.value for one in column.values()] == ["A", "B"]
    assert all("同分处在名额线上" in one.flags[0] for one in column.values())
    assert [one.columns["rank"] for one in column.values()] == [1, 1]


def test_tie_on_a_cut_line_can_leave_the_whole_group_out() -> None:
    run = computed(items(FORCED.format(ties="ties: leave_out")), staff=staff_of("90", "90"))

    assert list(values(run, "grade").values()) == ["B", "B"]


QUOTA = """
- id: grade
  title: 等次
  seats:
    rank: weekly
    among: weekly >= 80
    take: {grade: 优秀, at_most: 30%}
    otherwise: if(weekly >= 80, '合格', '不合格')
"""


def test_quota_keeps_the_highest_scores_and_rounds_down() -> None:
    scores = ["95", "93", "91", "88", "86", "84", "82", "80", "78", "60"]
    run = computed(items(QUOTA), staff=staff_of(*scores))

    assert list(values(run, "grade").values()) == ["优秀"] * 3 + ["合格"] * 5 + ["不合格"] * 2


def test_quota_leaves_a_tied_group_out_whole() -> None:
    run = computed(items(QUOTA), staff=staff_of("95", "93", "93", "93", *["70"] * 6))

    assert list(values(run, "grade").values()) == ["优秀", *["合格"] * 3, *["不合格"] * 6]


def test_filling_takes_the_lowest_then_the_later_id() -> None:
    run = computed(
        items(
            """
            - id: tail
              title: 末位
              seats: {rank: weekly, order: lowest, take: {fill_to: 50%, filled: weekly < 60}}
            """
        ),
        staff=staff_of("90", "70", "70", "50"),
    )

    assert values(run, "tail") == {"p01": False, "p02": False, "p03": True, "p04": False}


PAY = """
- {{id: scored, title: 得分, value: weekly}}
- id: pay
  title: 绩效工资
  unit: 元
  pay:
    pool: '29527.5'
    heads: weekly > 0
    {rounding}
    take:
    - {{id: special, title: 按人均, who: school = '西校', amount: rest / heads}}
    - {{id: shared, title: 按得分, who: school = '东校', by: scored}}
"""


def test_pay_uses_up_the_pool_to_the_fen() -> None:
    staff = staff_of("96.1", "80", "90")
    run = computed(items(PAY.format(rounding="")), staff=staff)

    assert list(values(run, "pay").values()) == [
        Fraction("10663.63"),
        Fraction("8877.12"),
        Fraction("9986.75"),
    ]


@pytest.mark.parametrize("rounding", ["", "rounding: together"])
def test_pay_of_special_people_leaves_the_rest_to_the_others(rounding: str) -> None:
    staff = staff_of("96.1", "80", "90") + "q,丁,西校,5,,\n"
    run = computed(items(PAY.format(rounding=rounding)), staff=staff)
    amounts = [value for value in values(run, "pay").values() if is_number(value)]

    assert sum(amounts) == Fraction("29527.5")
    assert abs(amounts[3] - Fraction("7381.875")) <= Fraction(1, 200)


def test_pay_waits_for_a_missing_score() -> None:
    run = computed(items(PAY.format(rounding="")), staff=staff_of("96.1", ""))

    assert all(isinstance(value, Missing) for value in values(run, "pay").values())


def test_adjust_takes_the_latest_valid_decision_and_flags_the_others() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 审定
              adjust: {of: weekly, register: leave, to: days, when: signed, otherwise: 未审签}
            """
        ),
        leave="staff,date,kind,days,signed\na,2024-03-01,病假,3,是\na,2024-05-01,病假,9,否\n",
    )
    outcome = run.outcomes["score", "x"]["a", ""]

    assert (outcome.value, outcome.flags) == (3, ("未审签",))
    assert values(run, "x")["b"] == 12


def test_requirement_with_an_empty_pool_is_owed() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 先评后交
              require:
                needs:
                - title: 评价他人
                  need: count(review by reviewer) >= 1
                  if_empty: {of: count(staff of all where school != own.school), then: owed}
            """
        ),
        staff="id,name,school,weekly,born,mentor\na,甲,东校,1,,\n",
    )
    outcome = run.outcomes["score", "x"]["a", ""]

    assert (outcome.value, outcome.flags) == (True, ("欠：评价他人",))


def test_first_case_that_applies_decides() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 档
              value:
                first:
                - {when: weekly > 15, then: "'高'"}
                - {when: weekly > 12, then: "'中'"}
            """
        )
    )

    assert values(run, "x") == {
        "a": "高",
        "b": NotApplicable("没有一种情形符合"),
        "c": "中",
    }


@pytest.mark.parametrize("take", ["sum", "highest"])
def test_rewards_add_up_or_only_the_highest_counts(take: str) -> None:
    run = computed(
        items(
            f"""
            - id: x
              title: 奖励
              unit: 元
              add:
                take: {take}
                entries:
                - {{title: 县级, points: 50 元, when: weekly > 12}}
                - {{title: 市级, points: 500 元, when: weekly > 15}}
            """
        )
    )

    assert values(run, "x") == {"a": 550 if take == "sum" else 500, "b": 0, "c": 50}


ONLY = """
- id: total
  title: 业绩
  points: 20
  combine: only
  parts:
  - {id: taught, title: 任课, points: 20, when: school = '东校', mark: weekly}
  - {id: other, title: 其他, points: 20, when: weekly < 16, mark: "20 - weekly"}
"""


def test_only_takes_the_one_part_that_applies() -> None:
    run = computed(items(ONLY))

    assert values(run, "total") == {
        "a": 18,
        "b": Missing("应当只适用一项，却有：任课、其他", Fraction(0), Fraction(20)),
        "c": 5,
    }
