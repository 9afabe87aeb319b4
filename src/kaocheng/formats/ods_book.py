"""Sheets of .ods workbooks (LibreOffice; WPS can write them too).

Read here and not by calamine: the XML says all values as text already, calamine loses error cells,
and its repeated rows and columns have to be walked anyway to know how large a sheet is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import ZipFile

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.area import Area
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.cell_text import date_text
from kaocheng.formats.limits import MOST_SHEET_COLUMNS, Limits
from kaocheng.formats.sheet import CellError, MergedCells, Sheet, SheetValue, too_large
from kaocheng.formats.zip_archive import check_unpacked, read_xml

MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"

_VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_LONGEST_SHOWN = 60
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


def ods_sheets(archive: ZipFile, *, file: str, limits: Limits) -> Iterator[Sheet]:
    """The sheets in the order of the tabs.

    Raises `Refused` for a password or a sheet that is too large, `BrokenWorkbook` for damage.
    """
    if b"encryption-data" in read_xml(archive, "META-INF/manifest.xml"):
        raise refuse("F21", Place(file), path=file)
    xml = read_xml(archive, "content.xml")
    # Read as a tree, one row after another: an element takes far more than its few bytes of XML.
    check_unpacked(len(xml), file=file, most_bytes=limits.unpacked_bytes // 5)
    try:
        yield from _sheets(xml, file=file, limits=limits)
    except (ParseError, ValueError, LookupError, OverflowError) as error:
        raise BrokenWorkbook from error


def _sheets(xml: bytes, *, file: str, limits: Limits) -> Iterator[Sheet]:
    hidden_styles: set[str] = set()
    reader: _SheetReader | None = None
    # Safe from entity bombs: `read_xml` refuses entities.
    for event, node in iterparse(io.BytesIO(xml), events=("start", "end")):  # noqa: S314
        tag = _local(node.tag)
        if event == "start" and tag == "table" and reader is None:
            is_hidden = _get(node, "style-name") in hidden_styles
            reader = _SheetReader(_get(node, "name"), is_hidden, file, limits)
        elif event == "end" and tag == "table-row" and reader:
            reader.add_row(node)
            node.clear()
        elif event == "end" and tag == "table" and reader:
            yield reader.sheet()
            reader = None
            node.clear()
        elif event == "end" and tag == "style" and _hides_table(node):
            hidden_styles.add(_get(node, "name"))


class _SheetReader:
    """Gathers the rows of one sheet; empty ones are counted and not kept."""

    def __init__(self, name: str, is_hidden: bool, file: str, limits: Limits) -> None:
        self._name, self._is_hidden, self._file, self._limits = name, is_hidden, file, limits
        self._line, self._width = 1, 0
        self._rows: list[tuple[int, list[SheetValue]]] = []
        self._errors: list[CellError] = []
        self._merged: list[MergedCells] = []

    def add_row(self, row: Element) -> None:
        values = self._values(row)
        repeats = _repeats(row, "number-rows-repeated")
        if values:
            self._width = max(self._width, len(values))
            last = self._line + repeats - 1
            if (len(self._rows) + repeats) * self._width > self._limits.sheet_cells:
                area = Area(1, last, 1, self._width)
                raise too_large(area, file=self._file, sheet=self._name)
            self._rows.extend((line, values) for line in range(self._line, last + 1))
        self._line += repeats

    def sheet(self) -> Sheet:
        return Sheet(
            self._name,
            rows=[(line, _padded(values, self._width)) for line, values in self._rows],
            errors=tuple(self._errors),
            merged=tuple(self._merged),
            is_hidden=self._is_hidden,
        )

    def _values(self, row: Element) -> list[SheetValue]:
        values: list[SheetValue] = []
        empty = 0
        for cell in row:
            if _local(cell.tag) not in ("table-cell", "covered-table-cell"):
                continue
            repeats = min(_repeats(cell, "number-columns-repeated"), MOST_SHEET_COLUMNS)
            value = self._value(cell, column=len(values) + empty + 1)
            if value == "":
                empty += repeats
                continue
            values.extend([""] * empty + [value] * repeats)
            empty = 0
            if len(values) > MOST_SHEET_COLUMNS:
                raise BrokenWorkbook
        return values

    def _value(self, cell: Element, *, column: int) -> SheetValue:
        if _is_error(cell):
            error = _text(cell) or _get(cell, "formula").partition(":")[2]
            self._errors.append(CellError(self._line, column, error[:_LONGEST_SHOWN]))
            return "#"
        lines = _repeats(cell, "number-rows-spanned")
        columns = _repeats(cell, "number-columns-spanned")
        if lines > 1 or columns > 1:
            last_line, last_column = self._line + lines - 1, column + columns - 1
            self._merged.append(MergedCells(self._line, column, last_line, last_column))
        return _cell_value(cell)


def _cell_value(cell: Element) -> SheetValue:
    kind = cell.get(_VALUE_TYPE)
    if kind in ("float", "percentage", "currency"):
        return float(_get(cell, "value"))
    if kind == "boolean":
        return _get(cell, "boolean-value") == "true"
    if kind == "date":
        return date_text(datetime.fromisoformat(_get(cell, "date-value")))
    if kind == "time":
        return _duration(_get(cell, "time-value"))
    return _get(cell, "string-value") or _text(cell)


def _duration(text: str) -> timedelta:
    parts = _DURATION.fullmatch(text)
    if parts is None:
        raise BrokenWorkbook
    sign, days, hours, minutes, seconds = parts.groups(default="0")
    length = timedelta(
        days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds)
    )
    return -length if sign == "-" else length


def _text(cell: Element) -> str:
    """The paragraphs of a cell, one a line, without the notes pinned to it."""
    return "\n".join(_inline(node) for node in cell if _local(node.tag) == "p")


def _inline(node: Element) -> str:
    text = node.text or ""
    for child in node:
        tag = _local(child.tag)
        if tag == "s":
            text += " " * min(_repeats(child, "c"), 1000)
        elif tag in ("tab", "line-break"):
            text += "\t" if tag == "tab" else "\n"
        elif tag not in ("annotation", "ruby-text"):
            text += _inline(child)
        text += child.tail or ""
    return text


def _hides_table(style: Element) -> bool:
    return any(
        _local(node.tag) == "table-properties" and _get(node, "display") == "false"
        for node in style
    )


def _padded(values: list[SheetValue], width: int) -> list[SheetValue]:
    return values + [""] * (width - len(values))


def _repeats(node: Element, name: str) -> int:
    return max(int(_get(node, name) or 1), 1)


def _is_error(cell: Element) -> bool:
    """Whether a formula has no value: an error, or never calculated.

    LibreOffice says of an error in a value-type of its own, beside the standard one.
    """
    kinds = [value for key, value in cell.items() if _local(key) == "value-type"]
    return "error" in kinds or (not kinds and _get(cell, "formula") != "")


def _get(node: Element, name: str) -> str:
    """The attribute of that local name, or nothing."""
    return next((value for key, value in node.items() if _local(key) == name), "")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
