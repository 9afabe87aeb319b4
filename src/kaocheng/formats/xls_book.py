"""Sheets of .xls workbooks (Excel 97 to 2003, and WPS by default)."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.calamine_book import open_calamine, read_sheet, worksheets
from kaocheng.formats.compound_file import read_compound_file
from kaocheng.formats.limits import Limits
from kaocheng.formats.sheet import Sheet, SheetScan, check_area
from kaocheng.formats.xls_scan import has_password, scan_sheets


def xls_sheets(raw: bytes, *, file: str, limits: Limits) -> Iterator[Sheet]:
    """The sheets in the order of the tabs.

    Raises `Refused` for a password or a sheet that is too large, `BrokenWorkbook` for damage.
    """
    compound = read_compound_file(raw)
    if compound.has_stream("EncryptedPackage"):  # An .xlsx with a password looks like this.
        raise refuse("F21", Place(file), path=file)
    stream = compound.stream("Workbook", "Book", "WORKBOOK", "BOOK")
    if has_password(stream):
        raise refuse("F21", Place(file), path=file)
    scans = scan_sheets(stream, most_cells=limits.sheet_cells)
    _check_areas(scans, file=file, limits=limits)
    book = open_calamine(raw)
    names = book.sheet_names
    if len(names) != len(scans):
        raise BrokenWorkbook
    scan_of = dict(zip(names, scans, strict=True))
    for name, is_hidden in worksheets(book):
        if is_hidden:
            yield Sheet(name, is_hidden=True)
        else:
            yield read_sheet(book, name, scan=scan_of[name])


def _check_areas(scans: tuple[SheetScan, ...], *, file: str, limits: Limits) -> None:
    """Calamine lays out all sheets of an .xls at once, hidden ones too, so they share the limit."""
    for number, scan in enumerate(scans, start=1):
        check_area(scan.area, file=file, sheet=f"#{number}", limits=limits)
    if sum(scan.area.cells for scan in scans) > limits.sheet_cells:
        raise BrokenWorkbook
