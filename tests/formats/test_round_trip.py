"""Whatever text a table holds, it is the same after a CSV or Excel file in between."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaocheng.formats import OutColumn, OutTable, write_table
from kaocheng.formats.cell_text import trimmed
from tests.formats.reading import Cells, read_cells

# Characters that mean something to CSV, to spreadsheets or to XML, among others of every kind.
HOSTILE = st.sampled_from(
    list("=+-@'\",;\t\n\r%#{}[]<>&|\\_x0041_０＝ 　\x00\x01\x0b\x1f\x7f\x85😀𠮷é")
)
TEXT = st.text(st.one_of(HOSTILE, st.characters(codec="utf-8")), max_size=12)
FORMULAS = st.sampled_from(
    (
        *("=1+1", "@cmd", "+1", "-1", "-1人", "'0010", "''0010", "'=1", '="0010"', "＝1", "0010"),
        *("1e5", "_x0041_", "多\n行\r\n字", "是", "2026-09-01", "7/3", "95%"),
        *("长" * 5000, "😀" * 2000),
    )
)
# A cell is trimmed on reading, NUL is in no file, and U+FFFD is warned of.
CELL = (
    st.one_of(TEXT, FORMULAS)
    .map(trimmed)
    .filter(lambda text: not set(text) & set("\0\ufffd\ufffe\uffff"))
)


@st.composite
def tables(draw: st.DrawFn) -> Cells:
    """A header of different names, and rows with something in each."""
    header = draw(st.lists(CELL.filter(bool), min_size=1, max_size=4, unique=True))
    row = st.lists(CELL, min_size=len(header), max_size=len(header)).filter(any)
    return [header, *draw(st.lists(row, max_size=5))]


def out_table(cells: Cells) -> OutTable:
    columns = tuple(OutColumn(f"c{index}", title) for index, title in enumerate(cells[0]))
    return OutTable("attendance", "考勤", columns, tuple(tuple(row) for row in cells[1:]))


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
@given(cells=tables())
@example(cells=[["甲", "乙"], ["=1+1", "@cmd"], ["", "x"]])
@example(cells=[["=甲"], ["'"], ["''"], ['=""'], ["-"], ["a\x85a"]])
def test_text_comes_back_equal(extension: str, cells: Cells) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"attendance.{extension}"

        write_table(path, out_table(cells))

        assert read_cells(path) == cells


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
@given(
    st.lists(
        st.one_of(
            st.integers(-(10**20), 10**20).map(Fraction),
            st.decimals(allow_nan=False, allow_infinity=False, places=6).map(Fraction),
            st.fractions(max_denominator=1000),
        ).filter(lambda value: abs(value) < 10**20),
        min_size=1,
    )
)
def test_numbers_come_back_equal(extension: str, numbers: list[Fraction]) -> None:
    table = OutTable("n", "数", (OutColumn("n", "数"),), tuple((number,) for number in numbers))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"n.{extension}"

        write_table(path, table)

        assert [Fraction(row[0]) for row in read_cells(path)[1:]] == numbers
