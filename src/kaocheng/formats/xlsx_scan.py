"""What calamine does not tell about an .xlsx sheet: formulas without value, and how large it is.

Calamine hands out an error cell as an empty one, and so a formula that was never calculated (as
programs write them that make workbooks without Excel). And it lays a sheet out whole: two cells at
opposite corners would take half a terabyte and end the process. So the XML is scanned first, with
regular expressions rather than a parser, which keeps the scan cheaper than the reading itself.
"""

from __future__ import annotations

import re
from posixpath import normpath
from xml.etree import ElementTree as ET
from xml.sax.saxutils import unescape
from zipfile import ZipFile

from kaocheng.formats.area import Area, AreaFinder
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.grid import column_number
from kaocheng.formats.sheet import CellError, SheetScan
from kaocheng.formats.zip_archive import read_xml

# Start tags of rows and cells, and end tags of rows; any namespace prefix. No `<` may stand inside
# a tag; to rely on it keeps hostile text (`<c <c <c …`) from being searched over and over.
_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:(c|row)(?=[\s/>])([^<>]*)|/(?:[\w.-]+:)?(row)\s*)>")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_IS_TEXT = re.compile(rb"""\st\s*=\s*["']str["']""")

# What stands in a cell: a formula, then its value. A formula without value is a fault unless the
# cell says that it is a text: then the text is empty.
_FORMULA = rb"\s*<(?:[\w.-]+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)</(?:[\w.-]+:)?f>)"
_NO_VALUE = rb"\s*(?:<(?:[\w.-]+:)?v\s*(?:/>|></(?:[\w.-]+:)?v>))?\s*</(?:[\w.-]+:)?c>"
_END_WITHOUT_VALUE = re.compile(rb"(?:</(?:[\w.-]+:)?f>|<(?:[\w.-]+:)?f\s[^<>]*/>)" + _NO_VALUE)
_FORMULA_WITHOUT_VALUE = re.compile(_FORMULA + _NO_VALUE)
_ERROR_VALUE = re.compile(rb"(?:" + _FORMULA + rb")?\s*<(?:[\w.-]+:)?v[^<>]*>([^<]*)<")

_LONGEST_SHOWN = 60
_MOST_SHEETS = 1024
# The list of sheets is short; as a tree it takes ten times its size.
_MOST_TREE_BYTES = 10_000_000

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
        parts_by_id = {
            node.get("Id"): _resolved(node.get("Target", ""), folder=folder)
            for node in _nodes(archive, part=relations, tag="Relationship")
        }
        sheets = _nodes(archive, part=workbook, tag="sheet")
        parts = {node.get("name", ""): parts_by_id[_relation_id(node)] for node in sheets}
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BrokenWorkbook from error
    if not len(sheets) == len(parts) == len(set(parts.values())) <= _MOST_SHEETS:
        raise BrokenWorkbook  # One part read as a thousand sheets is a bomb as well.
    return parts


def scan_sheet(xml: bytes, *, most_cells: int) -> SheetScan:
    """An area that holds all cells, and the cells whose formula has no value.

    The area may be larger than need be as long as it has no more than `most_cells`.
    """
    if not _may_lack_values(xml):
        for outside, area in _OUTSIDE:
            if area.cells <= most_cells and not outside.search(xml):
                return SheetScan(area)
    return _scan_every_cell(xml)


def _may_lack_values(xml: bytes) -> bool:
    """Searches for fixed bytes first: they are a hundred times faster than an expression."""
    if b'"e"' in xml or b"'e'" in xml:
        return True
    has_formulas = b"<f" in xml or b":f" in xml
    return has_formulas and _END_WITHOUT_VALUE.search(xml) is not None


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
            line = _number(reference[2]) if reference else line
            line += attributes.endswith(b"/")
            continue
        line_here = _number(reference[2]) if reference else line
        column = _column(reference[1]) if reference else column + 1
        if attributes.endswith(b"/") or xml.startswith(b"</", tag.end()):
            continue  # Only formatted; such cells stand a long way out in many real files.
        area.include(line_here, column)
        if error := _error(xml, attributes=attributes, start=tag.end()):
            errors.append(CellError(line_here, column, error))
    return SheetScan(area.area(), tuple(errors))


def _number(digits: bytes) -> int:
    """Numbers beyond twelve digits are only ever compared: too large is enough to know."""
    return int(digits.lstrip(b"0")[:12] or b"0")


def _column(letters: bytes) -> int:
    return column_number(letters[:8].upper().decode())


def _error(xml: bytes, *, attributes: bytes, start: int) -> str:
    """Why the cell whose content begins at `start` has no value, or nothing."""
    if _IS_ERROR.search(attributes):
        value = _ERROR_VALUE.match(xml, start)
        return _shown(value[2]) if value else "?"
    formula = _FORMULA_WITHOUT_VALUE.match(xml, start)
    if formula and not _IS_TEXT.search(attributes):
        return "=" + _shown(formula[1] or b"")
    return ""


def _shown(text: bytes) -> str:
    return unescape(text.decode("utf-8", errors="replace"))[:_LONGEST_SHOWN]


def _workbook_part(archive: ZipFile) -> str:
    targets = [
        node.get("Target", "")
        for node in _nodes(archive, part="_rels/.rels", tag="Relationship")
        if node.get("Type", "").endswith("/officeDocument")
    ]
    if len(targets) != 1:
        raise BrokenWorkbook
    return _resolved(targets[0], folder="")


def _nodes(archive: ZipFile, *, part: str, tag: str) -> list[ET.Element]:
    xml = read_xml(archive, part)
    if len(xml) > _MOST_TREE_BYTES:
        raise BrokenWorkbook
    # Safe from entity bombs: `read_xml` refuses entities.
    root = ET.fromstring(xml)  # noqa: S314
    return [node for node in root.iter() if node.tag.rpartition("}")[2] == tag]


def _relation_id(node: ET.Element) -> str:
    return next((value for key, value in node.items() if key.rpartition("}")[2] == "id"), "")


def _resolved(target: str, *, folder: str) -> str:
    path = target if target.startswith("/") else f"{folder}/{target}"
    return normpath(path.replace("\\", "/")).lstrip("/")
