"""Large CSV files as columns, as long as there is nothing odd in them."""

from __future__ import annotations

import codecs
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from kaocheng.engine.columnar.arrow_table import ArrowTable
from kaocheng.formats.cell_text import BLANKS
from kaocheng.formats.csv_reader import MARKERS, delimiter_of, is_utf_8, unmarked
from kaocheng.formats.limits import MOST_CHARACTERS_IN_CELL, Limits

TEXTS = pa.dictionary(pa.int32(), pa.string())
# What makes a row something else than a line, or a text something else than what it looks like.
_ODD = (b'"', b"\0", "\ufffd".encode())


def read_plain_csv(raw: bytes, *, name: str, source: str, limits: Limits) -> ArrowTable | None:
    """What `read_csv` reads, as columns of text; None where only `read_csv` can tell what it is.

    That is where anything is quoted, of another encoding, empty, of uneven width or too much.
    Raises `Refused` where the header is separated by a Chinese mark.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if any(odd in raw for odd in _ODD) or raw.count(b"\r") != raw.count(b"\r\n"):
        return None
    if not is_utf_8(raw):
        return None
    first = raw.partition(b"\n")[0].decode().rstrip("\r")
    delimiter = delimiter_of([first], source=source)
    header = [_cleaned(cell) for cell in first.split(delimiter)]
    if not all(header) or len(set(header)) < len(header) or len(first) > MOST_CHARACTERS_IN_CELL:
        return None
    table = _read(raw, header, delimiter)
    if table is None or table.num_rows > limits.rows:
        return None
    columns = [_cleaned_texts(column) for column in table.columns]
    if any(column is None for column in columns) or _has_blank_row(columns):
        return None
    return ArrowTable(name, source, pa.table(columns, names=header))


def trimmed_texts(texts: pa.Array) -> pa.Array:
    """Texts without the blanks around them that nobody means."""
    return pc.utf8_trim(texts, characters=BLANKS)


def _read(raw: bytes, header: list[str], delimiter: str) -> pa.Table | None:
    try:
        return csv.read_csv(
            pa.BufferReader(raw),
            csv.ReadOptions(column_names=header, skip_rows=1),
            csv.ParseOptions(
                delimiter=delimiter, quote_char=False, double_quote=False, ignore_empty_lines=False
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(header, TEXTS), null_values=[], check_utf8=False
            ),
        )
    except pa.ArrowInvalid:  # Rows of uneven width; or no rows at all.
        return None


def _cleaned(cell: str) -> str:
    text = cell.strip(BLANKS)
    return unmarked(text) if text[:1] in MARKERS else text


def _cleaned_texts(column: pa.ChunkedArray) -> pa.DictionaryArray | None:
    whole = column.unify_dictionaries().combine_chunks()
    texts = trimmed_texts(whole.dictionary)
    if len(texts) and pc.max(pc.utf8_length(whole.dictionary)).as_py() > MOST_CHARACTERS_IN_CELL:
        return None
    is_marked = reduce(pc.or_, [pc.starts_with(texts, pattern=mark) for mark in MARKERS])
    if is_marked.true_count:
        clean = [unmarked(text) for text in texts.filter(is_marked).to_pylist()]
        texts = pc.replace_with_mask(texts, is_marked, pa.array(clean, pa.string()))
    return pa.DictionaryArray.from_arrays(whole.indices, texts)


def _has_blank_row(columns: list[pa.DictionaryArray]) -> bool:
    """Whether there is a line without anything in it, which is no row."""
    blanks = [pc.equal(column.dictionary, "").take(column.indices) for column in columns]
    return bool(reduce(pc.and_, blanks).true_count)
