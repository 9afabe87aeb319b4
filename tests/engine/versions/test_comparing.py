"""What is said of one change: whole sentences, the way an administrator would tell them."""

from __future__ import annotations

import pytest

from kaocheng.engine.problems import Place
from kaocheng.engine.versions import compare_packs, reversed_change
from kaocheng.engine.versions.sentences import marked, sentence
from tests.engine.versions.schools import SCHOOL, compared, school, told

PERSONAL = """\
                  - id: personal
                    title: 事假
                    amount: sum(days over leave where kind = '事假')
                    points: 0.5
                    clause: {T9-01: 事假每天扣0.5分}
"""
SICK = PERSONAL.replace("personal", "sick").replace("事假", "病假").replace("0.5\n", "0.2\n")
SICK = SICK[: SICK.index(" " * 20 + "clause")]
LINE = "    - {id: line, title: 边界值, type: choice, default: up, options: {up: 归上一档}}\n"
ETHICS = """\
            - id: ethics
              title: 师德
              points: 40
              value: param.ethics
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 0.5", "points: 0.3", ["results 总分·考勤·事假：扣分由 0.5 改为 0.3"]),
        ("points: 0.5", "points: 0.50", []),
        ("kind = '事假'", "kind  =  '事假'", []),
        ("from: 85, grade: 优秀", "grade: 优秀, from: 85", []),
        ("from: 85", "from: 80", ["results 等次·“优秀”：由 85 分起改为 80 分起"]),
        (
            "at_most: 30%",
            "at_most: 25%",
            ["results 先进：名额由不超过 30% 改为不超过 25%"],
        ),
        ("at_most: 30%", "number: 2 名", [
            "results 先进：去掉名额（原为 不超过 30%）",
            "results 先进：加上名额 固定 2 名",
        ]),
        ("to: 11-25", "to: 12-01", ["process 评审：结束时间由 11月25日改为 12月1日"]),
        (
            "length: 5 working days",
            "length: 7 working days",
            ["process 结果公示：公示时间由 5 个工作日改为 7 个工作日"],
        ),
        ("majority: 50%", "majority: 2/3", ["process 教代会表决：赞成人数比例由 50% 改为 2/3"]),
        ("default: 38", "default: 36", ["results 师德得分：默认值由 38 改为 36"]),
        ("default: 38, unit", "confirm: 是, unit", [
            "results 师德得分：去掉默认值（原为 38）",
            "process 师德得分：发布前须确认由否改为是",
        ]),
        (
            "    - id: rates\n",
            LINE + "    - id: rates\n",
            ["results 新增参数“边界值”（类型 几种读法之一，默认值 归上一档，读法 up 归上一档）"],
        ),
        ("posted: 张贴公示", "posted: 张贴", ["process posted：事项由张贴公示改为张贴"]),
        ("乙,0.8", "乙,0.9", ["results 职级标准·乙·标准：由 0.8 改为 0.9"]),
        ("乙,0.8", "乙,0.8\n        丙,0.6", ["results 职级标准·丙：加上 标准 0.6"]),
        ("title: 师德\n", "title: 师德师风\n", [
            "wording 总分·师德师风：名称由“师德”改为“师德师风”"
        ]),
        ("id: ethics\n", "id: morals\n", ["wording 总分·师德：编号由 ethics 改为 morals"]),
        (
            "事假每天扣0.5分",
            "事假每天扣0.3分",
            ["wording 总分·考勤·事假：条款 T9-01 文字改动：事假每天扣【0.5→0.3】分"],
        ),
        ("                    clause: {T9-01: 事假每天扣0.5分}\n", "", [
            "wording 总分·考勤·事假：不再引条款 T9-01：“事假每天扣0.5分”"
        ]),
        ("values: [病假, 事假]", "values: [病假, 事假, 旷工]", [
            "results 请假登记·类别：选项由病假、事假改为病假、事假、旷工"
        ]),
        ("天数, type: number, unit: 天", "天数, type: number, unit: 日", [
            "wording 请假登记·天数：单位由天改为日"
        ]),
        ("document: 试验学校考核办法", "document: 试验学校考核办法（试行）", [
            "wording 通知名称由试验学校考核办法改为试验学校考核办法（试行）"
        ]),
    ],
)  # fmt: skip
def test_change_is_said_in_words(old: str, new: str, said: list[str]) -> None:
    assert told((old, new)) == said


def test_entry_that_comes_and_goes_is_said_with_what_it_holds() -> None:
    gone = told((PERSONAL, ""))
    come = [sentence(one) for one in compare_packs(school((PERSONAL, "")), school()).changes]

    assert gone == [
        "results 删去扣分事项“总分·考勤·事假”（数量 请假登记的天数合计（类别 ＝ 事假），分值 0.5）"
    ]
    assert come == [
        "新增扣分事项“总分·考勤·事假”（数量 请假登记的天数合计（类别 ＝ 事假），分值 0.5）"
    ]


def test_item_that_goes_to_another_parent_has_moved() -> None:
    moved = ETHICS.replace("    - id", "- id").replace("              ", "          ")
    said = told((ETHICS, ""), ("        - id: grade\n", moved + "        - id: grade\n"))

    assert said == ["results 指标“师德”由“年度考核 · 总分”移到“年度考核”"]


def test_item_is_the_same_under_another_id_and_title() -> None:
    said = told(("id: ethics\n              title: 师德", "id: morals\n              title: 品德"))

    assert said == [
        "wording 总分·品德：编号由 ethics 改为 morals",
        "wording 总分·品德：名称由“师德”改为“品德”",
    ]


def test_other_mechanism_is_told_with_what_it_computes() -> None:
    said = told(("value: param.ethics\n", "mark: {of: param.ethics}\n"))

    assert said == ["results 总分·师德：算法由算式（师德得分）改为评分折算（评分 师德得分）"]


def test_order_counts_where_it_decides() -> None:
    said = told((PERSONAL + SICK, SICK + PERSONAL))

    assert said == ["results 总分·考勤：各条扣分的次序由事假、病假改为病假、事假"]


def test_comments_and_the_order_of_keys_say_nothing() -> None:
    assert (
        told(
            ("  title: 试验学校考核\n", "  # 2024 年修订\n  title: 试验学校考核\n"),
            ("of: teacher\n      headline: total", "headline: total\n      of: teacher"),
        )
        == []
    )


def test_change_has_both_places_and_both_clauses() -> None:
    (change, clause) = compared(
        ("points: 0.5", "points: 0.3"), ("事假每天扣0.5分", "事假每天扣0.3分")
    ).changes

    assert change.id == "yearly.total.attendance.personal.points"
    assert change.old is not None
    assert change.new is not None
    assert [(one.rule, one.text) for one in (*change.old.clauses, *change.new.clauses)] == [
        ("T9-01", "事假每天扣0.5分"),
        ("T9-01", "事假每天扣0.3分"),
    ]
    line = SCHOOL[: SCHOOL.index("points: 0.5")].count("\n") + 1
    assert change.old.place == Place("a.yaml", line, 29)
    assert change.new.place == Place("b.yaml", line, 29)
    assert clause.id == "yearly.total.attendance.personal.clause"


def test_english_names_the_key_and_both_texts() -> None:
    (change,) = compared(("points: 0.5", "points: 0.3")).changes

    assert sentence(change, "en") == (
        "“年度考核·总分·考勤·事假” (yearly.total.attendance.personal.points): 0.5 → 0.3"
    )


def test_comparison_is_the_same_seen_from_the_other_side() -> None:
    changed = school(
        (PERSONAL, ""), ("from: 85", "from: 80"), ("id: ethics\n", "id: morals\n"),
        ("to: 11-25", "to: 12-01"), ("乙,0.8", "乙,0.9"), file="b.yaml",
    )  # fmt: skip
    there, back = compare_packs(school(), changed), compare_packs(changed, school())

    assert len(there.changes) == 5
    assert {reversed_change(one) for one in there.changes} == set(back.changes)


def test_marked_shows_both_texts_in_one() -> None:
    assert marked("病假2天以内不扣分", "病假3天以内不扣") == "病假【2→3】天以内不扣【删：分】"
    assert marked("甲乙丙", "丁戊己") == "【甲乙丙→丁戊己】"
    assert (
        marked("一" * 20 + "公正的原则", "一" * 20 + "公正的原则和") == "……一公正的原则【加：和】"
    )
