"""What is made sure of before calamine reads an .xlsx workbook, and what it does not tell of one.

It lays a sheet out whole: two cells at opposite corners would take half a terabyte and end the
process. And it hands out an error cell as an empty one, and so a formula that was never calculated
(as programs write them that make workbooks without Excel). So each sheet is scanned first.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from posixpath import normpath
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.grid import column_letters, column_number
from kaocheng.formats.limits import MEGABYTE, MOST_SHEET_COLUMNS, MOST_SHEET_LINES, Limits

# Everything `zipfile` is known to raise on bytes that are no sound archive.
_BAD_ARCHIVE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
_ENCRYPTED = 0x1
_UNIQUE_COUNT = re.compile(rb"""<[^<>]*\suniqueCount\s*=\s*["']\s*0*([0-9]+)""")
_FAR_AWAY = 10**12
_MOST_LETTERS = 8
_LONGEST_SHOWN = 60
_MOST_SHEETS = 1024
# The list of sheets is short; as a tree it takes ten times its size.
_MOST_TREE_BYTES = 10_000_000


class BrokenWorkbook(Exception):
    """The bytes do not hold the workbook they promise; becomes F22 where the file is named."""


@dataclass(frozen=True)
class CellError:
    """A formula without value; line and column count from 1.

    `error` is what Excel says (`#DIV/0!`), or the formula if it was never calculated (`=A1+B1`).
    """

    line: int
    column: int
    error: str


def open_archive(raw: bytes, *, file: str, limits: Limits) -> ZipFile:
    """The archive; raises `Refused` for a bomb or a password, `BrokenWorkbook` for damage."""
    try:
        archive = ZipFile(io.BytesIO(raw))
    except _BAD_ARCHIVE as error:
        raise BrokenWorkbook from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        megabytes, limit = unpacked // MEGABYTE, limits.unpacked_bytes // MEGABYTE
        raise refuse("F23", Place(file), path=file, megabytes=megabytes, limit=limit)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refuse("F21", Place(file), path=file)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BrokenWorkbook
    if len({_normal(entry.filename) for entry in entries}) < len(entries):
        raise BrokenWorkbook  # Of two entries of one name, each reader takes another.
    return archive


def check_shared_strings(archive: ZipFile) -> None:
    """Calamine reserves memory for as many strings as are promised, however few there are."""
    for entry in archive.namelist():
        if entry.lower().endswith("sharedstrings.xml"):
            xml = read_xml(archive, entry)
            promised = _UNIQUE_COUNT.search(xml)
            if promised and int(promised[1][:12]) > len(xml):
                raise BrokenWorkbook


def read_xml(archive: ZipFile, part: str) -> bytes:
    """The bytes of a part; raises `BrokenWorkbook` when absent, damaged or what Excel never writes.

    That is UTF-16, which a search for bytes would not see through, and entities of its own, with
    which a page of XML grows to gigabytes. `zipfile` stops at the size the archive declares, so a
    part that grows beyond what `open_archive` counted ends here too.
    """
    try:
        name = next(name for name in archive.namelist() if _normal(name) == _normal(part))
        xml = archive.read(name)
    except (StopIteration, *_BAD_ARCHIVE) as error:
        raise BrokenWorkbook from error
    if b"\0" in xml[:4] or xml[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise BrokenWorkbook
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise BrokenWorkbook
    return xml


def sheet_parts(archive: ZipFile) -> dict[str, str]:
    """Name of each sheet and the name of its part in the archive; raises `BrokenWorkbook`."""
    try:
        [workbook] = [
            _resolved(node.get("Target", ""), folder="")
            for node in _nodes(archive, part="_rels/.rels", tag="Relationship")
            if node.get("Type", "").endswith("/officeDocument")
        ]
        folder, _, name = workbook.rpartition("/")
        parts_by_id = {
            node.get("Id"): _resolved(node.get("Target", ""), folder=folder)
            for node in _nodes(archive, part=f"{folder}/_rels/{name}.rels", tag="Relationship")
        }
        sheets = _nodes(archive, part=workbook, tag="sheet")
        parts = {node.get("name", ""): parts_by_id[_relation_id(node)] for node in sheets}
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BrokenWorkbook from error
    if not len(sheets) == len(parts) == len(set(parts.values())) <= _MOST_SHEETS:
        raise BrokenWorkbook  # One part read as a thousand sheets is a bomb as well.
    return parts


def scan_sheet(xml: bytes, *, source: str, limits: Limits) -> list[CellError]:
    """The cells whose formula has no value.

    Raises `Refused` when the sheet cannot be laid out (too large, or larger than Excel's can be),
    `BrokenWorkbook` for damage.
    """
    scan = _Scan()
    try:
        scan.parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        raise BrokenWorkbook from error
    lines, columns = scan.last_line - scan.first_line + 1, scan.last_column - scan.first_column + 1
    is_outside = scan.last_line > MOST_SHEET_LINES or scan.last_column > MOST_SHEET_COLUMNS
    if is_outside or (scan.last_line and lines * columns > limits.sheet_cells):
        raise refuse(
            "F24",
            Place(source),
            first_row=scan.first_line,
            last_row=min(scan.last_line, _FAR_AWAY),
            column=column_letters(scan.last_column),
        )
    return scan.errors


class _Scan:
    """Follows the tags of a sheet; cells and rows without reference stand next to the last one.

    Only cells with an error or a formula are looked into: to follow every end and every text would
    take twice as long.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.first_line = self.first_column = _FAR_AWAY
        self.last_line = self.last_column = 0
        self.errors: list[CellError] = []
        self._row = self._line = self._column = 0
        self._tag = self._kind = self._value = ""
        self._formula: str | None = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        before, self._tag = self._tag, tag.rpartition(":")[2]
        match self._tag:
            case "c":
                self._move_to_cell(attributes.get("r"))
                self._kind = attributes.get("t", "")
                if self._kind == "e":
                    self._look_inside()
            case "v" | "is":
                self._include(self._line, self._column)
            case "f" if before == "c":  # Others are formulas of formats and charts.
                self._include(self._line, self._column)
                self._look_inside()
                self._formula = ""
            case "row":
                reference = attributes.get("r")
                self._row = self._row + 1 if reference is None else int(reference)
                self._column = 0

    def _move_to_cell(self, reference: str | None) -> None:
        if reference is None:
            self._line, self._column = self._row or 1, self._column + 1
            return
        letters = reference.rstrip("0123456789")
        self._line, self._column = int(reference[len(letters) :]), _column(letters)

    def _include(self, line: int, column: int) -> None:
        """Cells that are only formatted do not count: in many real files they stand far out."""
        in_lines = self.first_line <= line <= self.last_line
        if in_lines and self.first_column <= column <= self.last_column:
            return  # Quickly, as nearly every cell.
        self.first_line = min(self.first_line, line)
        self.last_line = max(self.last_line, line)
        self.first_column = min(self.first_column, column)
        self.last_column = max(self.last_column, column)

    def _look_inside(self) -> None:
        self._value, self._formula = "", None
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end

    def _text(self, text: str) -> None:
        """Keeps no more than is shown: what a hostile file holds would be copied piece by piece."""
        if self._tag == "f" and self._formula is not None:
            self._formula = (self._formula + text)[:_LONGEST_SHOWN]
        elif self._tag in ("v", "t"):
            self._value = (self._value + text)[:_LONGEST_SHOWN]

    def _end(self, tag: str) -> None:
        self._tag = ""
        if tag.rpartition(":")[2] != "c":
            return
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
        error = ""
        if self._kind == "e":
            error = self._value or "?"
        elif self._formula is not None and not self._value and self._kind != "str":
            error = f"={self._formula}"  # A text may be empty, any other value not.
        if error:
            self.errors.append(CellError(self._line, self._column, error))


@lru_cache(maxsize=MOST_SHEET_COLUMNS)
def _column(letters: str) -> int:
    if len(letters) > _MOST_LETTERS or not (letters.isascii() and letters.isalpha()):
        raise BrokenWorkbook
    return column_number(letters.upper())


def _nodes(archive: ZipFile, *, part: str, tag: str) -> list[ET.Element]:
    xml = read_xml(archive, part)
    if len(xml) > _MOST_TREE_BYTES:
        raise BrokenWorkbook
    # Safe from entity bombs: `read_xml` refuses entities.
    root = ET.fromstring(xml)  # noqa: S314
    return [node for node in root.iter() if _local(node.tag) == tag]


def _relation_id(node: ET.Element) -> str:
    return next((value for key, value in node.items() if _local(key) == "id"), "")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _resolved(target: str, *, folder: str) -> str:
    path = target if target.startswith("/") else f"{folder}/{target}"
    return normpath(path.replace("\\", "/")).lstrip("/")


def _normal(name: str) -> str:
    return name.replace("\\", "/").lower()
