"""What calamine does not tell about an .xls workbook: error cells, and how large the sheets are.

The workbook stream is a row of records [MS-XLS]: a type and a length of two bytes each, then data.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from kaocheng.formats.area import AreaFinder
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.sheet import CellError, SheetScan

_BEGIN, _END, _CONTINUE = 0x0809, 0x000A, 0x003C
_PASSWORD, _SHEET, _DIMENSIONS = 0x002F, 0x0085, 0x0200
_FORMULA, _BOOL_OR_ERROR, _MANY_NUMBERS = 0x0006, 0x0205, 0x00BD
# Formula, bool or error, number, rounded number, label, shared label, rich label.
_SINGLE_CELLS = {_FORMULA, _BOOL_OR_ERROR, 0x0203, 0x027E, 0x0204, 0x00FD, 0x00D6}
_MOST_SHEETS = 1024

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def has_password(stream: bytes) -> bool:
    return any(kind == _PASSWORD and any(data) for kind, data in _substream(stream))


def scan_sheets(stream: bytes, *, most_cells: int) -> tuple[SheetScan, ...]:
    """One scan for each sheet in the order of the tabs; raises `BrokenWorkbook` for damage."""
    starts = [
        struct.unpack_from("<I", data)[0]
        for kind, data in _substream(stream)
        if kind == _SHEET and len(data) >= 4
    ]
    # Sheets stand one behind the other; overlapping ones would be read over and over again.
    stop_of = dict(pairwise([*sorted(starts), len(stream)]))
    if len(stop_of) < len(starts) or len(starts) > _MOST_SHEETS:
        raise BrokenWorkbook
    return tuple(_scan(stream[at : stop_of[at]], most_cells=most_cells) for at in starts)


def _scan(sheet: bytes, *, most_cells: int) -> SheetScan:
    area, errors = AreaFinder(), []
    for kind, data in _substream(sheet):
        if kind in _SINGLE_CELLS and len(data) >= 4:
            row, column = struct.unpack_from("<HH", data)
            area.include(row + 1, column + 1)
            if error := _error(kind, data):
                errors.append(CellError(row + 1, column + 1, error))
        elif kind == _MANY_NUMBERS and len(data) >= 6:
            row, column = struct.unpack_from("<HH", data)
            area.include(row + 1, column + 1)
            area.include(row + 1, struct.unpack_from("<H", data, len(data) - 2)[0] + 1)
        elif kind == _DIMENSIONS:
            _check_dimensions(data, most_cells=most_cells)
    return SheetScan(area.area(), tuple(errors))


def _error(kind: int, data: bytes) -> str:
    """The error a cell holds, or nothing."""
    if kind == _BOOL_OR_ERROR and len(data) >= 8 and data[7]:
        return _ERRORS.get(data[6], "#?")
    if kind == _FORMULA and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2:
        return _ERRORS.get(data[8], "#?")
    return ""


def _check_dimensions(data: bytes, *, most_cells: int) -> None:
    """Calamine reserves memory for the rectangle a sheet claims before it reads any cell."""
    if len(data) not in (10, 14):
        raise BrokenWorkbook
    first, after, _, right = struct.unpack_from("<IIHH" if len(data) == 14 else "<HHHH", data)
    is_empty = not after or not right
    if not is_empty and (first >= after or (after - first) * right > most_cells):
        raise BrokenWorkbook


def _substream(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records up to the end of the first substream, without those nested in it."""
    position, depth = 0, 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        data = stream[position + 4 : position + 4 + length]
        position += 4 + length
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1 and kind != _CONTINUE:
            yield kind, data
    raise BrokenWorkbook
