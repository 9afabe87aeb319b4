"""What calamine does not tell about an .xlsx sheet: error cells, and how large it is.

Calamine hands out an error cell as an empty one, and lays a sheet out whole: two cells at opposite
corners would take half a terabyte and end the process. So the XML is scanned first, with one
regular expression rather than a parser, which keeps the scan cheaper than the reading itself.
"""

from __future__ import annotations

import re
from posixpath import normpath
from xml.etree import ElementTree
from zipfile import ZipFile

from kaocheng.formats.area import Area, AreaFinder
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.cell_names import column_number
from kaocheng.formats.sheet import CellError, SheetScan
from kaocheng.formats.zip_archive import read_part

# Start tags of rows and cells, and end tags of rows; any namespace prefix.
_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:(c|row)(?=[\s/>])([^>]*)|/(?:[\w.-]+:)?(row)\s*)>")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_ERROR_VALUE = re.compile(rb"<(?:[\w.-]+:)?v[^>]*>([^<]*)<")

# A sheet without any cell of the one or the other kind has no cell outside the area beside it. One
# search without a hit is eight times faster than to look at every cell, and nearly always enough.
_OUTSIDE = (
    (re.compile(rb'<(?:[\w.-]+:)?c(?! r="[A-D]?[A-Z][0-9]{1,5}")[\s/>]'), Area(1, 99_999, 1, 130)),
    (re.compile(rb'<(?:[\w.-]+:)?c(?! r="[A-Z][0-9]{1,6}")[\s/>]'), Area(1, 999_999, 1, 26)),
)


def sheet_parts(archive: ZipFile) -> dict[str, str]:
    """Name of each sheet and the name of its part in the archive; raises `BrokenWorkbook`."""
    try:
        workbook = _workbook_part(archive)
        folder = workbook.rpartition("/")[0]
        relations = f"{folder}/_rels/{workbook.rpartition('/')[2]}.rels"
        targets = {
            node.get("Id"): _resolved(node.get("Target", ""), folder=folder)
            for node in _nodes(archive, part=relations, tag="Relationship")
        }
        return {
            node.get("name", ""): targets[_relation_id(node)]
            for node in _nodes(archive, part=workbook, tag="sheet")
        }
    except (KeyError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise BrokenWorkbook from error


def scan_sheet(xml: bytes, *, most_cells: int) -> SheetScan:
    """An area that holds all cells, and the cells with an error.

    The area may be larger than need be as long as it has no more than `most_cells`.
    """
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in xml[:4]:
        raise BrokenWorkbook  # UTF-16, which no spreadsheet writes and this scan would not see.
    may_hold_errors = b'"e"' in xml or b"'e'" in xml
    if not may_hold_errors:
        for outside, area in _OUTSIDE:
            if area.cells <= most_cells and not outside.search(xml):
                return SheetScan(area)
    return _scan_every_cell(xml)


def _scan_every_cell(xml: bytes) -> SheetScan:
    """Cells may leave out their reference; they then follow the one before."""
    area, errors = AreaFinder(), []
    line, column = 1, 0
    for tag in _TAG.finditer(xml):
        kind, attributes, row_end = tag.groups()
        if row_end:
            line, column = line + 1, 0
            continue
        reference = _REFERENCE.search(attributes)
        if kind == b"row":
            line = int(reference[2]) if reference else line
            continue
        line_here = int(reference[2]) if reference else line
        column = column_number(reference[1].upper().decode()) if reference else column + 1
        if attributes.endswith(b"/") or xml.startswith(b"</", tag.end()):
            continue  # Only formatted; such cells stand a long way out in many real files.
        area.include(line_here, column)
        if _IS_ERROR.search(attributes):
            errors.append(CellError(line_here, column, _error_text(xml, start=tag.end())))
    return SheetScan(area.area(), tuple(errors))


def _error_text(xml: bytes, *, start: int) -> str:
    value = _ERROR_VALUE.search(xml, start)
    return value[1].decode("utf-8", errors="replace") if value else "?"


def _workbook_part(archive: ZipFile) -> str:
    for node in _nodes(archive, part="_rels/.rels", tag="Relationship"):
        if node.get("Type", "").endswith("/officeDocument"):
            return _resolved(node.get("Target", ""), folder="")
    raise BrokenWorkbook


def _nodes(archive: ZipFile, *, part: str, tag: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(read_part(archive, part))
    return [node for node in root.iter() if node.tag.rpartition("}")[2] == tag]


def _relation_id(node: ElementTree.Element) -> str:
    return next((value for key, value in node.items() if key.rpartition("}")[2] == "id"), "")


def _resolved(target: str, *, folder: str) -> str:
    path = target if target.startswith("/") else f"{folder}/{target}"
    return normpath(path.replace("\\", "/")).lstrip("/")
