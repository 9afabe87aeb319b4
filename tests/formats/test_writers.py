"""What each format makes of a table, byte by byte or as a reader sees it."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from pyarrow import parquet
from python_calamine import load_workbook

from kaocheng.formats import OutCell, OutColumn, OutTable, canonical_csv_bytes, write_table
from tests.formats.reading import read_cells

TABLE = OutTable(
    "result",
    "考核结果",
    (
        OutColumn("name", "姓名"),
        OutColumn("score", "得分"),
        OutColumn("days", "天数"),
        OutColumn("on", "日期"),
        OutColumn("ok", "合格"),
    ),
    (
        ("张三", Fraction(91, 10), 22, date(2026, 9, 1), True),
        ("李四", Fraction(7, 3), None, None, False),
        ("=1+1", Fraction(-1, 5), 0, None, None),
    ),
)


def one_column(*cells: OutCell, title: str = "值") -> OutTable:
    return OutTable("t", "表", (OutColumn("v", title),), tuple((cell,) for cell in cells))


def test_csv_bytes(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    expected = (
        "姓名,得分,天数,日期,合格\n张三,9.1,22,2026-09-01,是\n李四,7/3,,,否\n'=1+1,-0.2,0,,\n"
    ).encode()

    write_table(path, TABLE)

    assert path.read_bytes() == b"\xef\xbb\xbf" + expected
    assert canonical_csv_bytes(TABLE) == expected


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5人", "'-5人"),
        ("@cmd", "'@cmd"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", '"\'\t=1"'),
        ('=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'),
        ("-0.2", "-0.2"),
        ("-5%", "-5%"),
        ("-7/3", "-7/3"),
        ("'0010", "''0010"),
        ("'=1", "''=1"),
        ("'张三", "'张三"),
        ("a-b=c", "a-b=c"),
        (Fraction(-7, 3), "-7/3"),
        (-5, "-5"),
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\rb"'),
        ("a;b", '"a;b"'),
        (" a", '" a"'),
        ("", '""'),
        (None, '""'),
    ],
)
def test_csv_field(cell: OutCell, field: str) -> None:
    assert canonical_csv_bytes(one_column(cell)) == f"值\n{field}\n".encode()


def test_csv_header_is_protected_like_text() -> None:
    assert canonical_csv_bytes(one_column(title="=cmd")) == b"'=cmd\n"


def test_json_bytes(tmp_path: Path) -> None:
    path = tmp_path / "result.json"

    write_table(path, TABLE)

    assert path.read_text("utf-8") == (
        "[\n"
        '{"name": "张三", "score": "9.1", "days": "22", "on": "2026-09-01", "ok": true},\n'
        '{"name": "李四", "score": "7/3", "days": null, "on": null, "ok": false},\n'
        '{"name": "=1+1", "score": "-0.2", "days": "0", "on": null, "ok": null}\n'
        "]\n"
    )


def test_json_without_rows_is_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "result.json"

    write_table(path, one_column())

    assert json.loads(path.read_text("utf-8")) == []


def test_parquet_is_text_in_every_column(tmp_path: Path) -> None:
    path = tmp_path / "result.parquet"

    write_table(path, TABLE)

    table = parquet.read_table(path)
    assert {str(field.type) for field in table.schema} == {"string"}
    assert table.schema.field("score").metadata == {b"title": "得分".encode()}
    assert table.to_pylist() == [
        {"name": "张三", "score": "9.1", "days": "22", "on": "2026-09-01", "ok": "是"},
        {"name": "李四", "score": "7/3", "days": None, "on": None, "ok": "否"},
        {"name": "=1+1", "score": "-0.2", "days": "0", "on": None, "ok": None},
    ]


def test_parquet_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "result.parquet"

    write_table(path, one_column())

    assert parquet.read_table(path).schema.names == ["v"]


def test_xlsx_values_have_their_types(tmp_path: Path) -> None:
    path = tmp_path / "result.xlsx"

    write_table(path, TABLE)

    assert load_workbook(path).get_sheet_by_name("result").to_python() == [
        ["姓名", "得分", "天数", "日期", "合格"],
        ["张三", 9.1, 22.0, date(2026, 9, 1), "是"],
        ["李四", "7/3", "", "", "否"],
        ["=1+1", -0.2, 0.0, "", ""],
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Fraction(1, 10), 0.1),
        (Fraction(123_456_789_012_345, 1000), 123456789012.345),
        (Fraction(1, 2**20), 9.5367431640625e-07),
        (Fraction(1, 2**25), "0.0000000298023223876953125"),
        (123_456_789_012_345, 123456789012345.0),
        (1_234_567_890_123_456, "1234567890123456"),
        (Fraction(1_234_567_890_123_456, 10), "123456789012345.6"),
        (Fraction(1, 3), "1/3"),
        (date(1899, 12, 31), "1899-12-31"),
        (datetime(2026, 9, 1, 8, 30, tzinfo=UTC), "2026-09-01 08:30"),
        (datetime(2026, 9, 1, tzinfo=UTC), date(2026, 9, 1)),
        ("12", "12"),
        ("=1+1", "=1+1"),
        ("https://a.example", "https://a.example"),
        ("{=1}", "{=1}"),
        ("_x0041_", "_x0041_"),
        ("a\r\nb", "a\r\nb"),
        (" a ", " a "),
        ("😀" * 16_383, "😀" * 16_383),
    ],
)
def test_xlsx_cell(tmp_path: Path, cell: OutCell, value: object) -> None:
    path = tmp_path / "t.xlsx"

    write_table(path, one_column(cell))

    assert load_workbook(path).get_sheet_by_index(0).to_python() == [["值"], [value]]


def test_xlsx_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"

    write_table(path, one_column("=1+1", "{=1}", "https://a.example", "internal:a!A1"))

    archive = zipfile.ZipFile(path)
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not [name for name in archive.namelist() if "worksheets/_rels" in name]


def test_xlsx_header_is_bold_and_frozen(tmp_path: Path) -> None:
    path = tmp_path / "result.xlsx"

    write_table(path, TABLE)

    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2"' in sheet
    assert '<c r="A1" s="1" t="inlineStr">' in sheet


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("result", "result"),
        ("a/b:c*[d]", "a_b_c__d_"),
        ("长" * 40, "长" * 31),
        ("'引用'", "_引用_"),
        ("History", "History_"),
        ("", "_"),
    ],
)
def test_xlsx_sheet_name_is_one_that_excel_takes(tmp_path: Path, name: str, sheet: str) -> None:
    path = tmp_path / "t.xlsx"

    write_table(path, OutTable(name, "表", (OutColumn("v", "值"),), ()))

    assert load_workbook(path).sheet_names == [sheet]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "parquet"])
def test_same_table_gives_same_bytes(tmp_path: Path, kind: str) -> None:
    first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"

    write_table(first, TABLE)
    write_table(second, TABLE)

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_written_table_reads_back_as_the_same_text(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"result.{extension}"

    write_table(path, TABLE)

    assert read_cells(path) == [
        ["姓名", "得分", "天数", "日期", "合格"],
        ["张三", "9.1", "22", "2026-09-01", "是"],
        ["李四", "7/3", "", "", "否"],
        ["=1+1", "-0.2", "0", "", ""],
    ]
