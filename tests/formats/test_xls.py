"""Workbooks of Excel 97 to 2003, which WPS still writes by default."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats import Limits
from tests.formats.books import (
    write_xls,
    xls_bool,
    xls_error,
    xls_formula_error,
    xls_number,
    xls_stream,
    xls_text,
)
from tests.formats.reading import faults_in, found_in, read_one

HEADER = xls_text(0, 0, "姓名") + xls_text(0, 1, "得分")


def test_xls_sheet_is_table_of_exact_text(tmp_path: Path) -> None:
    cells = [
        xls_text(1, 0, "张三"),
        xls_number(1, 1, 0.1),
        xls_text(2, 0, "李四"),
        xls_number(2, 1, 46_266, style=1),
        xls_text(4, 0, "王五"),
        xls_bool(4, 1, value=True),
    ]
    stream = xls_stream({"attendance": HEADER + b"".join(cells), "Sheet2": b""})
    path = write_xls(tmp_path / "facts.xls", stream)

    assert read_one(path) == TextTable(
        name="attendance",
        source="facts.xls › attendance",
        header=("姓名", "得分"),
        rows=(
            TextRow(2, ("张三", "0.1")),
            TextRow(3, ("李四", "2026-09-01")),
            TextRow(5, ("王五", "是")),
        ),
    )


def test_xls_error_cells_are_located(tmp_path: Path) -> None:
    cells = HEADER + xls_error(1, 1, 0x07) + xls_formula_error(2, 1, 0x2A)
    path = write_xls(tmp_path / "facts.xls", xls_stream({"得分": cells}))

    problems = found_in(path)

    assert [(str(problem.place), problem.id, problem.values) for problem in problems] == [
        ("facts.xls › 得分:2:2", "F25", (("cell", "B2"), ("error", "#DIV/0!"))),
        ("facts.xls › 得分:3:2", "F25", (("cell", "B3"), ("error", "#N/A"))),
    ]


def test_xls_with_password_is_told(tmp_path: Path) -> None:
    password = struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1)
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER}, extra=password))

    assert faults_in(path) == ["facts.xls F21"]


def test_xlsx_with_password_is_told(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "facts.xlsx", b"encrypted", name="EncryptedPackage")

    assert faults_in(path) == ["facts.xlsx F21"]


def test_xls_sheet_too_large_to_lay_out_is_refused(tmp_path: Path) -> None:
    cells = HEADER + xls_number(65_535, 65_535, 1)
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER, "b": cells}))

    assert faults_in(path) == ["facts.xls › #2 F24"]


def test_xls_sheets_too_large_together_are_refused(tmp_path: Path) -> None:
    cells = HEADER + xls_number(99, 99, 1)
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": cells, "b": cells}))

    assert faults_in(path, limits=Limits(sheet_cells=15_000)) == ["facts.xls F22"]


@pytest.mark.parametrize(
    ("first", "after"),
    [(0, 0xFFFFFFFF), (5, 2), (0xFFFFFFFF, 1)],
    ids=["huge", "reversed", "wraps"],
)
def test_xls_impossible_dimensions_are_damage(tmp_path: Path, first: int, after: int) -> None:
    dimensions = struct.pack("<HHIIHHH", 0x0200, 14, first, after, 0, 0xFFFF, 0)
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": dimensions + HEADER}))

    assert faults_in(path) == ["facts.xls F22"]


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (44, 0xFFFFFFFF),  # number of sectors in the table
        (48, 0x00FFFFFF),  # first sector of the directory
        (60, 0x00000000),  # first sector of the mini table, with the next
        (64, 0xFFFF0000),  # number of sectors in the mini table
        (76, 0x0000FFFF),  # first sector of the table
    ],
)
def test_xls_header_that_lies_is_damage(tmp_path: Path, offset: int, value: int) -> None:
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER}))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, offset, value)
    if offset == 60:
        struct.pack_into("<I", raw, 64, 3)
    path.write_bytes(raw)

    assert faults_in(path) == ["facts.xls F22"]


def test_xls_table_that_goes_on_for_ever_is_damage(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER}))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 68, 4)  # The table goes on in sector 4, which goes on in itself.
    struct.pack_into("<I", raw, 512 + 4 * 512 + 508, 4)
    path.write_bytes(raw)

    assert faults_in(path) == ["facts.xls F22"]


def test_xls_chain_that_never_ends_is_damage(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER}))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 512 + 4 * 5, 2)
    path.write_bytes(raw)

    assert faults_in(path) == ["facts.xls F22"]


def test_xls_without_workbook_inside_is_damage(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "facts.xls", b"", name="WordDocument")

    assert faults_in(path) == ["facts.xls F22"]


def test_xls_sheets_that_overlap_are_damage(tmp_path: Path) -> None:
    stream = xls_stream({"a": HEADER, "b": HEADER})
    first, second = (stream.index(name.encode("utf-16-le")) - 8 for name in "ab")
    twice = stream[:second] + stream[first : first + 4] + stream[second + 4 :]
    path = write_xls(tmp_path / "facts.xls", twice)

    assert faults_in(path) == ["facts.xls F22"]


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><table><tr><td>\xd0\xd5\xc3\xfb</td></tr></table></html>",
        "姓名\t得分\n张三\t9\n".encode("gb18030"),
        b"PK",
    ],
)
def test_xls_that_is_something_else_is_told(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "facts.xls"
    path.write_bytes(raw)

    assert faults_in(path) == ["facts.xls F20"]


@pytest.mark.parametrize("length", [8, 511, 512, 600, 1024, 1700])
def test_xls_cut_short_is_damage(tmp_path: Path, length: int) -> None:
    path = write_xls(tmp_path / "facts.xls", xls_stream({"a": HEADER}))
    path.write_bytes(path.read_bytes()[:length])

    assert faults_in(path) == ["facts.xls F22"]
