"""Sheets of .xlsx and .xls workbooks, read by calamine once their scan says that it is safe."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.sheet import MergedCells, Sheet, SheetScan, SheetValue

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


@contextmanager
def _failures_named() -> Iterator[None]:
    """Turn calamine's failures into `BrokenWorkbook`.

    A panic inside it arrives as a BaseException of a type that cannot be imported; a worksheet that
    contradicts itself can cause one.
    """
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError) as error:
        raise BrokenWorkbook from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise BrokenWorkbook from error
        raise


def open_calamine(raw: bytes) -> CalamineWorkbook:
    from python_calamine import load_workbook

    with _failures_named():
        return load_workbook(io.BytesIO(raw))


def worksheets(book: CalamineWorkbook) -> list[tuple[str, bool]]:
    """Name and whether hidden of each sheet that holds cells, in the order of the tabs."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        (entry.name, entry.visible != SheetVisibleEnum.Visible)
        for entry in book.sheets_metadata
        if entry.typ == SheetTypeEnum.WorkSheet
    ]


def read_sheet(book: CalamineWorkbook, name: str, *, scan: SheetScan) -> Sheet:
    try:
        with _failures_named():
            sheet = book.get_sheet_by_name(name)
    except BrokenWorkbook:
        if scan.errors:
            # Newer errors such as #SPILL! are unknown to calamine; they are what to report.
            return Sheet(name, errors=scan.errors)
        raise
    if sheet.start is None:
        return Sheet(name, errors=scan.errors)
    return Sheet(
        name,
        rows=_rows(sheet),
        first_column=sheet.start[1] + 1,
        errors=scan.errors,
        merged=_merged(sheet),
    )


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[SheetValue]]]:
    with _failures_named():
        for line, values in enumerate(sheet.iter_rows(), start=1):
            yield line, list(values)


def _merged(sheet: CalamineSheet) -> tuple[MergedCells, ...]:
    return tuple(
        MergedCells(first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
        for first, last in sheet.merged_cell_ranges or ()
        if first != last
    )
