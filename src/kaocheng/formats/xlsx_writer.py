"""Tables as .xlsx workbooks: one sheet each, a bold header in view, the same bytes each time.

A number is written as a number when Excel keeps it exactly (it ends, within 15 digits), otherwise
as its exact text (`7/3`). Text is always text: never a formula, a link or a number. 是 and 否 stand
for truth, as in CSV; a date is a date.
"""

from __future__ import annotations

import io
import re
import traceback
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from kaocheng.engine.problems import Place, Refused, refuse
from kaocheng.formats.cell_text import KEPT_DIGITS, digit_count
from kaocheng.formats.limits import MOST_SHEET_COLUMNS, MOST_SHEET_LINES
from kaocheng.formats.out_table import OutCell, OutTable, out_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
# Excel counts days from 1900 and takes that year for a leap year.
_FIRST_SOUND_DAY = date(1900, 3, 1)
_BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'+|'+$")
_LONGEST_SHEET_NAME = 31
_NARROWEST, _WIDEST = 8, 40


def write_xlsx(stream: BinaryIO, table: OutTable) -> None:
    """Raises `Refused` for a table that does not fit, OSError when the disk does not take it."""
    write_workbook(stream, (table,))


def write_workbook(stream: BinaryIO, tables: Sequence[OutTable]) -> None:
    """One sheet for each table, in the order given; the workbook bears the title of the first.

    The names of the tables differ as far as Excel tells them apart: 31 characters, whatever their
    case; anything else is a bug of ours. Raises what `write_xlsx` raises.
    """
    from tempfile import TemporaryDirectory

    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError, FileSizeError

    for table in tables:
        if len(table.rows) >= MOST_SHEET_LINES or len(table.columns) > MOST_SHEET_COLUMNS:
            raise _too_large(table)
    with TemporaryDirectory() as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False}
        packed = io.BytesIO()
        book = Workbook(packed, options)
        book.set_properties({"title": tables[0].title, "created": _CREATED})
        for table in tables:
            _write_sheet(book, table)
        try:
            book.close()
        except FileCreateError as error:
            cause = error.args[0]
            # Xlsxwriter leaves the archive open: let it go now, while what it writes to is open.
            traceback.clear_frames(cause.__traceback__)
            raise OSError(*cause.args) from error
        except FileSizeError as error:
            raise _too_large(tables[0]) from error
    stream.write(packed.getbuffer())


def sheet_name(name: str) -> str:
    """The table's name as far as Excel takes it: 31 characters, some marks replaced by `_`."""
    kept = _BAD_IN_SHEET_NAME.sub("_", name)[:_LONGEST_SHEET_NAME].rstrip("'")
    return f"{kept}_" if kept.lower() in ("", "history") else kept


def _write_sheet(book: Workbook, table: OutTable) -> None:
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(sheet_name(table.name))
    sheet.freeze_panes(1, 0)
    for index, title in enumerate(table.header):
        sheet.set_column(index, index, _width(title))
        sheet.write_string(0, index, title, bold)
    for line, row in enumerate(table.rows, start=1):
        for index, cell in enumerate(row):
            # The general `write` is never used: it guesses what a text means.
            if (number := _number(cell)) is not None:
                sheet.write_number(line, index, number)
            elif (moment := _day(cell)) is not None:
                sheet.write_datetime(line, index, moment, day)
            elif text := out_text(cell):
                sheet.write_string(line, index, text)


def _number(cell: OutCell) -> float | None:
    """The number Excel can keep exactly, if the cell is one."""
    if isinstance(cell, bool) or not isinstance(cell, int | Fraction):
        return None
    text = out_text(cell)
    digits = digit_count(text.lstrip("-0."))
    return float(cell) if digits <= KEPT_DIGITS and "/" not in text else None


def _day(cell: OutCell) -> date | None:
    """The day Excel can keep as a date, if the cell is one; a time of day stays text."""
    if not isinstance(cell, date):
        return None
    if isinstance(cell, datetime):
        return _day(cell.date()) if cell.time() == time() else None
    return cell if cell >= _FIRST_SOUND_DAY else None


def _width(title: str) -> int:
    """Chinese characters are two wide."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    return min(max(len(title) + wide + 2, _NARROWEST), _WIDEST)


def _too_large(table: OutTable) -> Refused:
    rows, columns = len(table.rows) + 1, len(table.columns)
    return refuse("F37", Place(table.name), table=table.name, rows=rows, columns=columns)
