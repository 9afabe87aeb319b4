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
  - {{id: one, title: 一, points: {one}, weight: 40%, mark: weekly}}
  - {{id: two, title: 二, points: {two}, weight: 60%, not_applicable: {rule},
     when: school = '东校', mark: weekly}}
"""


@pytest.mark.parametrize(
    ("rule", "points"), [("drop", Fraction(15)), ("full", Fraction(75)), ("zero", Fraction(15))]
)
def test_part_that_does_not_apply_follows_its_rule(rule: str, points: Fraction) -> None:
    run = computed(items(PARTS.format(combine="combine: sum", rule=rule, one=40, two=60)))

    assert values(run, "total")["c"] == points


def test_weights_are_scaled_when_a_part_drops_out() -> None:
    run = computed(items(PARTS.format(combine="combine: weighted", rule="drop", one=100, two=100)))

    assert values(run, "total") == {"a": 18, "b": 12, "c": 15}


def test_total_of_a_missing_part_keeps_its_bounds_for_the_preview() -> None:
    staff = "id,name,school,weekly,born,mentor\na,甲,东校,,,\n"
    run = computed(
        items(PARTS.format(combine="combine: sum", rule="drop", one=40, two=60)), staff=staff
    )

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


def quota_words(written: str, *scores: str) -> str:
    """What is said of the seats before one's own place."""
    run = computed(items(written), staff=staff_of(*scores))
    return run.outcomes["score", "grade"]["p01", ""].text.partition("；")[0]


@pytest.mark.parametrize(
    ("take", "words"),
    [
        ("at_most: 30%", "基数 6 人，6 × 30% = 1.8 → 1（去尾），名额 1 个"),
        ("at_most: 50%", "基数 6 人，6 × 50% = 3，名额 3 个"),
        ("at_most: 30%, rounding: half_up", "基数 6 人，6 × 30% = 1.8 → 2（四舍五入），名额 2 个"),
        ("at_most: 1 / 7", "基数 6 人，6 × 1/7 = 6/7 → 0（去尾），名额 0 个"),
        ("at_most: 10%, at_least: 1", "基数 6 人，6 × 10% = 0.6 → 0（去尾），至少 1 个，名额 1 个"),
        (
            "fill_to: 40%, filled: weekly < 81",
            "基数 6 人，6 × 40% = 2.4 → 3（进一），名额 2 个（另有 1 人已计入）",
        ),
        ("number: 2", "基数 6 人，名额 2 个"),
    ],
)
def test_quota_tells_its_multiplication_and_rounding(take: str, words: str) -> None:
    written = f"""
- id: grade
  title: 等次
  seats: {{rank: weekly, take: {{grade: 优秀, {take}}}, otherwise: "'合格'"}}
"""

    assert quota_words(written, "95", "93", "91", "90", "85", "80") == words


def test_forced_distribution_tells_the_multiplication_of_every_grade() -> None:
    written = FORCED.format(ties="")

    assert quota_words(written, "90", "80", "70", "60", "50") == (
        "东校：5 人，名额 A 5 × 30% = 1.5 → 2、B 5 × 50% = 2.5 → 3、C 5 × 10% = 0.5 → 0、"
        "D 5 × 7% = 0.35 → 0、E 5 × 3% = 0.15 → 0（按最大余数取整）"
    )


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


def test_shortfall_counts_in_each_term() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 集体备课
              points: 20
              deduct:
                entries:
                - {title: 缺, amount: count(leave), short_of: 2 次, points: 1, each: term}
            """
        ),
        leave=LEAVE,
    )

    assert values(run, "x") == {"a": 18, "b": 17, "c": 16}


def test_entry_is_bounded_in_each_term() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 主备
              add:
                entries:
                - {title: 主备, amount: sum(days over leave), points: 1, most: 2.5, each: term}
            """
        ),
        leave=LEAVE,
    )

    assert values(run, "x") == {"a": Fraction(9, 2), "b": 2, "c": 0}


def test_bands_take_their_bounds_from_parameters() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 等次
              grade:
                of: weekly * 2000
                bands: [{from: pool, grade: 优秀}]
                otherwise: 合格
            - {id: y, title: 降等, value: "lower(x, 1)"}
            """
        )
    )

    assert values(run, "x") == {"a": "优秀", "b": "合格", "c": "优秀"}
    assert values(run, "y") == {"a": "合格", "b": "合格", "c": "合格"}


def test_cap_can_depend_on_a_reading() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 工作量
              points: 30
              cap: {at: 30 分, when: reading = 'all'}
              compare: {own: weekly, mean: mean(weekly over staff of school)}
            """
        )
    )

    assert values(run, "x")["a"] == 36


@pytest.mark.parametrize(
    ("keys", "amounts"),
    [
        ("", ["66.67", "33.33"]),
        (", to: jiao", ["66.7", "33.3"]),
        (", to: yuan", ["67", "33"]),
        (", to: yuan, remainder: best", ["67", "33"]),
    ],
)
def test_pay_is_rounded_to_the_unit_the_notice_names(keys: str, amounts: list[str]) -> None:
    run = computed(
        items(
            f"- {{id: x, title: 奖金, unit: 元, pay: {{pool: '100', "
            f"take: [{{id: shared, title: 按得分, by: weekly{keys}}}]}}}}"
        ),
        staff=staff_of("2", "1"),
    )

    assert list(values(run, "x").values()) == [Fraction(one) for one in amounts]


def test_equal_scores_are_told_apart_by_what_the_notice_names_next() -> None:
    run = computed(
        items(
            """
            - id: x
              title: 金牌
              seats: {rank: weekly, then_by: [year(born)], take: {at_most: 10%, at_least: 1}}
            """
        ),
        staff="id,name,school,weekly,born,mentor\na,甲,东校,9,1980-01-01,\nb,乙,东校,9,1990-01-01,\n",
    )

    assert values(run, "x") == {"a": False, "b": True}
    assert run.outcomes["score", "x"]["b", ""].flags == ()


def test_nobody_without_a_score_gets_a_seat_and_the_others_stand_provisionally() -> None:
    run = computed(
        items("- {id: x, title: 末位, seats: {rank: weekly, order: lowest, take: {number: '1'}}}"),
        staff=staff_of("90", "", "70"),
    )
    column = run.outcomes["score", "x"]

    assert values(run, "x") == {"p01": False, "p02": Missing("“周工作量”没有填"), "p03": False}
    assert column["p01", ""].flags == ("名额暂定：有 1 个对象的得分还缺",)
    assert column["p02", ""].flags == ("得分还缺，暂列“是”",)
