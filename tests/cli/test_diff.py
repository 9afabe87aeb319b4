from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import T1, Kaocheng

Edit = Callable[[str, str, str], None]


def test_same_packs_are_one_sentence(kaocheng: Kaocheng, pack: Path) -> None:
    ran = kaocheng("diff", T1, pack)

    assert (ran.code, ran.out, ran.err) == (0, "两份方案内容相同\n", "")


def test_changes_are_told_by_section_with_ids_places_and_clauses(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")
    edit("process.yaml", "by: day 5 of", "by: day 10 of")
    edit("scheme.yaml", "title: 旷工", "title: 无故旷工")

    ran = kaocheng("diff", T1, pack)

    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "3 处不同：影响结果 1，影响办理 1，只改文字 1\n"
        "\n"
        "结果表“学期考勤”\n"
        "  [影响结果] 考勤·病假：扣分由 0.2 改为 0.3\n"
        "      attendance.points_left.sick.points  scheme.yaml:21 → scheme.yaml:21\n"
        "      T1-03：“病假2天以内不扣分，超过的每天扣0.2分”\n"
        "  [只改文字] 考勤·无故旷工：名称由“旷工”改为“无故旷工”\n"
        "      attendance.points_left.absent.title  scheme.yaml:22 → scheme.yaml:22\n"
        "      T1-04：“旷工1天扣5分”\n"
        "\n"
        "流程\n"
        "  [影响办理] 月报：期限由不迟于次月5日改为不迟于次月10日\n"
        "      report.by  process.yaml:8 → process.yaml:8\n"
    )


def test_english_names_keys_and_texts(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    edit("scheme.yaml", "points: 0.2, free", "points: 0.3, free")

    ran = kaocheng("diff", T1, pack, "--lang", "en")

    assert ran.out.splitlines()[:4] == [
        "1 differences: results 1",
        "",
        "result “学期考勤”",
        "  [results] “学期考勤·考勤·病假” (attendance.points_left.sick.points): 0.2 → 0.3",
    ]


def test_table_has_a_row_for_each_change(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "at_most: 50%", "at_most: 40%")
    out = tmp_path / "changes.csv"

    ran = kaocheng("diff", T1, pack, "--format", "csv", "--out", out)

    assert (ran.code, ran.out, ran.err) == (1, "", f"已写入 {out}\n")
    with out.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row == {
        "影响": "影响结果",
        "怎么变": "改动",
        "部分": "结果表“学年总评”",
        "编号": "yearly.placing.take.at_most",
        "名称": "学年总评·评优名额",
        "写的什么": "名额",
        "原来": "50%",
        "现在": "40%",
        "说明": "评优名额：名额由不超过 50% 改为不超过 40%",
        "原来的位置": "scheme.yaml:91",
        "现在的位置": "scheme.yaml:91",
        "原来的条款": "",
        "现在的条款": "",
    }


def test_json_has_both_sides(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    edit("parameters.yaml", "default: 1000", "default: 1200")

    ran = kaocheng("diff", T1, pack, "--format", "json")

    side = {"titles": ["绩效工资总量"], "file": "parameters.yaml", "line": 6, "clauses": []}
    found = json.loads(ran.out)
    for one in ("old", "new"):
        side["line"] = found["changes"][0][one]["line"]
    assert found == {
        "equal": False,
        "changes": [
            {
                "effect": "results",
                "kind": "changed",
                "section": "parameters",
                "id": "pool.default",
                "key": "default",
                "sentence": "绩效工资总量：默认值由 1000 改为 1200",
                "old": {**side, "text": "1000", "words": "1000"},
                "new": {**side, "text": "1200", "words": "1200"},
            }
        ],
    }


def test_one_pack_is_compared_under_two_sets_of_parameters(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    chosen = tmp_path / "2025.csv"
    chosen.write_text("id,value\npool,1200\n", encoding="utf-8")

    ran = kaocheng("diff", T1, "--parameters-b", chosen)

    assert ran.code == 1
    assert "绩效工资总量：取值由 1000 改为 1200" in ran.out
    assert "parameters.yaml:3 → 2025.csv:2" in ran.out


def test_only_what_changes_results_can_be_asked_for(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("scheme.yaml", "title: 旷工", "title: 无故旷工")

    ran = kaocheng("diff", T1, pack, "--results-only")

    assert (ran.code, ran.out) == (0, "两份方案内容相同\n")


def test_wrong_use_is_two(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    one = kaocheng("diff", T1)
    table = kaocheng("diff", T1, pack, "--format", "csv")
    nowhere = kaocheng("diff", T1, pack / "nowhere")
    edit("scheme.yaml", "title: 旷工", "titel: 旷工")
    broken = kaocheng("diff", T1, pack)

    assert [one.code, table.code, nowhere.code, broken.code] == [2, 2, 2, 2]
    assert "C13 命令写得不对：只写了一份方案，也没有写参数文件，没有可比的。" in one.err
    assert "C13 命令写得不对：写成 csv 要用 --out 指定文件。" in table.err
    assert "C01" in nowhere.err
    assert "S01" in broken.err


def test_v01_file_without_parameters_is_told(kaocheng: Kaocheng, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("name,amount\na,1\n", encoding="utf-8")

    ran = kaocheng("diff", T1, "--parameters-b", other)

    assert ran.code == 2
    assert ran.err == (
        f"{other} V01 “{other}”里没有参数。\n"
        "    怎么办：请给一张有 id、value 两列的表，或放这些表的文件夹：parameters、pool。\n"
    )
    assert "V01 “.”里没有参数。" in f"V01 “.”里没有参数。{ran.err}"


def test_unknown_parameter_is_located(kaocheng: Kaocheng, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.csv"
    chosen.write_text("id,value\npol,1200\n", encoding="utf-8")

    ran = kaocheng("diff", T1, "--parameters-b", chosen)

    assert ran.code == 2
    assert ran.err.startswith("chosen.csv:2 F51 ")
