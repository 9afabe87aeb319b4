"""Workbooks of LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats import Limits
from tests.formats.books import ods_row, write_ods
from tests.formats.reading import faults_in, found_in, read_cells, read_one


def test_ods_sheet_is_table_of_exact_text(tmp_path: Path) -> None:
    tables = (
        '<table:table table:name="attendance"><table:table-column/>'
        f"<table:table-header-rows>{ods_row('姓名', '天数')}</table:table-header-rows>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"{ods_row('张三', '9')}"
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table>"
    )
    path = write_ods(tmp_path / "facts.ods", tables)

    assert read_one(path) == TextTable(
        name="attendance",
        source="facts.ods › attendance",
        header=("姓名", "天数"),
        rows=(TextRow(4, ("张三", "9")),),
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('office:value-type="float" office:value="0.1"', "0.1"),
        ('office:value-type="float" office:value="5"', "5"),
        ('office:value-type="float" office:value="1.25E+003"', "1250"),
        ('office:value-type="percentage" office:value="0.95"', "0.95"),
        ('office:value-type="currency" office:value="12.5"', "12.5"),
        ('office:value-type="boolean" office:boolean-value="true"', "是"),
        ('office:value-type="boolean" office:boolean-value="false"', "否"),
        ('office:value-type="date" office:date-value="2026-09-01"', "2026-09-01"),
        ('office:value-type="date" office:date-value="2026-09-01T08:30:00"', "2026-09-01 08:30"),
        ('office:value-type="time" office:time-value="PT08H30M00S"', "08:30"),
        ('office:value-type="time" office:time-value="-PT30H00M05S"', "-30:00:05"),
        ('office:value-type="string" office:string-value="张三"', "张三"),
    ],
)
def test_ods_value_is_read_as(tmp_path: Path, cell: str, text: str) -> None:
    tables = (
        f'<table:table table:name="a">{ods_row("值", "其他")}<table:table-row>'
        f"<table:table-cell {cell}><text:p>shown</text:p></table:table-cell>"
        '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    path = write_ods(tmp_path / "facts.ods", tables)

    assert read_cells(path) == [["值", "其他"], [text, "x"]]


def test_ods_text_keeps_paragraphs_blanks_and_breaks_without_notes(tmp_path: Path) -> None:
    tables = (
        f'<table:table table:name="a">{ods_row("备注")}<table:table-row>'
        '<table:table-cell office:value-type="string">'
        "<office:annotation><text:p>批注</text:p></office:annotation>"
        '<text:p>一<text:s text:c="2"/>二<text:span>三</text:span>四</text:p>'
        "<text:p>五<text:line-break/>六<text:tab/>七</text:p>"
        "</table:table-cell></table:table-row></table:table>"
    )
    path = write_ods(tmp_path / "facts.ods", tables)

    assert read_cells(path) == [["备注"], ["一  二三四\n五\n六\t七"]]


def test_ods_repeated_rows_and_cells_are_repeated(tmp_path: Path) -> None:
    tables = (
        f'<table:table table:name="a">{ods_row("甲", "乙", "丙")}'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell '
        'table:number-columns-repeated="3" office:value-type="float" office:value="1"/>'
        f"</table:table-row>{ods_row('2')}</table:table>"
    )
    path = write_ods(tmp_path / "facts.ods", tables)

    assert read_cells(path) == [
        ["甲", "乙", "丙"],
        ["1", "1", "1"],
        ["1", "1", "1"],
        ["2", "", ""],
    ]


def test_ods_errors_merged_cells_and_hidden_sheets_are_told(tmp_path: Path) -> None:
    hidden = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="ta2">{hidden}</style:style>'
    tables = (
        f'<table:table table:name="a">{ods_row("甲", "乙")}<table:table-row>'
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string" table:number-rows-spanned="2">'
        "<text:p>合并</text:p></table:table-cell></table:table-row><table:table-row>"
        '<table:table-cell table:formula="of:=[.A1]+1"/></table:table-row></table:table>'
        f'<table:table table:name="b" table:style-name="ta2">{ods_row("丙")}</table:table>'
    )
    path = write_ods(tmp_path / "facts.ods", tables, styles_xml=styles)

    assert [(str(problem.place), problem.id, problem.values) for problem in found_in(path)] == [
        ("facts.ods › a:2:1", "F25", (("cell", "A2"), ("error", "#DIV/0!"))),
        ("facts.ods › a:2:2", "F29", (("cells", "B2:B3"),)),
        ("facts.ods › a:3:1", "F25", (("cell", "A3"), ("error", "=[.A1]+1"))),
        ("facts.ods › b", "F30", (("sheet", "b"),)),
    ]


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        (
            (
                '<table:table table:name="a">'
                '<table:table-row table:number-rows-repeated="999999999">'
                '<table:table-cell office:value-type="float" office:value="1"/>'
                "</table:table-row></table:table>"
            ),
            "facts.ods › a F24",
        ),
        (
            (
                '<table:table table:name="a"><table:table-row><table:table-cell '
                'table:number-columns-repeated="999999999" '
                'office:value-type="float" office:value="1"/>'
                "<table:table-cell office:value-type='float' office:value='1'/>"
                "</table:table-row></table:table>"
            ),
            "facts.ods F22",
        ),
        ('<table:table table:name="a">', "facts.ods F22"),
        (
            (
                '<table:table table:name="a"><table:table-row>'
                '<table:table-cell office:value-type="float" office:value="x"/>'
                "</table:table-row></table:table>"
            ),
            "facts.ods F22",
        ),
        (
            (
                '<table:table table:name="a"><table:table-row>'
                '<table:table-cell office:value-type="time" office:time-value="soon"/>'
                "</table:table-row></table:table>"
            ),
            "facts.ods F22",
        ),
        ("", "facts.ods F09"),
    ],
)
def test_ods_hostile_content_is_refused(tmp_path: Path, tables: str, fault: str) -> None:
    path = write_ods(tmp_path / "facts.ods", tables)

    assert faults_in(path, limits=Limits(sheet_cells=1_000_000)) == [fault]


def test_ods_with_password_is_told(tmp_path: Path) -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    path = write_ods(tmp_path / "facts.ods", "", manifest=manifest)

    assert faults_in(path) == ["facts.ods F21"]
