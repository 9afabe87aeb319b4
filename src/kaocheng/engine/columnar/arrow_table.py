"""A table of columns, as it comes from a file and before anything is read into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from kaocheng.engine.exact import exact_text
from kaocheng.engine.text_table import TextRow, TextTable

FIRST_LINE = 2


@dataclass(frozen=True)
class ArrowTable:
    """What `TextTable` is to text. Column names are field ids; a null is an empty cell.

    A cell means what its text would mean in a CSV file, whatever the type of its column. `lines`
    (int32) are the lines of the rows; without them the first row is line 2, below a header.
    """

    name: str
    source: str
    arrow: pa.Table
    lines: pa.Array | None = None

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(self.arrow.column_names)

    def lines_of_rows(self) -> pa.Array:
        if self.lines is not None:
            return self.lines
        return pa.arange(FIRST_LINE, FIRST_LINE + self.arrow.num_rows).cast(pa.int32())


def is_exact(kind: pa.DataType) -> bool:
    """Whether every value of an Arrow column of that type has one exact text."""
    if pa.types.is_dictionary(kind):
        return is_exact(kind.value_type)
    if pa.types.is_timestamp(kind):
        return kind.tz is None
    return any(is_kind(kind) for is_kind in _EXACT)


_EXACT = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_null,
)


def cell_text(value: object, *, column_type: str) -> str:
    """The text of a value as Arrow gives it to Python, as it would be written for its column."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal):
        return exact_text(Fraction(value))
    if isinstance(value, datetime):
        if value.time() == time() and column_type != "moment":
            return value.date().isoformat()
        return value.isoformat(" ", timespec="minutes" if not value.second else "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def arrow_table_of(table: TextTable) -> ArrowTable | None:
    """The same in columns; None where a row has more cells than the header, or fewer."""
    width = len(table.header)
    if not width or any(len(row.cells) != width for row in table.rows):
        return None
    columns = [pa.array([row.cells[at] for row in table.rows], pa.string()) for at in range(width)]
    lines = pa.array([row.line for row in table.rows], pa.int32())
    arrow = pa.Table.from_arrays(columns, names=list(table.header))
    return ArrowTable(table.name, table.source, arrow, lines)


def text_table_of(table: ArrowTable) -> TextTable:
    """The same as rows of text, for tables that are small by their nature."""
    columns = [
        [cell_text(value, column_type="") for value in column.to_pylist()]
        for column in table.arrow.columns
    ]
    lines = table.lines_of_rows().to_pylist()
    cells = zip(*columns, strict=True) if columns else [()] * len(lines)
    rows = tuple(TextRow(line, tuple(one)) for line, one in zip(lines, cells, strict=True))
    return TextTable(table.name, table.source, table.header, rows)
