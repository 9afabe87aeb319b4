from __future__ import annotations

import codecs
from pathlib import Path

from tests.cli.conftest import T1, Kaocheng


def test_facts_lists_tables_with_their_columns(kaocheng: Kaocheng) -> None:
    ran = kaocheng("facts", T1)

    assert ran.code == 0
    assert ran.out.startswith("teacher.csv  教师名册（名册，必须有）\n  字段        名称")
    assert "  kind     类别  病假、旷工，选其一" in ran.out
    assert "award.csv  获奖登记（台账，可以没有）" in ran.out
    assert "periods.csv  周期表（起止日期，必须有）" in ran.out
    assert "parameters.csv  参数（与默认值不同的参数，可以没有）" in ran.out


def test_template_writes_empty_tables_that_excel_opens(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("facts", T1, "--template", tmp_path / "new" / "tables")

    folder = tmp_path / "new" / "tables"
    assert ran.code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "award.csv",
        "leave.csv",
        "observation.csv",
        "parameters.csv",
        "periods.csv",
        "study.csv",
        "teacher.csv",
        "填表说明.md",
    ]
    written = (folder / "observation.csv").read_bytes()
    assert written == codecs.BOM_UTF8 + b"teacher,mark\n"
    guide = (folder / "填表说明.md").read_text(encoding="utf-8")
    assert "| days | 天数 | 数（精确，可写 7/3、95%）；单位：天；不小于 0 | 是 |" in guide
    assert "| pool | 绩效工资总量 | 金额（元）；单位：元 | 1000 |" in guide


def test_template_can_be_scored_as_it_is(kaocheng: Kaocheng, tmp_path: Path) -> None:
    kaocheng("facts", T1, "--template", tmp_path / "tables")

    ran = kaocheng("score", T1, "--facts", tmp_path / "tables", "--out", tmp_path / "out")

    assert ran.code == 0
    assert "F62 警告 名册“教师名册”是空的" in ran.err
    assert (tmp_path / "out" / "yearly.csv").read_text(encoding="utf-8-sig").count("\n") == 1


def test_template_leaves_existing_files_alone(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "teacher.csv").write_text("mine", encoding="utf-8")

    ran = kaocheng("facts", T1, "--template", tmp_path)

    assert ran.code == 0
    assert f"已有 {tmp_path}/teacher.csv，没有改动" in ran.out
    assert (tmp_path / "teacher.csv").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "leave.csv").is_file()


def test_template_into_a_file_is_refused(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    ran = kaocheng("facts", T1, "--template", tmp_path / "file")

    assert (ran.code, ran.out) == (2, "")
    assert "F36" in ran.err


def test_facts_of_a_broken_pack_are_refused(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "registers.yaml").write_text("language: 2\n", encoding="utf-8")

    ran = kaocheng("facts", pack)

    assert (ran.code, ran.out) == (1, "")
    assert "registers.yaml" in ran.err
    assert ran.err.splitlines()[-1].startswith("没有完成：错误 ")


def test_facts_need_one_pack(kaocheng: Kaocheng, tmp_path: Path) -> None:
    assert "C02" in kaocheng("facts", tmp_path).err
    assert kaocheng("facts", tmp_path / "nothing").code == 2
