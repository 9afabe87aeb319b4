"""Tables as columns: Parquet and Arrow files, and large CSV files that are plain.

What is not said in columns (workbooks, small CSV files, and every CSV file with anything odd in
it) is read as rows of text, so that its faults are told as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc, parquet

from kaocheng.engine.columnar.arrow_table import FIRST_LINE, ArrowTable
from kaocheng.engine.problems import Place, Problems, Refused, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.cell_text import trimmed
from kaocheng.formats.folder import (
    COLUMN_EXTENSIONS,
    LARGE_CSV,
    READ_EXTENSIONS,
    bytes_of,
    files_of,
    tables_of,
)
from kaocheng.formats.grid import cell_name, column_letters
from kaocheng.formats.limits import LIMITS, MEGABYTE, MOST_CHARACTERS_IN_CELL, Limits
from kaocheng.formats.plain_csv import TEXTS, read_plain_csv, trimmed_texts

_BYTES_OF_ANY = 8


def read_columns(
    path: Path,
    *,
    problems: Problems,
    known: Collection[str] = (),
    limits: Limits = LIMITS,
    large_csv: int = LARGE_CSV,
) -> dict[str, ArrowTable | TextTable]:
    """Every table at `path` by its id, as `read_tables` has them, large ones as columns.

    `path` may hold .parquet, .arrow and .feather files besides. Of those that `known` (the ids that
    the scheme uses) leaves out, the rows are not read. Every fault goes to `problems`, and a table
    with an error is left out.
    """
    tables: dict[str, ArrowTable | TextTable] = {}
    extensions = (*READ_EXTENSIONS, *COLUMN_EXTENSIONS)
    for file in files_of(path, problems=problems, extensions=extensions):
        for table in _tables_of(file, problems, known, limits, large_csv):
            if table.name in tables:
                first = tables[table.name].source
                place = Place(table.source)
                problems.add("F06", place, table=table.name, first=first, second=table.source)
            else:
                tables[table.name] = table
    return tables


def _tables_of(
    file: Path, problems: Problems, known: Collection[str], limits: Limits, large_csv: int
) -> list[ArrowTable] | list[TextTable]:
    try:
        if file.suffix.lower() in COLUMN_EXTENSIONS:
            return _table_of_columns(file, problems=problems, known=known, limits=limits)
        if file.suffix.lower() == ".csv" and _is_large(file, large_csv):
            raw = bytes_of(file, limits=limits)
            name = trimmed(file.stem)
            table = read_plain_csv(raw, name=name, source=file.name, limits=limits)
            if table is not None:
                return [table]
    except Refused as refused:
        problems.extend(refused.problems)
        return []
    return tables_of(file, problems=problems, known=known, limits=limits)


def _is_large(file: Path, large_csv: int) -> bool:
    try:
        return file.stat().st_size >= large_csv
    except OSError:
        return False  # Whoever reads it next says why.


def _table_of_columns(
    file: Path, *, problems: Problems, known: Collection[str], limits: Limits
) -> list[ArrowTable]:
    name = trimmed(file.stem)
    is_used = not known or name in known
    read = _read_parquet if file.suffix.lower() == ".parquet" else _read_arrow
    try:
        table = read(file, limits, is_used=is_used)
        table.validate(full=True)
    except (pa.ArrowException, OSError, MemoryError, ValueError) as fault:
        detail = _one_line(fault)
        raise refuse("F85", Place(file.name), path=file.name, detail=detail) from fault
    found = Problems()
    names = [trimmed(column) for column in table.column_names]
    _check_header(names, source=file.name, problems=found)
    columns = [
        _cells(column, at=at, source=file.name, problems=found)
        for at, column in enumerate(table.columns, start=1)
    ]
    problems.extend(found.found)
    if found.errors:
        return []
    return [ArrowTable(name, file.name, pa.table(columns, names=names))]


def _one_line(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:120]


def _read_parquet(file: Path, limits: Limits, *, is_used: bool) -> pa.Table:
    with parquet.ParquetFile(file) as opened:
        schema, rows = opened.schema_arrow, opened.metadata.num_rows
    _check_size(file, schema, rows, limits)
    if not is_used:
        return schema.empty_table()
    # Texts stay in the dictionaries they are stored in: a text that stands on every row of a
    # billion would otherwise be written out as often.
    texts = [field.name for field in schema if _is_text(field.type)]
    with parquet.ParquetFile(
        file, read_dictionary=texts, page_checksum_verification=True
    ) as opened:
        flat = [field.name for field in schema if not pa.types.is_nested(field.type)]
        read = opened.read(columns=flat)
    if read.num_rows != rows:
        raise pa.ArrowInvalid(f"{read.num_rows} rows instead of {rows}")
    # What is nested cannot be read as cells; the type alone says so.
    columns = [
        pa.nulls(rows, field.type) if pa.types.is_nested(field.type) else read.column(field.name)
        for field in schema
    ]
    return pa.table(columns, names=schema.names)


def _read_arrow(file: Path, limits: Limits, *, is_used: bool) -> pa.Table:
    with pa.memory_map(str(file)) as source, ipc.open_file(source) as opened:
        batches, rows, size = [], 0, 0
        for number in range(opened.num_record_batches if is_used else 0):
            batch = opened.get_batch(number)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            _check_size(file, opened.schema, rows, limits, size=size)
            batches.append(batch)
        return pa.Table.from_batches(batches, schema=opened.schema)


def _check_size(file: Path, schema: pa.Schema, rows: int, limits: Limits, *, size: int = 0) -> None:
    """Refuse a file that would not fit, before it is read: a few bytes can say a billion rows."""
    if not schema.names:
        raise refuse("F09", Place(file.name), path=file.name)
    size = size or rows * sum(_width(field.type) for field in schema)
    if rows > limits.column_rows or size > limits.column_bytes:
        raise refuse(
            "F86",
            Place(file.name),
            path=file.name,
            rows=rows,
            columns=len(schema.names),
            megabytes=size // MEGABYTE,
            most=limits.column_rows,
            limit=limits.column_bytes // MEGABYTE,
        )


def _width(kind: pa.DataType) -> int:
    if _is_text(kind):
        return 4  # Its place in the dictionary.
    try:
        return max(int(kind.bit_width) // 8, 1)
    except ValueError:  # Of no fixed width.
        return _BYTES_OF_ANY


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _check_header(names: list[str], *, source: str, problems: Problems) -> None:
    places = defaultdict(list)
    for at, name in enumerate(names, start=1):
        places[name].append(column_letters(at))
    for name, letters in places.items():
        listed = "、".join(letters[:10])
        if not name:
            problems.add("F15", Place(source, 1), columns=listed)
        elif len(letters) > 1:
            problems.add("F16", Place(source, 1), column=name[:60], columns=listed)


def _cells(column: pa.ChunkedArray, *, at: int, source: str, problems: Problems) -> pa.ChunkedArray:
    """A column as it is; of texts, what stands between the blanks around them."""
    if _is_text(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.type.id != TEXTS.id or not _is_text(column.type.value_type):
        return column
    return _texts(column, at=at, source=source, problems=problems)


def _texts(column: pa.ChunkedArray, *, at: int, source: str, problems: Problems) -> pa.ChunkedArray:
    whole = column.unify_dictionaries().combine_chunks()
    texts = whole.dictionary.cast(pa.string())
    lengths = pc.utf8_length(texts)
    long = _rows_of(whole, pc.greater(lengths, MOST_CHARACTERS_IN_CELL))
    if len(long):
        line, length = long[0].as_py() + FIRST_LINE, lengths[whole.indices[long[0].as_py()].as_py()]
        place, cell = Place(source, line, at), cell_name(line=line, column=at)
        problems.add("F18", place, cell=cell, length=length, limit=MOST_CHARACTERS_IN_CELL)
        if len(long) > 1:
            problems.add("F19", Place(source), which="F18", count=len(long) - 1)
    garbled = _rows_of(whole, pc.match_substring(texts, "\ufffd"))
    if len(garbled):
        line = garbled[0].as_py() + FIRST_LINE
        problems.add("F31", Place(source, line), count=len(garbled))
    return pa.chunked_array([pa.DictionaryArray.from_arrays(whole.indices, trimmed_texts(texts))])


def _rows_of(column: pa.DictionaryArray, is_meant: pa.Array) -> pa.Array:
    """The rows whose text is meant."""
    if not is_meant.true_count:
        return pa.array([], pa.int64())
    return pc.indices_nonzero(is_meant.take(column.indices))
