from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kaocheng.engine.problems import Problems
from kaocheng.formats import read_tables
from tests.cli.conftest import T1, Kaocheng

FACTS = T1 / "example"
Edit = Callable[[str, str, str], None]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_score_writes_one_file_per_result_into_a_folder(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "out")

    assert (ran.code, ran.err) == (0, "")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["attendance.csv", "money.csv", "yearly.csv"]
    assert ran.out.splitlines()[5:10] == [
        "学年总评（yearly）",
        "  对象    6 个",
        "  状态    有结果 4，缺数据 1，不适用 0，免于考核 1",
        "  等次    优秀 2，合格 2，不合格 1",
        "  总分    最低 78.75，平均 92.78，最高 99.95 分",
    ]
    assert ran.last_line == f"已写入 {tmp_path}/out/money.csv"


def test_columns_are_ids_with_state_and_columns_of_their_own(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "out")

    found = rows(tmp_path / "out" / "yearly.csv")
    assert list(found[0]) == [
        *("id", "name", "attendance_mean", "attendance_mean.state", "hours_rate"),
        *("hours_rate.state", "class_marks", "class_marks.state", "awards", "awards.state"),
        *("total", "total.state", "own_hours", "own_hours.state", "level", "level.state"),
        *("placing", "placing.state", "placing.rank", "flags"),
    ]
    assert [row["id"] for row in found] == ["T01", "T02", "T03", "T04", "T05", "T06"]
    assert (found[0]["total"], found[0]["placing"], found[0]["placing.rank"]) == (
        "99.9",
        "是",
        "1",
    )
    assert (found[3]["total"], found[3]["total.state"]) == ("", "not_applicable")
    assert (found[4]["total"], found[4]["total.state"]) == ("", "missing")
    money = rows(tmp_path / "out" / "money.csv")
    assert list(money[0]) == [
        "id",
        "name",
        "pay",
        "pay.state",
        "pay.fixed",
        "pay.by_points",
        "flags",
    ]


def test_rows_are_sorted_by_subject_and_then_by_period(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "attendance.csv"
    kaocheng("score", T1, "--facts", FACTS, "--result", "attendance", "--out", out)

    found = [(row["id"], row["period"], row["points_left"]) for row in rows(out)]
    assert found[:4] == [
        ("T01", "spring", "9.8"),
        ("T01", "autumn", "10"),
        ("T02", "spring", "5"),
        ("T02", "autumn", "10"),
    ]


def test_values_are_exact_fractions(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "out_of: 40", "out_of: 39")
    out = tmp_path / "yearly.csv"

    kaocheng("score", pack, "--facts", FACTS, "--result", "yearly", "--out", out)

    assert rows(out)[0]["class_marks"] == "760/13"


def test_titles_put_chinese_headers_with_units(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "money.csv"
    kaocheng("score", T1, "--facts", FACTS, "--result", "money", "--titles", "--out", out)

    first = rows(out)[0]
    assert list(first) == [
        *("编号", "姓名", "应发绩效（元）", "应发绩效·状态", "应发绩效·固定部分"),
        *("应发绩效·按总分分配", "提示"),
    ]
    assert first["应发绩效·状态"] == "有结果"


def test_unit_keeps_its_subjects_and_computes_over_all(kaocheng: Kaocheng, tmp_path: Path) -> None:
    every, west = tmp_path / "every.csv", tmp_path / "west.csv"
    kaocheng("score", T1, "--facts", FACTS, "--result", "yearly", "--out", every)
    ran = kaocheng(
        "score", T1, "--facts", FACTS, "--result", "yearly", "--unit", "west", "--out", west
    )

    assert rows(west) == [row for row in rows(every) if row["id"] in ("T04", "T05", "T06")]
    assert "对象    3 个" in ran.out


@pytest.mark.parametrize("extension", ["csv", "json", "parquet", "xlsx"])
def test_extension_chooses_the_format_and_equal_facts_give_equal_bytes(
    kaocheng: Kaocheng, tmp_path: Path, extension: str
) -> None:
    first, second = tmp_path / f"a.{extension}", tmp_path / f"b.{extension}"
    for out in (first, second):
        arguments = ("--facts", FACTS, "--result", "yearly", "--out", out)
        assert kaocheng("score", T1, *arguments).code == 0

    assert first.stat().st_size > 500
    if extension != "xlsx":  # its sheet is named after the result, its bytes hold no clock either
        assert first.read_bytes() == second.read_bytes()


def test_json_has_exact_text_for_numbers(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "yearly.json"
    kaocheng("score", T1, "--facts", FACTS, "--result", "yearly", "--out", out)

    first = json.loads(out.read_text(encoding="utf-8"))[0]
    assert (first["total"], first["placing"], first["level"]) == ("99.9", True, "优秀")


def test_workbook_reads_back_with_the_ids_in_its_header(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "money.xlsx"
    kaocheng("score", T1, "--facts", FACTS, "--result", "money", "--out", out)

    problems = Problems()
    (table,) = read_tables(out, problems=problems).values()
    assert table.header[:3] == ("id", "name", "pay")
    assert table.rows[0].cells[2] == "357.9"


def test_several_results_do_not_fit_into_one_file(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "all.csv")

    assert (ran.code, list(tmp_path.iterdir())) == (2, [])
    assert "C08 方案有 3 张结果表" in ran.err


def test_unknown_result_gets_a_hint(kaocheng: Kaocheng, tmp_path: Path) -> None:
    arguments = ("--facts", FACTS, "--out", tmp_path / "x.csv")
    near = kaocheng("score", T1, "--result", "yearley", *arguments)
    titled = kaocheng("score", T1, "--result", "绩效工资", *arguments)

    assert near.code == 2
    assert "是不是“yearly”（学年总评）？" in near.err
    assert "“绩效工资”的编号是 money。" in titled.err


def test_unknown_unit_gets_a_hint(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("score", T1, "--facts", FACTS, "--unit", "easst", "--out", tmp_path / "out")

    assert ran.code == 2
    assert "C06" in ran.err
    assert "是不是“east”？" in ran.err
    assert not (tmp_path / "out").exists()


def test_unit_needs_a_unit_field(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("registers.yaml", "    unit: school\n", "")

    ran = kaocheng("score", pack, "--facts", FACTS, "--unit", "east", "--out", tmp_path / "out")

    assert (ran.code, "C07" in ran.err) == (2, True)


def test_unknown_extension_and_missing_facts_are_wrong_use(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    odd = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "x.doc")
    gone = kaocheng("score", T1, "--facts", tmp_path / "nothing", "--out", tmp_path / "out")

    assert (odd.code, "F32" in odd.err) == (2, True)
    assert (gone.code, "F01" in gone.err) == (2, True)


def test_bad_facts_are_all_reported_and_nothing_is_written(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    facts = pack / "example"
    (facts / "leave.csv").write_text(
        "teacher,day,kind,days,wat\nT01,2024-13-01,病假,3,\nT99,2024-03-01,病假,-1,\n",
        encoding="utf-8",
    )
    (facts / "periods.csv").unlink()

    ran = kaocheng("score", pack, "--facts", facts, "--out", tmp_path / "out")

    assert re.findall(r" (F\d\d) ", ran.err) == ["F41", "F43", "F49", "F45", "F40"]
    assert ran.err.splitlines()[-1] == "没有完成：错误 5，警告 0，提示 0。"
    assert (ran.code, (tmp_path / "out").exists()) == (1, False)


def test_a_table_that_cannot_be_read_is_reported_alone(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    (pack / "example" / "teacher.csv").write_bytes("编号,姓名\n甲,乙".encode("utf-16-be"))

    ran = kaocheng("score", pack, "--facts", pack / "example", "--out", tmp_path / "out")

    assert ran.code == 1
    assert "F49" not in ran.err


def test_extra_table_is_a_warning_and_results_are_written(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    (pack / "example" / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    ran = kaocheng("score", pack, "--facts", pack / "example", "--out", tmp_path / "out")

    assert ran.code == 0
    assert "F02 警告" in ran.err


def test_old_result_stays_where_the_new_one_cannot_be_written(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    (tmp_path / "yearly.csv").mkdir()
    arguments = ("--facts", FACTS, "--result", "yearly", "--out", tmp_path)

    ran = kaocheng("score", T1, *arguments)

    assert (ran.code, "F35" in ran.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["yearly.csv"]


def test_folder_that_does_not_exist_above_a_file_is_refused(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    out = tmp_path / "nothing" / "yearly.csv"

    ran = kaocheng("score", T1, "--facts", FACTS, "--result", "yearly", "--out", out)

    assert (ran.code, "F36" in ran.err) == (2, True)


def test_written_results_may_be_read_by_others(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "yearly.csv"
    kaocheng("score", T1, "--facts", FACTS, "--result", "yearly", "--out", out)

    assert stat.S_IMODE(out.stat().st_mode) & 0o444 == 0o444


def test_only_known_backends_are_taken(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "out", "--backend", "guess")

    assert (ran.code, "--backend 不能是 'guess'" in ran.err) == (2, True)


def test_warning_about_many_rows_is_told_for_the_first_and_counted(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    leave = pack / "example" / "leave.csv"
    late = "T01,2030-03-10,病假,1,\n" * 6
    leave.write_text(leave.read_text(encoding="utf-8") + late, encoding="utf-8")

    ran = kaocheng("score", pack, "--facts", pack / "example", "--out", tmp_path / "results")

    told = [line for line in ran.err.splitlines() if " F60 " in line]
    assert [line.partition(" F60 ")[2][:2] for line in told] == ["警告", "警告", "警告", "同样"]
    assert told[-1].endswith("F60 同样的还有 3 处")


def test_folder_may_have_a_dot_in_its_name(kaocheng: Kaocheng, tmp_path: Path) -> None:
    folder = tmp_path / "results-s4.2-town"

    ran = kaocheng("score", T1, "--facts", T1 / "example", "--out", folder)

    assert ran.code == 0
    assert (folder / "yearly.csv").is_file()
