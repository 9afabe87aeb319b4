from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import PACKS, T1, Kaocheng

COUNTS = "错误 0，警告 0，提示 7"
BACKWARDS = "from: 2024-03-04, to: 2024-03-01"
Edit = Callable[[str, str, str], None]


def test_check_lists_hints_and_is_content(kaocheng: Kaocheng) -> None:
    ran = kaocheng("check", T1)

    lines = ran.out.splitlines()
    assert lines[0] == (
        f"{T1}/parameters.yaml:3:5 L16 提示 "
        "没有写金额：“绩效工资总量”，现按 1000 元，发布前须由采用单位确认。"
    )
    assert lines[1] == (
        "    怎么办：请在参数表（parameters.csv）里填写“pool”并确认。没有标准的，注明依据的文件。"
    )
    assert ran.last_line == f"1 个方案，{COUNTS}"
    assert (ran.code, ran.err) == (0, "")


def test_strict_puts_first_what_holds_up_publishing(kaocheng: Kaocheng) -> None:
    ran = kaocheng("check", "--strict", T1)

    lines = ran.out.splitlines()
    rest = lines.index("不影响发布的提示 5 条：")
    assert lines[0] == "发布前须处理 2 条："
    ids = [re.search(r" (L\d\d) ", line) for line in lines]
    assert [one[1] for one in ids[1:rest:2] if one] == ["L16", "L22"]
    told = [one[1] for one in ids[rest + 1 : -1 : 2] if one]
    assert told == ["L11", "L01", "L01", "L14", "L23"]
    assert ran.last_line == f"1 个方案，{COUNTS}；还不能发布"
    assert ran.code == 1


def test_strict_is_content_once_parameters_are_filled_in_and_the_text_is_final(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", ", status: discussion", "")
    filled = tmp_path / "本校参数.csv"
    filled.write_text("id,value\npool,125000\n", encoding="utf-8")

    without = kaocheng("check", "--strict", pack)
    ran = kaocheng("check", "--strict", pack, "--parameters", filled)

    assert without.code == 1
    assert (ran.code, ran.last_line) == (0, "1 个方案，错误 0，警告 0，提示 5；可以发布")
    assert "L16" not in ran.out


def test_parameters_are_taken_from_a_folder_of_facts(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "example" / "parameters.csv").write_text("id,value\npool,125000\n", encoding="utf-8")

    ran = kaocheng("check", pack, "--parameters", pack / "example")

    assert "L16" not in ran.out
    assert ran.code == 0


def test_parameter_that_is_no_number_is_told(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    filled = tmp_path / "parameters.csv"
    filled.write_text("id,value\npool,很多\nmore,1\n", encoding="utf-8")

    ran = kaocheng("check", pack, "--parameters", filled)

    told = [line.split(" ")[:2] for line in ran.out.splitlines() if line.startswith(filled.name)]
    assert told == [["parameters.csv:2", "F43"], ["parameters.csv:3", "F51"]]
    assert ran.code == 1


def test_parameters_are_for_one_pack_only(kaocheng: Kaocheng, pack: Path) -> None:
    ran = kaocheng("check", pack, T1, "--parameters", pack / "parameters.csv")

    assert "C03" in ran.err
    assert ran.code == 2


def test_the_same_notice_in_two_packs_is_told(kaocheng: Kaocheng, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(T1, tmp_path / name)
    shutil.copy(tmp_path / "one" / "notice.txt", tmp_path / "two" / "notice.txt")

    ran = kaocheng("check", tmp_path)

    said = "L20 提示 方案重复：与“试验小学教师考核方案”（one）的通知有 100% 相同"
    assert f"{tmp_path}/two/notice.txt:1 {said}" in ran.out


def test_check_takes_a_folder_of_packs_and_a_scheme_file(kaocheng: Kaocheng) -> None:
    assert kaocheng("check", PACKS).last_line == f"1 个方案，{COUNTS}"
    assert kaocheng("check", T1 / "scheme.yaml", T1).last_line.startswith("1 个方案")


def test_check_reports_every_error_by_file_and_line(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("scheme.yaml", "points: 0.2, free: 2 天", "points: 0.2, free: 2 天, wat: 1")
    edit("scheme.yaml", "headline: pay", "headlin: pay")
    edit("registers.yaml", "kind: roster", "kind: rooster")

    ran = kaocheng("check", pack)

    placed = [line.split(" ")[:2] for line in ran.out.splitlines() if line.startswith(str(pack))]
    assert placed == [
        [f"{pack}/registers.yaml:6:11", "S09"],
        [f"{pack}/scheme.yaml:21:109", "S01"],
        [f"{pack}/scheme.yaml:96:5", "S01"],
    ]
    assert ran.last_line == "1 个方案，错误 3，警告 0，提示 0"
    assert ran.code == 1


def test_check_lays_the_process_on_the_calendar(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    edit(
        "process.yaml",
        "from: start, to: 5 working days after start",
        "from: 2024-03-04, to: 2024-03-01",
    )

    ran = kaocheng("check", pack)

    assert ran.code == 1
    assert "process.yaml:6:5 P13 “自评”还没开始就结束了：2024-03-04 至 2024-03-01。" in ran.out


def test_check_of_broken_yaml_says_where(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "scheme.yaml").write_text("language: 1\nresults: [\n", encoding="utf-8")

    ran = kaocheng("check", pack)

    assert ran.out.startswith(f"{pack}/scheme.yaml:3:1 Y03 ")
    assert ran.code == 1


def test_check_of_bytes_that_are_no_text_says_so(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "scheme.yaml").write_bytes(b"\xff\xfe\x00\x01")

    ran = kaocheng("check", pack)

    assert "Y04" in ran.out
    assert ran.code == 1


def test_check_of_a_missing_folder_is_wrong_use(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("check", tmp_path / "nothing")

    assert ran.out.startswith(f"{tmp_path}/nothing C01 没有“{tmp_path}/nothing”这个文件夹。")
    assert ran.last_line == "0 个方案，错误 1，警告 0，提示 0"
    assert ran.code == 2


def test_check_of_a_folder_without_packs_is_wrong_use(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("check", tmp_path, T1)

    assert "C02" in ran.out
    assert ran.last_line == "1 个方案，错误 1，警告 0，提示 7"
    assert ran.code == 2


def test_check_speaks_english_when_asked(kaocheng: Kaocheng) -> None:
    ran = kaocheng("check", T1, "--lang", "en")

    remedy = "Fill in and confirm “pool” in the parameter file (parameters.csv)."
    assert f"    What to do: {remedy}" in ran.out
    assert ran.last_line == "packs 1, errors 0, warnings 0, hints 7"


def test_check_finds_a_pack_of_another_name(kaocheng: Kaocheng, tmp_path: Path) -> None:
    shutil.copytree(T1, tmp_path / "教师考核")

    assert kaocheng("check", tmp_path).code == 0
