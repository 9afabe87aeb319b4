"""Columns of exact text as CSV, JSON and Parquet: the very bytes of `writers`, column by column.

Only texts that are neither numbers nor plain words pass through Python, each distinct one once.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.formats.cell_text import YES
from kaocheng.formats.out_columns import OutColumns, TextColumn
from kaocheng.formats.writers import field_of, line_of, write_parquet_texts

# Rows that become lines at once: enough to be fast, few enough for the memory not to notice.
ROWS_AT_ONCE = 50_000
# Words in which no format sees anything special: the letters and digits of most, and signs between
# them. All letters there are (`\pL`) would take longer to prepare than a small table to write.
_LETTERS = r"A-Za-z0-9\x{4E00}-\x{9FFF}"
_ORDINARY = rf"^[{_LETTERS}](?:[{_LETTERS}_.：；·（）《》、 -]*[{_LETTERS}_：；·（）《》、])?$"

# NUL and the two that XML forbids. Halves of a character cannot be in Arrow's texts.
_UNSAVABLE = r"[\x00\x{FFFE}\x{FFFF}]"


def write_csv_columns(stream: BinaryIO, table: OutColumns) -> None:
    stream.write(codecs.BOM_UTF8)
    stream.writelines(_csv_blocks(table))


def canonical_csv_of_columns(table: OutColumns) -> bytes:
    """`canonical_csv_bytes` of the same cells."""
    return b"".join(bytes(block) for block in _csv_blocks(table))


def write_json_columns(stream: BinaryIO, table: OutColumns) -> None:
    columns = [_in_json(column) for column in table.cells]
    if not table.rows:
        stream.write(b"[]\n")
        return
    keys = [f"{_quoted(column.id)}: " for column in table.columns]
    before = ["{" + keys[0], *(f", {key}" for key in keys[1:])]
    stream.write(b"[\n")
    for start in range(0, table.rows, ROWS_AT_ONCE):
        parts: list[pa.Array | str] = []
        for key, column in zip(before, columns, strict=True):
            parts.extend([key, _some(column, start)])
        end = start + ROWS_AT_ONCE >= table.rows
        block = _joined([*parts, "},\n"], separator="")
        stream.write(memoryview(block)[:-2] if end else block)
    stream.write(b"\n]\n")


def write_parquet_columns(stream: BinaryIO, table: OutColumns) -> None:
    texts = [_whole(column.texts) for column in table.cells]
    write_parquet_texts(stream, texts, columns=table.columns, title=table.title)


def unsavable_cells(table: OutColumns) -> Iterator[tuple[int, str]]:
    """Row (from 1) and column of every cell that some format or program would not keep."""
    for column, cells in zip(table.columns, table.cells, strict=True):
        if cells.content == "text" and len(cells.texts):
            coded = pa.types.is_dictionary(cells.texts.type)
            known = cells.texts.dictionary if coded else cells.texts
            is_bad = pc.match_substring_regex(known, _UNSAVABLE)
            if is_bad.true_count:
                rows = is_bad.take(cells.texts.indices) if coded else is_bad
                yield from ((row + 1, column.id) for row in pc.indices_nonzero(rows).to_pylist())


def _csv_blocks(table: OutColumns) -> Iterator[bytes | pa.Buffer]:
    yield line_of(table.header)
    columns = [_in_csv(column, alone=len(table.cells) == 1) for column in table.cells]
    for start in range(0, table.rows, ROWS_AT_ONCE):
        parts = [_some(column, start) for column in columns]
        ended = pc.binary_join_element_wise(
            parts[-1], "\n", "", null_handling="replace", null_replacement=""
        )
        yield _joined([*parts[:-1], ended], separator=",")


def _some(column: pa.Array, start: int) -> pa.Array:
    return _whole(column.slice(start, ROWS_AT_ONCE))


def _whole(texts: pa.Array) -> pa.Array:
    """Texts as they are, no longer by their places in a dictionary."""
    if pa.types.is_dictionary(texts.type):
        return texts.dictionary.cast(pa.string()).take(texts.indices)
    return texts


def _joined(parts: Sequence[pa.Array | str], *, separator: str) -> pa.Buffer:
    """The bytes of all rows one after the other, as Arrow lays them down anyway."""
    rows = pc.binary_join_element_wise(
        *parts, separator, null_handling="replace", null_replacement=""
    )
    return rows.buffers()[2].slice(0, pc.sum(pc.binary_length(rows)).as_py())


def _in_csv(column: TextColumn, *, alone: bool) -> pa.Array:
    # A line of nothing would be skipped as blank.
    nothing = '""' if alone else ""
    if column.content != "text" and not alone:
        return column.texts
    return _each_text(column.texts, lambda text: field_of(text) or nothing, nothing=nothing)


def _in_json(column: TextColumn) -> pa.Array:
    if column.content == "exact":
        quoted = pc.binary_join_element_wise('"', _whole(column.texts), '"', "")
        return pc.fill_null(quoted, "null")
    if column.content == "truth":
        words = pc.if_else(pc.equal(_whole(column.texts), YES), "true", "false")
        return pc.fill_null(words, "null")
    return _each_text(column.texts, _quoted, nothing="null", ordinary='"')


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _each_text(
    texts: pa.Array, written: Callable[[str], str], *, nothing: str, ordinary: str = ""
) -> pa.Array:
    """The texts as `written` has them; those that are ordinary, between `ordinary` marks."""
    if not pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_encode()
    known = texts.dictionary.cast(pa.string())
    is_other = pc.invert(pc.match_substring_regex(known, _ORDINARY))
    done = pc.binary_join_element_wise(ordinary, known, ordinary, "") if ordinary else known
    if is_other.true_count:
        others = [written(text) for text in known.filter(is_other).to_pylist()]
        done = pc.replace_with_mask(done, is_other, pa.array(others, pa.string()))
    found = pa.DictionaryArray.from_arrays(texts.indices, done)
    return pc.fill_null(_whole(found), nothing) if nothing else found
