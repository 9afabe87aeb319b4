"""CSV files as Excel, WPS and other systems write them."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats import read_tables
from tests.formats.reading import faults_in, read_cells, read_one


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "attendance.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_csv_is_table_of_exact_text(tmp_path: Path) -> None:
    path = write(tmp_path, "工号,姓名,天数\n0010,张三,9.10\n0011,李四,\n")

    assert read_one(path) == TextTable(
        name="attendance",
        source="attendance.csv",
        header=("工号", "姓名", "天数"),
        rows=(TextRow(2, ("0010", "张三", "9.10")), TextRow(3, ("0011", "李四", ""))),
    )


@pytest.mark.parametrize(
    "raw",
    [
        "姓名,校\n张三,一小\n".encode(),
        codecs.BOM_UTF8 + "姓名,校\n张三,一小\n".encode(),
        "姓名,校\n张三,一小\n".encode("gb18030"),
        "姓名,校\n张三,一小\n".encode("gbk"),
        "姓名,校\n张三,一小\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "姓名,校\n张三,一小\n".encode("utf-16-be"),
        "姓名,校\r\n张三,一小\r\n".encode("gb18030"),
        "姓名,校\r张三,一小".encode(),
        "姓名;校\n张三;一小\n".encode(),
        "姓名\t校\n张三\t一小\n".encode("utf-16"),
        '"姓名","校"\n"张三","一小"\n'.encode(),
    ],
)
def test_csv_encoding_delimiter_and_line_end_are_found(tmp_path: Path, raw: bytes) -> None:
    assert read_cells(write(tmp_path, raw)) == [["姓名", "校"], ["张三", "一小"]]


def test_csv_rare_characters_of_gb18030_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名\n𠮷野㐂\n".encode("gb18030"))

    assert read_cells(path) == [["姓名"], ["𠮷野㐂"]]


def test_csv_delimiter_is_taken_from_header_outside_quotes(tmp_path: Path) -> None:
    path = write(tmp_path, '"甲;乙;丙",丁\n1;2;3,4\n')

    assert read_cells(path) == [["甲;乙;丙", "丁"], ["1;2;3", "4"]]


def test_csv_comma_wins_a_tie_of_delimiters(tmp_path: Path) -> None:
    path = write(tmp_path, "甲;乙,丙\n1;2,3\n")

    assert read_cells(path) == [["甲;乙", "丙"], ["1;2", "3"]]


def test_csv_header_may_span_lines(tmp_path: Path) -> None:
    path = write(tmp_path, '"出勤\n,,天数";备注\n22;无\n')

    assert read_cells(path) == [["出勤\n,,天数", "备注"], ["22", "无"]]


def test_csv_lines_count_those_inside_cells_and_blank_ones(tmp_path: Path) -> None:
    path = write(tmp_path, '姓名,备注\n张三,"一\n二\r\n三"\n\n李四,"说""好"""\n')

    assert read_one(path).rows == (
        TextRow(2, ("张三", "一\n二\r\n三")),
        TextRow(6, ("李四", '说"好"')),
    )


def test_csv_blank_rows_before_and_after_header_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path, "\n,,\n  \n姓名,校\n,\n张三,一小\n,,,,\n\n")

    table = read_one(path)

    assert table.header == ("姓名", "校")
    assert table.rows == (TextRow(6, ("张三", "一小")),)


def test_csv_empty_cells_beyond_last_column_are_dropped(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名,校,,\n张三,一小\n李四,二小,,,,\n")

    assert read_cells(path) == [["姓名", "校"], ["张三", "一小"], ["李四", "二小"]]


def test_csv_header_only_is_an_empty_table(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名,校")

    assert read_one(path) == TextTable("attendance", "attendance.csv", ("姓名", "校"), ())


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  张三  ", "张三"),
        ("\u3000张三\u00a0", "张三"),
        ("\ufeff张\u3000三\u200b", "张\u3000三"),
        ("'0010", "0010"),
        ("'张三", "'张三"),
        ("'0010号", "'0010号"),
        ('="0010"', "0010"),
        ('"=""0010"""', "0010"),
        ('="张三"', "张三"),
        ("=1+1", "=1+1"),
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("'-5人", "-5人"),
        ("-0.2", "-0.2"),
        ("1e5", "1e5"),
        ("TRUE", "TRUE"),
        ("2026/9/1", "2026/9/1"),
    ],
)
def test_csv_cell_is_read_as(tmp_path: Path, cell: str, text: str) -> None:
    path = write(tmp_path, f"姓名,校\n{cell},一小\n")

    assert read_cells(path) == [["姓名", "校"], [text, "一小"]]


def test_csv_quotes_inside_unquoted_cell_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, '物品,数\n5" 屏,1\n')

    assert read_cells(path) == [["物品", "数"], ['5" 屏', "1"]]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("姓名,校\n张三\n李四,二小,多\n", ["attendance.csv:2 F14", "attendance.csv:3 F14"]),
        ('姓名,校\n"张\n三",一小\n李四\n', ["attendance.csv:4 F14"]),
        ("姓名,,校\n张三,1,一小\n", ["attendance.csv:1 F15"]),
        ("\n姓名,校,\n张三,一小,多\n", ["attendance.csv:2 F15"]),
        ("姓名,校,姓名\n", ["attendance.csv:1 F16"]),
        ("姓名, 姓名\u3000\n", ["attendance.csv:1 F16"]),
        ('姓名,校\n张三,"一小\n李四,二小\n', ["attendance.csv:2 F13"]),
        ('姓名,校\n张三,一小\n"李"四,二小\n', ["attendance.csv:3 F13"]),
        ('姓名,校\n张三\n"李"四,二小\n', ["attendance.csv:2 F14", "attendance.csv:3 F13"]),
        ('\n"姓名,校\n张三,一小\n', ["attendance.csv:2 F13"]),
        ("\n姓名，校\n张三，一小\n", ["attendance.csv:2 F12"]),
        ("姓名,校\n张三,一\0小\n", ["attendance.csv:2 F11"]),
        ("\n \n,,\n", ["attendance.csv F09"]),
        ("姓名,校\n张\ufffd,一小\n\ufffd,\ufffd\n", ["attendance.csv:2 F31"]),
        ("姓名\n" + "长" * 32_768 + "\n", ["attendance.csv:2:1 F18"]),
        ("姓名\n" + "长" * 200_000 + "\n", ["attendance.csv:2 F13"]),
    ],
)
def test_csv_faults_are_located(tmp_path: Path, text: str, faults: list[str]) -> None:
    assert faults_in(write(tmp_path, text)) == faults


def test_csv_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名,校,姓名,\n张三\n李四,二小,李四,多\n")

    assert faults_in(path) == [
        "attendance.csv:1 F15",
        "attendance.csv:1 F16",
        "attendance.csv:2 F14",
    ]


def test_csv_same_fault_is_listed_twenty_times_then_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名,校\n" + "张三\n" * 50)

    faults = faults_in(path)

    assert faults[0] == "attendance.csv F19"
    assert faults[1:] == [f"attendance.csv:{line} F14" for line in range(2, 22)]


def test_csv_table_with_error_is_left_out(tmp_path: Path) -> None:
    problems = Problems()

    tables = read_tables(write(tmp_path, "姓名,姓名\n"), problems=problems)

    assert tables == {}
    assert [problem.id for problem in problems] == ["F16"]


def test_csv_table_with_warning_is_kept(tmp_path: Path) -> None:
    problems = Problems()

    tables = read_tables(write(tmp_path, "姓名\n张\ufffd\n"), problems=problems)

    assert list(tables) == ["attendance"]
    assert [problem.id for problem in problems] == ["F31"]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (codecs.BOM_UTF8 + "姓名\n张三\n".encode() + b"\xff\n", 3),
        ("姓名\n张三\n".encode() + b"\xe5\xbc\n", 3),
        ("姓名\n".encode() + "张三，第一小学\n".encode() * 9 + b"\xe5\xbc,\xa0\n", 11),
        ("姓名\r张三\r".encode("gb18030") + b"\xff\r", 3),
        ("姓名\r\n张三\r\n".encode("gb18030") + b"\x81", 3),
        ("姓名\n张三\n".encode("utf-16") + b"\x00", 3),
        (b"\xff\xff\xff", 1),
    ],
)
def test_csv_undecodable_line_is_located(tmp_path: Path, raw: bytes, line: int) -> None:
    assert faults_in(write(tmp_path, raw)) == [f"attendance.csv:{line} F10"]


def test_csv_nul_in_utf16_without_mark_is_refused(tmp_path: Path) -> None:
    raw = "name\nann\n".encode("utf-16-le")

    assert faults_in(write(tmp_path, raw)) == ["attendance.csv:1 F11"]
