"""Tables as JSON for programs: a list with one object for each row, one row a line.

Keys are column ids. Numbers are strings (`"9.1"`, `"7/3"`), because most readers would turn JSON
numbers into floats; dates are `"2026-09-01"`, truth is true or false, nothing is null.
"""

from __future__ import annotations

import json
from typing import BinaryIO

from kaocheng.formats.out_table import OutCell, OutTable, out_text


def write_json(stream: BinaryIO, table: OutTable) -> None:
    ids = [column.id for column in table.columns]
    before = b"[\n"
    for row in table.rows:
        values = {id: _value(cell) for id, cell in zip(ids, row, strict=True)}
        stream.write(before + json.dumps(values, ensure_ascii=False).encode())
        before = b",\n"
    stream.write(b"\n]\n" if table.rows else b"[]\n")


def _value(cell: OutCell) -> str | bool | None:
    return cell if cell is None or isinstance(cell, bool) else out_text(cell)
