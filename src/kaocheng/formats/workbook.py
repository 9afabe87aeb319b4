"""Tables from a workbook: which of its sheets are tables, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from zipfile import ZipFile

from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.cell_text import trimmed
from kaocheng.formats.limits import Limits
from kaocheng.formats.ods_book import MEDIA_TYPE, ods_sheets
from kaocheng.formats.sheet import Sheet, sheet_source
from kaocheng.formats.sheet_grid import table_from_sheet
from kaocheng.formats.signature import COMPOUND_FILE, ZIP_ARCHIVES
from kaocheng.formats.xls_book import xls_sheets
from kaocheng.formats.xlsx_book import xlsx_sheets
from kaocheng.formats.zip_archive import open_archive, read_part

# Names a program gives to a sheet that nobody has named.
_NAMELESS = re.compile(r"(sheet|工作表|表|table)\s*[0-9]*", re.IGNORECASE)

# WPS keeps pictures in cells on a hidden sheet of its own.
_OWN_SHEETS_OF_WPS = "WpsReserved"


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
        for sheet in _sheets(raw, file=file, limits=limits):
            source = sheet_source(file, sheet=sheet.name)
            if sheet.is_hidden:
                _warn_of_hidden(sheet, source=source, problems=found)
                continue
            in_sheet = Problems()
            table = table_from_sheet(sheet, source=source, problems=in_sheet, limits=limits)
            if any(fault.id == "F09" for fault in in_sheet) and len(in_sheet) == 1:
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


def _sheets(raw: bytes, *, file: str, limits: Limits) -> Iterator[Sheet]:
    if raw.startswith(COMPOUND_FILE):
        return xls_sheets(raw, file=file, limits=limits)
    if not raw.startswith(ZIP_ARCHIVES):
        raise refuse("F20", Place(file), path=file)
    archive = open_archive(raw, file=file, limits=limits)
    if _is_ods(archive):
        return ods_sheets(archive, file=file, limits=limits)
    if not any(name.lower().endswith("workbook.xml") for name in archive.namelist()):
        raise refuse("F20", Place(file), path=file)
    return xlsx_sheets(raw, archive=archive, file=file, limits=limits)


def _is_ods(archive: ZipFile) -> bool:
    return "mimetype" in archive.namelist() and read_part(archive, "mimetype").startswith(
        MEDIA_TYPE
    )


def _warn_of_hidden(sheet: Sheet, *, source: str, problems: Problems) -> None:
    if not sheet.name.startswith(_OWN_SHEETS_OF_WPS):
        problems.add("F30", Place(source), sheet=sheet.name)


def _only_name(sheet: str, *, file: str, known: Collection[str]) -> str:
    """What the only table of a workbook is called."""
    stem, name = trimmed(file.rpartition(".")[0]), trimmed(sheet)
    if stem in known and name not in known:
        return stem
    return stem if _NAMELESS.fullmatch(name) else name
