"""Tables that leave the platform: .xlsx and .csv out of headings and rows, safe to open.

What is typed by people goes out as text and never as a formula (`formats` writes an .xlsx text as a
text and marks a CSV text that a spreadsheet would run); nothing says who made the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from kaocheng.formats.cell_text import BLANKS
from kaocheng.formats.out_table import OutCell, OutColumn, OutTable
from kaocheng.formats.writers import write_csv
from kaocheng.formats.xlsx_writer import sheet_name, write_workbook

Cell = str | int | Decimal | Fraction | date | bool | None
Kind = Literal["xlsx", "csv"]

MEDIA_TYPES: dict[Kind, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CHINA = ZoneInfo("Asia/Shanghai")
# Halves of a character and what XML forbids: some program would drop the whole file over one.
_UNSAVABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NAME = 31


@dataclass(frozen=True)
class Sheet:
    """Shape: every row has one cell for each heading; `name` stands on the tab of the sheet."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def xlsx(title: str, sheets: Sequence[Sheet]) -> bytes:
    """A workbook of one or more sheets; raises `Refused` (F37) for more than Excel takes."""
    names = _apart([sheet.name for sheet in sheets])
    stream = io.BytesIO()
    write_workbook(
        stream, [_table(sheet, name, title) for sheet, name in zip(sheets, names, strict=True)]
    )
    return stream.getvalue()


def csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte-order mark, which Excel needs to read Chinese."""
    stream = io.BytesIO()
    write_csv(stream, _table(sheet, sheet.name, sheet.name))
    return stream.getvalue()


def _table(sheet: Sheet, name: str, title: str) -> OutTable:
    columns = tuple(
        OutColumn(f"c{number}", _text(heading))
        for number, heading in enumerate(sheet.headings, start=1)
    )
    return OutTable(name, _text(title), columns, tuple(_cells(row) for row in sheet.rows))


def _cells(row: Iterable[Cell]) -> tuple[OutCell, ...]:
    return tuple(_cell(cell) for cell in row)


def _cell(cell: Cell) -> OutCell:
    match cell:
        case str():
            return _text(cell)
        case Decimal():
            return Fraction(cell)
        case datetime() if cell.tzinfo is not None:
            # To the minute, as the clock on the wall in China.
            return cell.astimezone(CHINA).replace(tzinfo=None, second=0, microsecond=0)
        case _:
            return cell


def _text(text: str) -> str:
    """Without blanks around it that nobody means, a TAB among them, which may start a formula."""
    return _UNSAVABLE.sub("\ufffd", text).strip(BLANKS)


def _apart(names: Sequence[str]) -> list[str]:
    """The names as sheets may bear them; a number is added to one that is there already."""
    kept: list[str] = []
    for name in names:
        plain, number = sheet_name(name), 1
        one = plain
        while one.lower() in map(str.lower, kept):
            number += 1
            one = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]}_{number}"
        kept.append(one)
    return kept
