"""A sheet of a workbook, whichever format it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kaocheng.engine.problems import Place, Refused, refuse
from kaocheng.formats.area import Area
from kaocheng.formats.grid import column_letters
from kaocheng.formats.limits import MOST_SHEET_COLUMNS, MOST_SHEET_LINES, Limits

SheetValue = int | float | str | bool | date | datetime | time | timedelta


@dataclass(frozen=True)
class CellError:
    """A formula without value; line and column count from 1.

    `error` is what Excel says (`#DIV/0!`), or the formula if it was never calculated (`=A1+B1`).
    """

    line: int
    column: int
    error: str


@dataclass(frozen=True)
class MergedCells:
    """A merged rectangle, all four sides inclusive and counted from 1."""

    first_line: int
    first_column: int
    last_line: int
    last_column: int


@dataclass(frozen=True)
class SheetScan:
    """What is known of a sheet before it is laid out in memory; `area` holds all of its cells."""

    area: Area
    errors: tuple[CellError, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """`rows` are (line, values) in order, each row as wide as the others; an empty cell is `""`.

    `first_column` is the column of the first value of each row.
    """

    name: str
    rows: Iterable[tuple[int, list[SheetValue]]] = ()
    first_column: int = 1
    errors: tuple[CellError, ...] = ()
    merged: tuple[MergedCells, ...] = ()
    is_hidden: bool = False


def sheet_source(file: str, *, sheet: str) -> str:
    """How a sheet is named to the reader."""
    return f"{file} › {sheet}"


def check_area(area: Area, *, file: str, sheet: str, limits: Limits) -> None:
    """Raise `Refused` when the sheet is too large to be laid out, or larger than Excel's can be."""
    is_outside = area.last_line > MOST_SHEET_LINES or area.last_column > MOST_SHEET_COLUMNS
    if is_outside or area.cells > limits.sheet_cells:
        raise too_large(area, file=file, sheet=sheet)


def too_large(area: Area, *, file: str, sheet: str) -> Refused:
    return refuse(
        "F24",
        Place(sheet_source(file, sheet=sheet)),
        first_row=area.first_line,
        last_row=area.last_line,
        column=column_letters(area.last_column),
    )
