from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kaocheng.engine import verbs
from tests.cli.conftest import T1, Kaocheng

Edit = Callable[[str, str, str], None]
Json = dict[str, Any]
FACTS = T1 / "example"
PACKS = verbs.find_packs(Path(__file__).parents[2] / "schemes")


def simulated(kaocheng: Kaocheng, tmp_path: Path, *arguments: str | Path) -> Json:
    out = tmp_path / "moves.json"
    ran = kaocheng("simulate", *arguments, "--out", out)
    assert ran.code == 0, ran.err
    found: Json = json.loads(out.read_text("utf-8"))
    return found


def result(found: Json, name: str) -> Json:
    (one,) = (one for one in found["results"] if one["id"] == name)
    return dict(one)


def row(found: Json, name: str, subject: str) -> Json:
    (one,) = (one for one in result(found, name)["rows"] if one["subject"] == subject)
    return dict(one)


@pytest.mark.parametrize("folder", [T1, *PACKS], ids=lambda folder: folder.name)
def test_same_pack_moves_nobody(kaocheng: Kaocheng, tmp_path: Path, folder: Path) -> None:
    found = simulated(kaocheng, tmp_path, folder, folder, "--facts", folder / "example")

    assert found["changes"] == []
    assert found["trials"] == []
    assert [one["moved"] for one in found["results"]] == [0] * len(found["results"])
    rows = [one for result in found["results"] for one in result["rows"]]
    assert rows
    assert [one for one in rows if one["old"] != one["new"] or one["items"] or one["causes"]] == []


def test_text_says_who_moves_and_by_which_change(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("scheme.yaml", "from: 90, grade: 优秀", "from: 95, grade: 优秀")
    edit("scheme.yaml", "to: 90, grade: 合格", "to: 95, grade: 合格")

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS, "--result", "yearly")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "2 处不同：影响结果 2\n"
        "  1. 等次·“优秀”：由 90 分起改为 95 分起\n"
        "     与第 2 处一起改：“学年总评”1 个变化，等次变 1 个\n"
        "  2. 等次·“合格”：由 90 分止改为 95 分止\n"
        "     与第 1 处一起改：“学年总评”1 个变化，等次变 1 个\n"
        "\n"
        "学年总评（yearly）\n"
        "  有变化    1 / 6 个\n"
        "  等次      升 0，降 1；优秀 2 → 1，合格 2 → 3，不合格 1 → 1\n"
        "  总分      平均 92.78\n"
        "  评优名额  2 → 1\n"
        "  缺数据    1 → 1\n"
        "  不适用    1 → 1\n"
        "  按学校\n"
        "    east  1 / 3  升 0 降 1  90.38\n"
        "    west  0 / 3  升 0 降 0  99.95\n"
        "  其他等次、名额、金额有变的\n"
        "    <script>alert(1)</script> T03  92.50  优秀 → 合格，评优名额 有 → 没有  因第 1、2 处\n"
        "\n"
        "由参考计算逐行核算\n"
    )


def test_each_change_is_weighed_alone_and_pay_adds_up_to_the_fen(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "points: 0.2, free: 2 天", "points: 0.3, free: 3 天")
    edit("parameters.yaml", "default: 1000", "default: 1200")

    found = simulated(kaocheng, tmp_path, T1, pack, "--facts", FACTS)

    assert [(one["number"], one["sentence"]) for one in found["changes"]] == [
        (1, "考勤·病假：扣分由 0.2 改为 0.3"),
        (2, "考勤·病假：免计数量由 2 天改为 3 天"),
        (3, "绩效工资总量：默认值由 1000 改为 1200"),
    ]
    assert row(found, "yearly", "T01") == {
        "subject": "T01",
        "name": "林秀芬",
        "period": "",
        "group": "east",
        "moved": True,
        "old": {
            "score": "99.9",
            "rank": 2,
            "grade": "优秀",
            "seats": {"placing": "是"},
            "pay": {},
            "exempt": False,
            "on_boundary": False,
        },
        "new": {
            "score": "100",
            "rank": 1,
            "grade": "优秀",
            "seats": {"placing": "是"},
            "pay": {},
            "exempt": False,
            "on_boundary": False,
        },
        "score_change": "0.1",
        "items": [
            {"title": "考勤", "old": "9.90", "new": "10.00", "change": "+0.10"},
            {"title": "总分", "old": "99.90", "new": "100.00", "change": "+0.10"},
        ],
        "causes": [{"change": 1, "alone": "−0.05"}, {"change": 2, "alone": "+0.10"}],
        "by_others": False,
    }
    assert result(found, "money")["pay"] == [
        {"title": "应发绩效", "old": "1000.00", "new": "1200.00", "change": "+200.00"}
    ]
    paid = [one["new"]["pay"]["pay"] for one in result(found, "money")["rows"]]
    assert sum(round(float(one) * 100) for one in paid) == 120_000
    assert [one["causes"] for one in result(found, "money")["rows"]][1:2] == [
        [
            {"change": 1, "alone": "+0.04"},
            {"change": 2, "alone": "−0.07"},
            {"change": 3, "alone": "+58.09"},
        ]
    ]


def test_changes_that_need_each_other_are_tried_together(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit(
        "scheme.yaml",
        "title: 课堂教学\n            points: 60",
        "title: 课堂教学\n            points: 50",
    )
    edit(
        "scheme.yaml",
        "title: 培训学时\n            points: 30",
        "title: 培训学时\n            points: 40",
    )

    found = simulated(kaocheng, tmp_path, T1, pack, "--facts", FACTS)

    assert found["trials"] == [
        {
            "changes": [1, 2],
            "joint": True,
            "tried": True,
            "results": [
                {"title": "学年总评", "moved": 4, "grades": 0, "scores": "−26.63"},
                {"title": "绩效工资", "moved": 3, "grades": 0, "scores": ""},
            ],
        }
    ]


def test_both_evaluators_say_the_same(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "points: 0.2, free: 2 天", "points: 0.3, free: 3 天")
    edit("scheme.yaml", "at_most: 50%", "at_most: 40%")
    run = (T1, pack, "--facts", FACTS, "--backend")

    by_rows = simulated(kaocheng, tmp_path, *run, "reference")
    by_columns = simulated(kaocheng, tmp_path, *run, "duckdb")

    assert result(by_rows, "yearly")["moved"] == 2
    assert by_rows == by_columns


def test_one_pack_is_tried_with_other_parameters(kaocheng: Kaocheng, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.csv"
    chosen.write_text("id,value\npool,1300\n", encoding="utf-8")

    found = simulated(kaocheng, tmp_path, T1, "--parameters-b", chosen, "--facts", FACTS)

    assert [one["sentence"] for one in found["changes"]] == ["绩效工资总量：取值由 1000 改为 1300"]
    assert [(one["id"], one["moved"]) for one in found["results"]] == [
        ("money", 3),
        ("attendance", 0),
        ("yearly", 0),
    ]


def test_table_has_everybody_exactly(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")
    out = tmp_path / "moves.csv"

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS, "--result", "yearly", "--out", out)

    assert ran.last_line == f"已写入 {out}"
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [one["编号"] for one in rows] == ["T01", "T06", "T02", "T03", "T04", "T05"]
    assert rows[0] == {
        "结果表": "学年总评",
        "编号": "T01",
        "名称": "林秀芬",
        "周期": "",
        "分组": "east",
        "有变化": "是",
        "原得分": "99.9",
        "新得分": "99.85",
        "得分变化": "-0.05",
        "原位次": "2",
        "新位次": "2",
        "原等次": "优秀",
        "新等次": "优秀",
        "原名额": "评优名额：有",
        "新名额": "评优名额：有",
        "原应发（元）": "",
        "新应发（元）": "",
        "应发变化（元）": "",
        "哪些指标变了": "考勤 9.90 → 9.85；总分 99.90 → 99.85",
        "因为第几处改动": "1",
        "因为哪些改动": "考勤·病假：扣分由 0.2 改为 0.3（−0.05）",
    }


def test_page_masks_what_the_register_masks(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("registers.yaml", "name: {title: 姓名, type: text, required: 是}",
         "name: {title: 姓名, type: text, required: 是, personal: 是}")  # fmt: skip
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")
    page, table = tmp_path / "moves.html", tmp_path / "moves.json"

    kaocheng("simulate", T1, pack, "--facts", FACTS, "--out", page, "--out", table)

    for text in (page.read_text("utf-8"), table.read_text("utf-8")):
        assert "林＊＊" in text
        assert "林秀芬" not in text
        assert "<script>" not in text
        assert "13800000001" not in text


def test_groups_are_those_of_the_field_asked_for(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")

    found = simulated(kaocheng, tmp_path, T1, pack, "--facts", FACTS, "--by", "on_loan")

    assert [
        (one["name"], one["count"], one["moved"]) for one in result(found, "yearly")["groups"]
    ] == [("否", 5, 2), ("是", 1, 0)]
    ran = kaocheng("simulate", T1, pack, "--facts", FACTS, "--by", "phone")
    assert ran.code == 2
    assert "C13 命令写得不对：--by 不能用“phone”分组，可选：" in ran.err


def test_english_is_complete(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS, "--result", "attendance", "--lang", "en")

    assert ran.out.splitlines()[:9] == [
        "1 differences: results 1",
        "  1. “学期考勤·考勤·病假” (attendance.points_left.sick.points): 0.2 → 0.3",
        "     alone: 学期考勤: 2 move, scores −0.15",
        "",
        "学期考勤（attendance）",
        "  moved  2 of 12",
        "  考勤   mean 9.56 → 9.55（−0.01）",
        "  by 学校",
        "    east  1 / 6  9.13 → 9.12（−0.02）",
    ]


def test_v02_table_the_new_pack_needs_is_asked_for(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("registers.yaml", "  - id: award\n", MENTOR + "  - id: award\n")

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS)

    assert ran.code == 1
    assert (
        "mentor.csv V02 现在的方案要用“师徒结对”（mentor），数据里没有这张表，不能试算。" in ran.err
    )


MENTOR = """\
  - id: mentor
    title: 师徒结对
    kind: register
    fields:
      teacher: {title: 教师, type: teacher, required: 是}
"""


def test_v03_column_the_new_pack_must_have_is_asked_for(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit(
        "registers.yaml",
        "      reason: {",
        "      note: {title: 备注, type: text, required: 是}\n      reason: {",
    )

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS)

    assert ran.code == 1
    assert "leave.csv V03 现在的方案里“请假登记”必须有“note”一列，数据里没有，不能试算。" in ran.err


def test_v04_column_that_is_only_read_counts_as_not_filled_in(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit(
        "registers.yaml",
        "      reason: {",
        "      note: {title: 备注, type: text}\n      reason: {",
    )

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS)

    assert ran.code == 0
    assert (
        "leave.csv V04 警告 现在的方案在“请假登记”里多用了“note”一列，数据里没有，按没有填计算。"
        in ran.err
    )
    told = "现在的方案在“请假登记”里多用了“note”一列，数据里没有，按没有填计算。"
    assert told in ran.err


def test_v05_what_the_new_pack_no_longer_uses_is_left_out(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("registers.yaml", "      reason: {title: 事由, type: text, personal: 是}\n", "")

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS)

    assert ran.code == 0
    assert "现在的方案不再用数据里的“leave › reason”，试算时没有读它。" in ran.err


def test_v06_default_that_the_facts_override_is_told(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("parameters.yaml", "default: 1000", "default: 1200")
    facts = pack / "example"
    (facts / "parameters.csv").write_text("id,value\npool,900\n", encoding="utf-8")

    ran = kaocheng("simulate", T1, pack, "--facts", facts)

    assert ran.code == 0
    assert "“绩效工资总量”的默认值改了，但数据里已经填了它，结果仍按所填的算。" in ran.err
    assert "有变化    0 / 3 个" in ran.out


def test_v07_packs_without_a_common_result_are_refused(kaocheng: Kaocheng) -> None:
    other = next(folder for folder in PACKS if folder.name.startswith("s0.3"))

    ran = kaocheng("simulate", T1, other, "--facts", FACTS)

    assert ran.code == 1
    assert "两份方案没有共同的结果表，没有可以对照的结果。" in ran.err


def test_v08_changes_beyond_the_limit_are_not_tried(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("scheme.yaml", "points: 0.2, free: 2 天", "points: 0.3, free: 3 天")

    ran = kaocheng("simulate", T1, pack, "--facts", FACTS, "--try", "1")

    assert ran.code == 0
    assert "V08 警告 改动多于 1 处，只单独试算了前 1 处。" in ran.err
    assert "改动多于 1 处，只单独试算了前 1 处。" in ran.err
    assert "     没有单独试算" in ran.out


def test_unreadable_kind_of_file_is_refused_before_any_work(kaocheng: Kaocheng) -> None:
    ran = kaocheng("simulate", T1, T1, "--facts", FACTS, "--out", "moves.pdf")

    assert ran.code == 2
    assert "moves.pdf F32" in ran.err
