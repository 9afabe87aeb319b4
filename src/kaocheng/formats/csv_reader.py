"""Tables from CSV files as Excel, WPS and other systems write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.blanks import BLANKS, trimmed
from kaocheng.formats.encoding import encoding_of
from kaocheng.formats.grid import Grid, GridRow, table_from_grid
from kaocheng.formats.limits import Limits

# In the order of preference where a header has as many of one as of another.
DELIMITERS = ",\t;"
_MARKERS = ("=", "'")
_CHINESE_MARKS = "，；｜、"
_LONGEST_HEADER = 100_000

# Excel keeps the zeros of 0010 when it is exported as ="0010".
_EXCEL_TEXT = re.compile(r'="([^"]*)"')

# A marker that says “text”: typed by people in front of digits, and put in front of =, +, -, @ by
# `csv_writer` (where the same pattern decides), so that what it writes reads back the same.
MARKED_TEXT = re.compile(r"'+(?:[0-9]+|\s*[=+\-@＝＋－＠].*)", re.DOTALL)


def read_csv(
    raw: bytes, *, name: str, source: str, problems: Problems, limits: Limits
) -> TextTable | None:
    """The table in `raw`, or None with the faults in `problems`.

    UTF-8 (with or without byte-order mark), GB18030 and marked UTF-16; comma, tab or semicolon;
    quotes, cells of several lines, any line end. A row's line is where it starts in the file.
    Raises `Refused` when the file cannot be read at all.
    """
    encoding = encoding_of(raw, source=source)
    delimiter = _delimiter(_lines(raw, encoding=encoding), source=source)
    found = Problems()
    lines = _lines(raw, encoding=encoding)
    rows = _rows(lines, delimiter=delimiter, source=source, problems=found)
    table = table_from_grid(Grid(name, source, rows), problems=found, limits=limits)
    # A file whose very header cannot be told apart is not empty.
    is_cut = any(fault.id == "F13" for fault in found)
    problems.extend(fault for fault in found.found if fault.id != "F09" or not is_cut)
    return None if is_cut else table


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
        yield GridRow(line, [_unmarked(text) if text[:1] in _MARKERS else text for text in texts])


def _unmarked(text: str) -> str:
    """The text without what only says that it is text."""
    if wrapped := _EXCEL_TEXT.fullmatch(text):
        return trimmed(wrapped[1])
    return trimmed(text[1:]) if MARKED_TEXT.fullmatch(text) else text


def _delimiter(lines: Iterable[str], *, source: str) -> str:
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
