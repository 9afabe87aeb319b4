"""Small workbooks for tests: .xlsx by xlsxwriter, .ods and .xls byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

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


def write_ods(path: Path, tables_xml: str, *, styles_xml: str = "", manifest: str = "") -> Path:
    """A workbook with the given `table:table` elements."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
        )
    )
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f"<office:document-content {spaces} {calc}>"
        f"<office:automatic-styles>{styles_xml}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables_xml}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
        archive.writestr("content.xml", content)
    return path


def ods_row(*texts: str) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


def xls_number(row: int, column: int, value: float, *, style: int = 0) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, style, value))


def xls_text(row: int, column: int, text: str) -> bytes:
    head = struct.pack("<HHHHB", row, column, 0, len(text), 1)
    return _record(0x0204, head + text.encode("utf-16-le"))


def xls_bool(row: int, column: int, *, value: bool) -> bytes:
    return _record(0x0205, struct.pack("<HHHBB", row, column, 0, value, 0))


def xls_error(row: int, column: int, code: int) -> bytes:
    return _record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))


def xls_formula_error(row: int, column: int, code: int) -> bytes:
    result = bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
    head = struct.pack("<HHH", row, column, 0) + result + struct.pack("<HI", 0, 0)
    return _record(0x0006, head + struct.pack("<HB", 1, 0x16))


def xls_stream(sheets: Mapping[str, bytes], *, extra: bytes = b"") -> bytes:
    """The workbook stream: style 0 is general, style 1 a date; sheets hold their cell records."""
    styles = b"".join(_record(0x00E0, struct.pack("<HH16x", 0, kind)) for kind in (0, 14))
    head = _record(0x0809, struct.pack("<HH12x", 0x0600, 0x0005)) + extra + styles
    end = _record(0x000A, b"")
    names = [name.encode("utf-16-le") for name in sheets]
    start = len(head) + sum(4 + 8 + len(name) for name in names) + len(end)
    listed, bodies = b"", b""
    for name, cells in zip(names, sheets.values(), strict=True):
        entry = struct.pack("<IBBBB", start + len(bodies), 0, 0, len(name) // 2, 1) + name
        listed += _record(0x0085, entry)
        bodies += _record(0x0809, struct.pack("<HH12x", 0x0600, 0x0010)) + cells + end
    return head + listed + end + bodies


def write_xls(path: Path, stream: bytes, *, name: str = "Workbook") -> Path:
    """A compound file with one stream: header, sector table, directory, then the stream."""
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    sectors = len(stream) // 512
    assert sectors + 2 <= 128
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [table, end, *range(3, sectors + 2), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0)
    header += struct.pack("<IIIII", 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    root = _directory_entry("Root Entry", kind=5, child=1, start=end, length=0)
    entry = _directory_entry(name, kind=2, child=free, start=2, length=len(stream))
    path.write_bytes(header + fat + (root + entry).ljust(512, b"\0") + stream)
    return path


def _directory_entry(name: str, *, kind: int, child: int, start: int, length: int) -> bytes:
    encoded = name.encode("utf-16-le")
    free = 0xFFFFFFFF
    head = encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(encoded) + 2, kind, 1, free, free, child
    )
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, length)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def repacked(raw: bytes, changes: Mapping[str, bytes]) -> bytes:
    """The zip archive with some entries replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return out.getvalue()
