"""Small workbooks for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

XlsxCell = str | int | float | bool | None


def write_xlsx_book(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[XlsxCell]]],
    *,
    first: tuple[int, int] = (0, 0),
) -> Path:
    """Each sheet's rows from the cell `first` (row and column from 0); None leaves a cell out."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows, start=first[0]):
            for column, cell in enumerate(row, start=first[1]):
                if cell is not None:
                    sheet.write(line, column, cell)
    book.close()
    return path


def write_raw_xlsx(path: Path, sheet_xml: str, *, shared_strings: str = "") -> Path:
    """One sheet called 数据 whose XML inside `sheetData` is given."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content_types = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{content_types}"/>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet_xml}</sheetData>'
        "</worksheet>",
    }
    if shared_strings:
        parts["xl/sharedStrings.xml"] = shared_strings
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def compound_file(entry: str) -> bytes:
    """What an .xls is (its entry is called Workbook), and a workbook with a password."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + entry.encode("utf-16-le")


def repacked(raw: bytes, changes: Mapping[str, bytes]) -> bytes:
    """The zip archive with some entries replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return out.getvalue()
