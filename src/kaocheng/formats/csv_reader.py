"""Tables from CSV files as Excel, WPS and other systems write them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.cell_text import BLANKS, trimmed
from kaocheng.formats.grid import Grid, GridRow, table_from_grid
from kaocheng.formats.limits import Limits

# In the order of preference where a header has as many of one as of another.
DELIMITERS = ",\t;"
MARKERS = ("=", "'")
_CHINESE_MARKS = "，；｜、"
_LONGEST_HEADER = 100_000
_HAS_DELIMITER = re.compile(r"[^,\t;\s][^,\t;]*[,\t;]\s*[^,\t;\s]")

# Excel keeps the zeros of 0010 when it is exported as ="0010".
_EXCEL_TEXT = re.compile(r'="([^"]*)"')

# A marker that says “text”: typed by people in front of digits, and put in front of =, +, -, @ by
# `csv_writer` (where the same pattern decides), so that what it writes reads back the same.
MARKED_TEXT = re.compile(r"'+(?:[0-9]+|\s*[=+\-@＝＋－＠].*)", re.DOTALL)

_Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "gb18030"]

_MARKS: tuple[tuple[bytes, _Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Of the characters of Chinese text in GB18030, about one in eight looks like UTF-8.
_SOUND_FOR_ONE_DAMAGED = 4


def read_csv(
    raw: bytes, *, name: str, source: str, problems: Problems, limits: Limits
) -> TextTable | None:
    """The table in `raw`, or None with the faults in `problems`.

    UTF-8 (with or without byte-order mark), GB18030 and marked UTF-16; comma, tab or semicolon;
    quotes, cells of several lines, any line end. A row's line is where it starts in the file.
    Raises `Refused` when the file cannot be read at all.
    """
    encoding = _encoding_of(raw, source=source)
    delimiter = delimiter_of(_lines(raw, encoding=encoding), source=source)
    found = Problems()
    lines = _lines(raw, encoding=encoding)
    rows = _rows(lines, delimiter=delimiter, source=source, problems=found)
    table = table_from_grid(Grid(name, source, rows), problems=found, limits=limits)
    # A file whose very header cannot be told apart is not empty.
    is_cut = any(fault.id == "F13" for fault in found)
    problems.extend(fault for fault in found.found if fault.id != "F09" or not is_cut)
    return None if is_cut else table


def csv_rows(raw: bytes, *, source: str, problems: Problems) -> Iterator[GridRow]:
    """The rows as they stand, blank ones too, with no word yet on which of them is the header.

    Titles above the header have no delimiter in them, so that they don't decide which it is.
    """
    encoding = _encoding_of(raw, source=source)
    with_any = (line for line in _lines(raw, encoding=encoding) if _HAS_DELIMITER.search(line))
    delimiter = delimiter_of(with_any, source=source)
    lines = _lines(raw, encoding=encoding)
    return _rows(lines, delimiter=delimiter, source=source, problems=problems)


def _lines(raw: bytes, *, encoding: str) -> Iterator[str]:
    return io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")


def _rows(
    lines: Iterator[str], *, delimiter: str, source: str, problems: Problems
) -> Iterator[GridRow]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # Strict reading fails on quotes only: one never closed, or text after a closed one.
            problems.add("F13", Place(source, line))
            return
        texts = [cell.strip(BLANKS) for cell in cells]
        yield GridRow(line, [unmarked(text) if text[:1] in MARKERS else text for text in texts])


def unmarked(text: str) -> str:
    """The text without what only says that it is text."""
    if wrapped := _EXCEL_TEXT.fullmatch(text):
        return trimmed(wrapped[1])
    return trimmed(text[1:]) if MARKED_TEXT.fullmatch(text) else text


def delimiter_of(lines: Iterable[str], *, source: str) -> str:
    """The delimiter most used in the header outside quotes; a comma when none is."""
    header, line = _header_text(lines)
    unquoted = "".join(header.split('"')[::2])
    delimiter = max(DELIMITERS, key=unquoted.count)
    if unquoted.count(delimiter):
        return delimiter
    mark = max(_CHINESE_MARKS, key=unquoted.count)
    if unquoted.count(mark):
        raise refuse("F12", Place(source, line), mark=mark)
    return ","


def _header_text(lines: Iterable[str]) -> tuple[str, int]:
    """The first record with anything in it, and its line; a quoted cell may span several lines."""
    text, first_line = "", 0
    for number, line in enumerate(lines, start=1):
        if not text and not line.strip(BLANKS + DELIMITERS + '"'):
            continue
        first_line = first_line or number
        text += line
        if text.count('"') % 2 == 0 or len(text) > _LONGEST_HEADER:
            break
    return text, first_line


def _encoding_of(raw: bytes, *, source: str) -> _Encoding:
    """The encoding `raw` decodes in without a fault; raises `Refused` at the line that does not.

    A byte-order mark decides alone. Otherwise UTF-8 is tried and then GB18030, which holds GBK and
    GB2312. Two traps lie there. GB18030 that happens to be valid UTF-8 would have to be a handful
    of characters. But UTF-8 with one damaged character often is valid GB18030, every character of
    it wrong: such a file is refused, not read as noise.
    """
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None:
        encoding = "utf-8" if is_utf_8(raw) or _is_damaged_utf_8(raw) else "gb18030"
    _check_decodes(raw, encoding=encoding, source=source)
    return encoding


def _check_decodes(raw: bytes, *, encoding: _Encoding, source: str) -> None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        # `utf-8-sig` counts from behind the mark.
        start = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        before = raw[:start].decode(encoding, errors="replace")
        raise refuse("F10", Place(source, _line_at_end(before))) from error
    position = text.find("\0")
    if position >= 0:
        raise refuse("F11", Place(source, _line_at_end(text[:position])))


def is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf_8(raw: bytes) -> bool:
    text = raw.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    plain = len(text.encode("ascii", errors="ignore"))
    return len(text) - plain - damaged >= _SOUND_FOR_ONE_DAMAGED * damaged


def _line_at_end(text: str) -> int:
    """The line the text ends on, counted from 1, with line ends of any kind."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1
