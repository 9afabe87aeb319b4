"""Sheets of .xlsx (and .xlsm) workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zipfile import ZipFile

from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.calamine_book import open_calamine, read_sheet, worksheets
from kaocheng.formats.limits import Limits
from kaocheng.formats.sheet import Sheet, check_area
from kaocheng.formats.xlsx_scan import scan_sheet, sheet_parts
from kaocheng.formats.zip_archive import read_xml

_UNIQUE_COUNT = re.compile(rb"""<[^<>]*\suniqueCount\s*=\s*["']\s*0*([0-9]+)""")


def xlsx_sheets(raw: bytes, *, archive: ZipFile, file: str, limits: Limits) -> Iterator[Sheet]:
    """The sheets in the order of the tabs, each laid out only when its turn comes.

    Raises `Refused` for a sheet that is too large and `BrokenWorkbook` for damage.
    """
    parts = sheet_parts(archive)
    _check_shared_strings(archive)
    book = open_calamine(raw)
    for name, is_hidden in worksheets(book):
        if is_hidden:
            yield Sheet(name, is_hidden=True)
            continue
        if name not in parts:
            raise BrokenWorkbook
        xml = read_xml(archive, parts[name])
        scan = scan_sheet(xml, most_cells=limits.sheet_cells)
        check_area(scan.area, file=file, sheet=name, limits=limits)
        yield read_sheet(book, name, scan=scan)


def _check_shared_strings(archive: ZipFile) -> None:
    """Calamine reserves memory for as many strings as are promised, however few there are."""
    for entry in archive.namelist():
        if entry.lower().endswith("sharedstrings.xml"):
            xml = read_xml(archive, entry)
            promised = _UNIQUE_COUNT.search(xml)
            if promised and int(promised[1][:12]) > len(xml):
                raise BrokenWorkbook
