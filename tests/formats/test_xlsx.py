"""Workbooks of Excel: exact text of numbers, dates and truth, and what is wrong with cells."""

from __future__ import annotations

import zipfile
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats import Limits, read_tables
from tests.formats.books import XlsxCell, compound_file, repacked, write_raw_xlsx, write_xlsx_book
from tests.formats.reading import cells_of, faults_in, found_in, read_cells, read_one


def write_cell(folder: Path, value: object, *, number_format: str = "") -> Path:
    """A workbook with one column 值 and one cell."""
    path = folder / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write(0, 0, "值")
    sheet.write(1, 0, value, book.add_format({"num_format": number_format or "General"}))
    book.close()
    return path


def test_xlsx_sheet_is_table_of_exact_text(tmp_path: Path) -> None:
    path = write_xlsx_book(
        tmp_path / "facts.xlsx", {"attendance": [["工号", "天数"], ["0010", 9.1], ["0011", None]]}
    )

    assert read_one(path) == TextTable(
        name="attendance",
        source="facts.xlsx › attendance",
        header=("工号", "天数"),
        rows=(TextRow(2, ("0010", "9.1")), TextRow(3, ("0011", ""))),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (5.0, "5"),
        (-12.5, "-12.5"),
        (0.1, "0.1"),
        (1 / 1024, "0.0009765625"),
        (1e-7, "0.0000001"),
        (2026, "2026"),
        (99_999_999_999_999, "99999999999999"),
        (True, "是"),
        (False, "否"),
        ("  张三\u3000", "张三"),
        ("'0010", "'0010"),
        ("007", "007"),
        ("1e5", "1e5"),
    ],
)
def test_xlsx_value_is_read_as(tmp_path: Path, value: object, text: str) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["值", "其他"])
    sheet.write_row(1, 0, [value, "x"])
    book.close()

    assert read_cells(path) == [["值", "其他"], [text, "x"]]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (date(2026, 9, 1), "yyyy-mm-dd", "2026-09-01"),
        (46_266, 'yyyy"年"m"月"d"日"', "2026-09-01"),
        (46_266 + 30_600 / 86_400, "yyyy-mm-dd hh:mm", "2026-09-01 08:30"),
        (46_266 + 30_605 / 86_400, "yyyy-mm-dd hh:mm:ss", "2026-09-01 08:30:05"),
        (46_266.999999999, "yyyy-mm-dd hh:mm", "2026-09-02"),
        (time(8, 30), "hh:mm", "08:30"),
        (timedelta(hours=30), "[h]:mm", "30:00"),
        (0.95, "0%", "0.95"),
        (5, '0"天"', "5"),
        (-5.5, "0.00_);[Red]\\(0.00\\)", "-5.5"),
    ],
)
def test_xlsx_formatted_value_is_read_as(
    tmp_path: Path, value: object, number_format: str, text: str
) -> None:
    path = write_cell(tmp_path, value, number_format=number_format)

    assert read_cells(path) == [["值"], [text]]


@pytest.mark.parametrize("built_in", [14, 31, 57, 58])
def test_xlsx_built_in_date_formats_of_chinese_excel_are_dates(
    tmp_path: Path, built_in: int
) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write(0, 0, "值")
    sheet.write(1, 0, 46_266, book.add_format({"num_format": built_in}))
    book.close()

    assert read_cells(path) == [["值"], ["2026-09-01"]]


def test_xlsx_formula_is_its_value(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["甲", "乙", "丙"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 1, '="张"&"三"', None, "张三")
    sheet.write_formula(1, 2, "=1=1", None, True)
    book.close()

    assert read_cells(path) == [["甲", "乙", "丙"], ["2", "张三", "是"]]


def test_xlsx_header_is_first_row_with_anything_and_lines_are_those_of_excel(
    tmp_path: Path,
) -> None:
    rows: list[list[XlsxCell]] = [
        ["姓名", "天数"],
        [None, None],
        ["张三", 9],
        [None, None],
        ["李四", 8],
    ]
    path = write_xlsx_book(tmp_path / "facts.xlsx", {"数据": rows}, first=(3, 2))

    table = read_one(path)

    assert table.header == ("姓名", "天数")
    assert table.rows == (TextRow(6, ("张三", "9")), TextRow(8, ("李四", "8")))


def test_xlsx_empty_columns_at_the_end_are_dropped(tmp_path: Path) -> None:
    rows: list[list[XlsxCell]] = [["姓名", "天数", "  ", None], ["张三", 9, " ", "\u3000"]]
    path = write_xlsx_book(tmp_path / "facts.xlsx", {"数据": rows})

    assert read_cells(path) == [["姓名", "天数"], ["张三", "9"]]


def test_xlsx_formatted_cell_far_away_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write_column(0, 0, ["姓名", "张三"])
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()

    assert read_cells(path) == [["姓名"], ["张三"]]


def test_xlsx_several_sheets_are_tables_by_sheet_name(tmp_path: Path) -> None:
    sheets = {"attendance": [["姓名"]], "papers ": [["题目"]], "Sheet3": []}
    path = write_xlsx_book(tmp_path / "facts.xlsx", sheets)

    tables = read_tables(path, problems=Problems())

    assert {name: table.source for name, table in tables.items()} == {
        "attendance": "facts.xlsx › attendance",
        "papers": "facts.xlsx › papers ",
    }


@pytest.mark.parametrize(
    ("sheet", "known", "name"),
    [
        ("Sheet1", (), "attendance"),
        ("sheet 2", (), "attendance"),
        ("工作表1", (), "attendance"),
        ("papers", (), "papers"),
        ("papers", ("papers",), "papers"),
        ("2026年考勤", (), "2026年考勤"),
        ("2026年考勤", ("attendance", "papers"), "attendance"),
        ("papers", ("attendance", "papers"), "papers"),
    ],
)
def test_xlsx_only_sheet_is_called(
    tmp_path: Path, sheet: str, known: tuple[str, ...], name: str
) -> None:
    path = write_xlsx_book(tmp_path / "attendance.xlsx", {sheet: [["姓名"]]})

    tables = read_tables(path, problems=Problems(), known=known)

    assert list(tables) == [name]


def test_xlsx_hidden_sheet_is_left_out_with_warning(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name in ("attendance", "旧数据", "WpsReserved_CellImgList"):
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, "姓名")
        if name != "attendance":
            sheet.hide()
    book.close()
    problems = Problems()

    tables = read_tables(path, problems=problems)

    assert list(tables) == ["attendance"]
    assert [str(problem.place) for problem in problems] == ["facts.xlsx › 旧数据"]


def test_xlsx_chart_sheet_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("attendance").write_column(0, 0, ["天数", 1])
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=attendance!$A$2:$A$2"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()

    assert read_one(path).name == "attendance"


def test_xlsx_error_cells_are_located(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["甲", "乙"])
    for line, error in enumerate(("#DIV/0!", "#REF!", "#N/A", "#SPILL!"), start=1):
        sheet.write(line, 0, "x")
        sheet.write_formula(line, 1, "=1/0", None, error)
    book.close()
    # xlsxwriter writes an error it does not know as text, Excel as an error.
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    xml = xml.replace(b't="str"', b't="e"')
    path.write_bytes(repacked(path.read_bytes(), {"xl/worksheets/sheet1.xml": xml}))

    problems = found_in(path)

    assert [(str(problem.place), problem.id, dict(problem.values)) for problem in problems] == [
        ("facts.xlsx › 数据:2:2", "F25", {"cell": "B2", "error": "#DIV/0!"}),
        ("facts.xlsx › 数据:3:2", "F25", {"cell": "B3", "error": "#REF!"}),
        ("facts.xlsx › 数据:4:2", "F25", {"cell": "B4", "error": "#N/A"}),
        ("facts.xlsx › 数据:5:2", "F25", {"cell": "B5", "error": "#SPILL!"}),
    ]


@pytest.mark.parametrize("value", [1e40, 1e300, 1e-40, 1.2345678901234567e-30])
def test_xlsx_number_without_exact_text_is_refused(tmp_path: Path, value: float) -> None:
    path = write_cell(tmp_path, value)

    assert faults_in(path) == ["facts.xlsx › 数据:2:1 F26"]


def test_xlsx_numbers_that_excel_rounded_are_warned_of_once_a_column(tmp_path: Path) -> None:
    xml = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>证号</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>得分</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1.1010519900101123E+17</v></c>'
        '<c r="B2"><v>0.30000000000000004</v></c></row>'
        '<row r="3"><c r="A3"><v>1e22</v></c><c r="B3"><v>1.1000000000000001</v></c></row>'
    )
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)
    problems = Problems()

    tables = read_tables(path, problems=problems)

    assert cells_of(tables["数据"]) == [
        ["证号", "得分"],
        ["110105199001011230", "0.30000000000000004"],
        ["10000000000000000000000", "1.1"],
    ]
    assert [
        (str(problem.place), problem.id, dict(problem.values)["count"]) for problem in problems
    ] == [
        ("facts.xlsx › 数据:2:1", "F27", "2"),
        ("facts.xlsx › 数据:2:2", "F28", "1"),
    ]


def test_xlsx_merged_cells_with_values_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["组", "姓名"])
    sheet.merge_range("A2:A3", "语文组")
    sheet.write_column(1, 1, ["张三", "李四"])
    sheet.merge_range("A9:B9", "")
    book.close()

    assert [problem.values for problem in found_in(path)] == [(("cells", "A2:A3"),)]


def test_xlsx_title_above_header_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("数据")
    sheet.merge_range("A1:C1", "2026年考勤表")
    sheet.write_row(1, 0, ["工号", "姓名", "天数"])
    book.close()

    assert [(problem.id, problem.values) for problem in found_in(path)] == [
        ("F15", (("columns", "B、C"),)),
        ("F29", (("cells", "A1:C1"),)),
    ]


def test_xlsx_column_letters_are_those_of_excel(tmp_path: Path) -> None:
    rows: list[list[XlsxCell]] = [["姓名", None, "姓名"], ["张三", "x", "长" * 32_767]]
    path = write_xlsx_book(tmp_path / "facts.xlsx", {"数据": rows}, first=(0, 26))

    assert [(problem.id, problem.values) for problem in found_in(path)] == [
        ("F15", (("columns", "AB"),)),
        ("F16", (("column", "姓名"), ("columns", "AA、AC"))),
    ]


def test_xlsx_cells_without_references_are_read(tmp_path: Path) -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows: list[list[XlsxCell]] = [["姓名", "校"], ["张三", "一小"]]
    xml = "".join("<row>" + "".join(map(cell.format, row)) + "</row>" for row in rows)
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    assert read_cells(path) == rows


def test_xlsx_errors_in_cells_without_references_are_located(tmp_path: Path) -> None:
    xml = '<row><c><v>1</v></c></row><row/><row><c/><c t = "e"><v>#N/A</v></c></row>'
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    assert faults_in(path) == ["facts.xlsx › 数据:3:2 F25"]


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row><row r="4000000000"><c s="1"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c><c s="1" r = "zzz99999"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000">'
        + "<c><v>1</v></c>" * 99
        + "</row>",
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="ZZ999999"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_xlsx_sheet_too_large_to_lay_out_is_refused(tmp_path: Path, xml: str) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    assert faults_in(path) == ["facts.xlsx › 数据 F24"]


def test_xlsx_formula_that_was_never_calculated_is_located(tmp_path: Path) -> None:
    xml = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f>A1&amp;"x"</f></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3" s="1"><f t="shared" si="0"/><v/></c><c r="B3"><v>1</v></c></row>'
        '<row r="4"><c r="A4"><f>B1</f><v></v></c>'
        '<c r="B4" t="str"><f>IF(1,"","")</f><v></v></c></row>'
    )
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    assert [(str(problem.place), problem.values) for problem in found_in(path)] == [
        ("facts.xlsx › 数据:2:1", (("cell", "A2"), ("error", '=A1&"x"'))),
        ("facts.xlsx › 数据:3:1", (("cell", "A3"), ("error", "="))),
        ("facts.xlsx › 数据:4:1", (("cell", "A4"), ("error", "=B1"))),
    ]


def test_xlsx_formula_with_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    xml = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>3</v></c><c r="B2" t="str"><f>IF(1,"","")</f><v></v></c></row>'
    )
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    assert read_cells(path) == [["1", "2"], ["3", ""]]


def test_xlsx_rows_beyond_limit_are_refused_at_their_line(tmp_path: Path) -> None:
    path = write_xlsx_book(tmp_path / "facts.xlsx", {"数据": [["n"], [1], [2], [3]]})

    assert faults_in(path, limits=Limits(rows=2)) == ["facts.xlsx › 数据:4 F17"]


def test_xlsx_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", "<row/>")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(20_000_000))

    faults = faults_in(path, limits=Limits(unpacked_bytes=10_000_000))

    assert path.stat().st_size < 100_000
    assert faults == ["facts.xlsx F23"]


def test_xlsx_part_that_is_larger_than_declared_is_damage(tmp_path: Path) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", "<row/>" * 1000)
    raw = path.read_bytes()
    size = len(zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml"))
    path.write_bytes(raw.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little")))

    assert faults_in(path) == ["facts.xlsx F22"]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"</sheets>", b'<sheet name="b" r:id="rId1"/></sheets>'),
        ("xl/workbook.xml", b"</sheets>", b'<sheet name="b" r:id="rId9"/></sheets>'),
        ("xl/workbook.xml", b"</workbook>", b""),
        ("xl/workbook.xml", b"</workbook>", b"<a/>" * 3_000_000 + b"</workbook>"),
        ("_rels/.rels", b"officeDocument", b"other"),
        ("xl/worksheets/sheet1.xml", b"<worksheet", b"\xff\xfe<worksheet"),
        ("xl/worksheets/sheet1.xml", b"<worksheet", b"<!DOCTYPE a><worksheet"),
    ],
    ids=["twice", "nowhere", "open", "huge", "none", "utf-16", "doctype"],
)
def test_xlsx_that_contradicts_itself_is_damage(
    tmp_path: Path, part: str, old: bytes, new: bytes
) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    changed = zipfile.ZipFile(path).read(part).replace(old, new)
    path.write_bytes(repacked(path.read_bytes(), {part: changed}))

    assert faults_in(path) == ["facts.xlsx F22"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_xlsx_with_two_parts_of_one_name_is_damage(tmp_path: Path) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/Sheet1.xml", "<worksheet/>")

    assert faults_in(path) == ["facts.xlsx F22"]


@pytest.mark.parametrize(
    "xml",
    [
        "<row " * 200_000,
        '<c r="A1" ' * 200_000 + 't="e"',
        '<row r="1"><c r="' + "A" * 200_000 + '1"><v>1</v></c></row>',
        '<row r="1"><c r="A' + "9" * 200_000 + '"><v>1</v></c></row>',
        '<row r="1"><c r="AZZ' + "0" * 99 + '1"><v>1</v></c></row>',
        '<row r="1">' + '<c t="e"><f>' * 100_000,
        '<row r="1">' + "<c><f a " * 200_000,
    ],
    ids=["rows", "cells", "letters", "digits", "zeros", "errors", "formulas"],
)
def test_xlsx_hostile_sheet_is_refused_at_once(tmp_path: Path, xml: str) -> None:
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml)

    faults = faults_in(path)

    assert {fault.rpartition(" ")[2] for fault in faults} <= {"F19", "F22", "F24", "F25", "F09"}


@pytest.mark.parametrize(
    "shared_strings",
    [
        '<sst uniqueCount="4000000000"/>',
        '<sst uniqueCount="0' + "9" * 5000 + '"/>',
        "<sst>" + "<" * 500_000,
        '<!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>',
        "<sst><si><t>",
    ],
)
def test_xlsx_hostile_shared_strings_are_damage(tmp_path: Path, shared_strings: str) -> None:
    xml = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    path = write_raw_xlsx(tmp_path / "facts.xlsx", xml, shared_strings=shared_strings)

    assert faults_in(path) == ["facts.xlsx F22"]


def test_xlsx_without_any_filled_sheet_is_empty(tmp_path: Path) -> None:
    path = write_xlsx_book(tmp_path / "facts.xlsx", {"Sheet1": [], "Sheet2": [[" "]]})

    assert faults_in(path) == ["facts.xlsx F09"]


def test_xlsx_with_another_extension_is_read_as_workbook(tmp_path: Path) -> None:
    raw = write_xlsx_book(tmp_path / "a.xlsx", {"attendance": [["姓名"]]}).read_bytes()
    for name in ("b.csv", "c.xlsm"):
        path = tmp_path / name
        path.write_bytes(raw)

        assert read_cells(path) == [["姓名"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><table><tr><td>\xd0\xd5\xc3\xfb</td></tr></table></html>",
        "姓名\t得分\n张三\t9\n".encode("gb18030"),
        compound_file("Workbook"),
    ],
    ids=["web page", "text", "xls"],
)
def test_xlsx_that_is_something_else_is_told(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "facts.xlsx"
    path.write_bytes(raw)

    assert faults_in(path) == ["facts.xlsx F20"]


def test_xlsx_that_is_an_open_document_is_told(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<document-content/>")

    assert faults_in(path) == ["facts.xlsx F20"]


def test_xlsx_with_password_is_told(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    path.write_bytes(compound_file("EncryptedPackage"))

    assert faults_in(path) == ["facts.xlsx F21"]


def test_xlsx_formulas_outside_cells_are_none_of_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    xml = '<row r="1"><c r="A1"><v>1</v></c></row></sheetData><extLst><ext><f>A1</f></ext></extLst>'
    write_raw_xlsx(path, xml + "<sheetData>")

    assert read_cells(path) == [["1"]]
