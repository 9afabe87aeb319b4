r"""Tables as CSV, JSON and Parquet.

CSV, for Excel and for programs; the decisions, all of them visible in the bytes:

- The file begins with a UTF-8 byte-order mark: without it Excel on Windows shows Chinese as noise.
  `canonical_csv_bytes` is the same without the mark, for checksums and comparisons.
- Lines end with `\n` alone; Excel, WPS and every other reader take it, and a diff stays clean.
- Numbers are plain: `-0.2`, `12`, and `7/3` where no decimal ends. (Excel may show `7/3` in a CSV
  as a date; in .xlsx it is text and stays.)
- A text that a spreadsheet would run as a formula (it begins with = + - @, their full-width forms,
  or a blank and then one of them) gets an apostrophe in front, unless it is a number. `read_csv`
  takes it away again. So that nothing is lost, a text that looks so marked already gets one more.

JSON, for programs: a list with one object for each row, one row a line. Keys are column ids.
Numbers are strings (`"9.1"`, `"7/3"`), because most readers would turn JSON numbers into floats;
dates are `"2026-09-01"`, truth is true or false, nothing is null.

Parquet, for programs: every column is text, so that every value is exact and the schema does not
depend on what the values happen to be. Column names are ids, with the title in the metadata of the
field. Cells say what they say in CSV, without any apostrophe; None is null.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO

from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.formats.csv_reader import MARKED_TEXT
from kaocheng.formats.out_table import OutCell, OutColumn, OutTable, out_text

if TYPE_CHECKING:
    import pyarrow as pa

_RUNS_AS_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NEEDS_QUOTES = re.compile(r'[,"\r\n\t;]|^\s|\s$|^$')


def write_csv(stream: BinaryIO, table: OutTable) -> None:
    stream.write(codecs.BOM_UTF8)
    stream.writelines(_lines(table))


def canonical_csv_bytes(table: OutTable) -> bytes:
    """The same bytes on every machine for the same table: no byte-order mark, rows as given."""
    return b"".join(_lines(table))


def write_json(stream: BinaryIO, table: OutTable) -> None:
    ids = [column.id for column in table.columns]
    before = b"[\n"
    for row in table.rows:
        values = {id: _json_value(cell) for id, cell in zip(ids, row, strict=True)}
        stream.write(before + json.dumps(values, ensure_ascii=False).encode())
        before = b",\n"
    stream.write(b"\n]\n" if table.rows else b"[]\n")


def write_parquet(stream: BinaryIO, table: OutTable) -> None:
    import pyarrow as pa

    arrays = [
        pa.array(
            (None if row[index] is None else out_text(row[index]) for row in table.rows),
            type=pa.string(),
        )
        for index in range(len(table.columns))
    ]
    write_parquet_texts(stream, arrays, columns=table.columns, title=table.title)


def write_parquet_texts(
    stream: BinaryIO, texts: Sequence[pa.Array], *, columns: Sequence[OutColumn], title: str
) -> None:
    """Columns of strings under their ids, with their titles in the metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    fields = [
        pa.field(column.id, pa.string(), metadata={"title": column.title}) for column in columns
    ]
    schema = pa.schema(fields, metadata={"title": title})
    parquet.write_table(pa.Table.from_arrays(texts, schema=schema), stream)


def _lines(table: OutTable) -> Iterable[bytes]:
    yield line_of(table.header)
    for row in table.rows:
        yield line_of(row)


def line_of(cells: Iterable[OutCell]) -> bytes:
    """A line of a CSV file."""
    fields = [field_of(cell) for cell in cells]
    # A line of nothing would be skipped as blank.
    line = '""' if fields == [""] else ",".join(fields)
    return line.encode() + b"\n"


def field_of(cell: OutCell) -> str:
    """A cell as it stands in a CSV file: with quotes and an apostrophe where it needs them."""
    if not isinstance(cell, str):
        return out_text(cell)
    text = f"'{cell}" if _needs_mark(cell) else cell
    if text and _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _needs_mark(text: str) -> bool:
    if _RUNS_AS_FORMULA.match(text):
        return not _is_number(text)
    return text.startswith("'") and MARKED_TEXT.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    try:
        read_exact(text)
    except NotExact:
        return False
    return True


def _json_value(cell: OutCell) -> str | bool | None:
    return cell if cell is None or isinstance(cell, bool) else out_text(cell)
