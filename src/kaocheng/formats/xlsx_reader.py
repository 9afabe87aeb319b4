"""Tables from a workbook: which of its sheets are tables, and what they are called."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.cell_text import trimmed
from kaocheng.formats.limits import Limits
from kaocheng.formats.xlsx_cells import Sheet, SheetValue, table_from_sheet
from kaocheng.formats.xlsx_guards import (
    BrokenWorkbook,
    check_shared_strings,
    open_archive,
    read_xml,
    scan_sheet,
    sheet_parts,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

# Names a program gives to a sheet that nobody has named.
_NAMELESS = re.compile(r"(sheet|工作表|表|table)\s*[0-9]*", re.IGNORECASE)

# WPS keeps pictures in cells on a hidden sheet of its own.
_OWN_SHEETS_OF_WPS = "WpsReserved"

# A workbook with a password is no zip, but a compound file (as .xls is) with this entry.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(
    raw: bytes,
    *,
    file: str,
    problems: Problems,
    limits: Limits,
    known: Collection[str] = (),
) -> list[TextTable]:
    """One table for each sheet with anything in it, in the order of the tabs.

    A table has its sheet's name; but where there is only one sheet and it is called `Sheet1` or the
    like, the stem of `file`. `known` are names of tables that the scheme has: they settle the case
    of one sheet whose name and file name differ. Hidden sheets are left out with a warning, sheets
    with faults with the faults. Raises `Refused` when the workbook cannot be read at all.
    """
    found = Problems()
    tables, filled = [], 0
    try:
        archive = _archive(raw, file=file, limits=limits)
        for sheet in _sheets(raw, archive=archive, file=file, problems=found, limits=limits):
            in_sheet = Problems()
            table = table_from_sheet(sheet, problems=in_sheet, limits=limits)
            if [fault.id for fault in in_sheet] == ["F09"]:
                continue  # An empty sheet, as old versions of Excel add two of.
            filled += 1
            found.extend(in_sheet.found)
            if table:
                tables.append(table)
    except BrokenWorkbook as error:
        raise refuse("F22", Place(file), path=file) from error
    problems.extend(found.found)
    if not filled:
        problems.add("F09", Place(file), path=file)
    if filled == 1 and tables:
        return [replace(tables[0], name=_only_name(tables[0].name, file=file, known=known))]
    return [replace(table, name=trimmed(table.name)) for table in tables]


def visible_sheets(raw: bytes, *, file: str, problems: Problems, limits: Limits) -> Iterator[Sheet]:
    """The visible sheets, guarded as in `read_workbook`, for who finds the header by other rules.

    Raises `Refused` when the workbook cannot be read, also in the middle.
    """
    try:
        archive = _archive(raw, file=file, limits=limits)
        yield from _sheets(raw, archive=archive, file=file, problems=problems, limits=limits)
    except BrokenWorkbook as error:
        raise refuse("F22", Place(file), path=file) from error


def _archive(raw: bytes, *, file: str, limits: Limits) -> ZipFile:
    if not raw.startswith(b"PK"):
        raise refuse("F21" if _ENCRYPTED in raw else "F20", Place(file), path=file)
    archive = open_archive(raw, file=file, limits=limits)
    if not any(name.lower().endswith("workbook.xml") for name in archive.namelist()):
        raise refuse("F20", Place(file), path=file)
    return archive


def _sheets(
    raw: bytes, *, archive: ZipFile, file: str, problems: Problems, limits: Limits
) -> Iterator[Sheet]:
    """The visible sheets, each laid out only when its turn comes and its scan says it is safe."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    parts = sheet_parts(archive)
    check_shared_strings(archive)
    with _failures_named():
        book = load_workbook(io.BytesIO(raw))
    for entry in book.sheets_metadata:
        if entry.typ != SheetTypeEnum.WorkSheet:
            continue
        source = f"{file} › {entry.name}"
        if entry.visible != SheetVisibleEnum.Visible:
            if not entry.name.startswith(_OWN_SHEETS_OF_WPS):
                problems.add("F30", Place(source), sheet=entry.name)
            continue
        if entry.name not in parts:
            raise BrokenWorkbook
        xml = read_xml(archive, parts[entry.name])
        sheet = Sheet(entry.name, source, errors=scan_sheet(xml, source=source, limits=limits))
        yield _laid_out(sheet, book=book)


def _laid_out(sheet: Sheet, *, book: CalamineWorkbook) -> Sheet:
    try:
        with _failures_named():
            cells = book.get_sheet_by_name(sheet.name)
    except BrokenWorkbook:
        if sheet.errors:
            return sheet  # Calamine fails on newer errors such as #SPILL!; they are what to report.
        raise
    if cells.start is None:
        return sheet
    merged = cells.merged_cell_ranges or ()
    return replace(sheet, rows=_rows(cells), first_column=cells.start[1] + 1, merged=merged)


def _rows(cells: CalamineSheet) -> Iterator[tuple[int, list[SheetValue]]]:
    with _failures_named():
        for line, values in enumerate(cells.iter_rows(), start=1):
            yield line, list(values)


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


def _only_name(sheet: str, *, file: str, known: Collection[str]) -> str:
    """What the only table of a workbook is called."""
    stem, name = trimmed(file.rpartition(".")[0]), trimmed(sheet)
    if stem in known and name not in known:
        return stem
    return stem if _NAMELESS.fullmatch(name) else name
