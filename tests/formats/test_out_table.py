"""Tables to be written: their shape, their headers, the exact text of their cells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from kaocheng.formats import OutCell, OutColumn, OutTable, out_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("张三", "张三"),
        ("", ""),
        (True, "是"),
        (False, "否"),
        (12, "12"),
        (Fraction(-1, 5), "-0.2"),
        (Fraction(7, 3), "7/3"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 8, 30, tzinfo=UTC), "2026-09-01 08:30"),
    ],
)
def test_out_text_is_exact(cell: OutCell, text: str) -> None:
    assert out_text(cell) == text


def test_out_text_refuses_floats() -> None:
    with pytest.raises(TypeError):
        out_text(0.1)  # type: ignore[arg-type]  # what a type checker would have caught


def test_header_tells_equal_titles_apart_and_falls_back_to_ids() -> None:
    columns = (OutColumn("a", "得分"), OutColumn("b", "得分"), OutColumn("c", ""))

    table = OutTable("result", "结果", columns, ())

    assert table.header == ("得分（a）", "得分（b）", "c")


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((), ()),
        ((OutColumn("a", "甲"), OutColumn("a", "乙")), ()),
        ((OutColumn("a", "甲"),), (("1", "2"),)),
    ],
)
def test_table_of_wrong_shape_cannot_be_made(
    columns: tuple[OutColumn, ...], rows: tuple[tuple[OutCell, ...], ...]
) -> None:
    with pytest.raises(ValueError, match="result"):
        OutTable("result", "结果", columns, rows)
