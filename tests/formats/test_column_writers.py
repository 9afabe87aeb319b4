"""Columns of text are written as the same cells are from rows, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.exact import exact_text
from kaocheng.engine.problems import Refused
from kaocheng.formats import OutCell, OutColumn, OutColumns, OutTable, column_writers, out_text
from kaocheng.formats.column_writers import (
    canonical_csv_of_columns,
    write_csv_columns,
    write_json_columns,
    write_parquet_columns,
)
from kaocheng.formats.number_texts import number_texts
from kaocheng.formats.out_columns import Content, TextColumn
from kaocheng.formats.out_files import write_table
from kaocheng.formats.writers import canonical_csv_bytes, write_csv, write_json, write_parquet

WORDS = [
    *("林秀芬", "a", "", "=1", "-1", "- 1", "'=x", "“", "a,b", 'a"b', " x", "x ", "　x", "x\n"),
    *("7/3", "-", "+1", "@a", "＝1", "a;b", "a'b", "x\u2003", "\u00a0=1", "'", "''=", "0", "\\"),
    *("tab\tx", "\x01", "é", "a b", "e\u0301", "甲；乙：丙。"),
]
CELLS: dict[Content, list[OutCell]] = {
    "text": [None, *WORDS],
    "exact": [None, Fraction(1, 3), Fraction(-5, 4), 7, date(2026, 9, 1)],
    "truth": [None, True, False],
}
ROWS = st.lists(st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())), max_size=20)
WRITERS = [
    (write_csv, write_csv_columns),
    (write_json, write_json_columns),
    (write_parquet, write_parquet_columns),
]


def both(rows: list[tuple[OutCell, ...]], *, coded: bool) -> tuple[OutTable, OutColumns]:
    columns = tuple(OutColumn(id, f"{id}题") for id in CELLS)
    cells = []
    for at, content in enumerate(CELLS):
        texts = [None if row[at] is None else out_text(row[at]) for row in rows]
        array = pa.array(texts, pa.string())
        cells.append(TextColumn(array.dictionary_encode() if coded else array, content))
    return OutTable("t", "表", columns, tuple(rows)), OutColumns("t", "表", columns, tuple(cells))


@given(rows=ROWS, coded=st.booleans(), at_once=st.sampled_from([3, 50_000]))
def test_every_format_has_the_same_bytes(
    rows: list[tuple[OutCell, ...]], coded: bool, at_once: int
) -> None:
    table, columns = both(rows, coded=coded)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_writers, "ROWS_AT_ONCE", at_once)
        for of_rows, of_columns in WRITERS:
            assert written(of_columns, columns) == written(of_rows, table)
        assert canonical_csv_of_columns(columns) == canonical_csv_bytes(table)


def written(write: Callable[..., None], table: OutTable | OutColumns) -> bytes:
    stream = io.BytesIO()
    write(stream, table)
    return stream.getvalue()


def test_a_single_column_has_no_blank_lines() -> None:
    texts = pa.array(["a", None, "", "b"])
    columns = OutColumns("t", "表", (OutColumn("v", "值"),), (TextColumn(texts),))

    assert canonical_csv_of_columns(columns) == '值\na\n""\n""\nb\n'.encode()


def test_columns_of_different_lengths_or_equal_ids_are_no_table() -> None:
    texts = [TextColumn(pa.array(["a"])), TextColumn(pa.array(["a", "b"]))]

    with pytest.raises(ValueError, match="of one length"):
        OutColumns("t", "表", (OutColumn("v", "值"), OutColumn("w", "值")), tuple(texts))
    with pytest.raises(ValueError, match="different ids"):
        OutColumns("t", "表", (OutColumn("v", "值"), OutColumn("v", "值")), (texts[0], texts[0]))


@pytest.mark.parametrize("coded", [False, True])
def test_texts_that_some_program_would_not_keep_are_refused(tmp_path: Path, coded: bool) -> None:
    texts = pa.array(["a", "b\0", "c"])
    cells = TextColumn(texts.dictionary_encode() if coded else texts)
    columns = OutColumns("t", "表", (OutColumn("v", "值"),), (cells,))

    with pytest.raises(Refused) as refused:
        write_table(tmp_path / "t.csv", columns)

    (problem,) = refused.value.problems
    assert (problem.id, str(problem.place)) == ("F39", "t:2")
    assert list(tmp_path.iterdir()) == []


WHOLE = st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-500, 500)


@given(
    values=st.lists(st.none() | WHOLE, max_size=20),
    den=st.sampled_from([1, 2, 3, 7, 8, 10, 12, 100, 125, 2500, 10**18, 10**19, 2**60]),
)
def test_numbers_have_their_exact_text(values: list[int | None], den: int) -> None:
    expected = [None if one is None else exact_text(Fraction(one, den)) for one in values]

    assert number_texts(pa.array(values, pa.int64()), den=den).to_pylist() == expected


@given(
    pairs=st.lists(st.tuples(st.none() | WHOLE, st.none() | st.integers(1, 50)), max_size=20),
    den=st.sampled_from([1, 3, 100]),
)
def test_numbers_that_the_data_divide_have_their_exact_text(
    pairs: list[tuple[int | None, int | None]], den: int
) -> None:
    values, over = (pa.array([pair[at] for pair in pairs], pa.int64()) for at in (0, 1))

    assert number_texts(values, den=den, over=over).to_pylist() == [
        None if value is None or by is None else exact_text(Fraction(value, den * by))
        for value, by in pairs
    ]


def test_numbers_of_127_bits_have_their_exact_text() -> None:
    large = pa.array([10**37, -1, None], pa.decimal128(38, 0))
    small = pa.array([12345, -1, None], pa.decimal128(38, 0))

    assert number_texts(large, den=100).to_pylist() == [f"1{'0' * 35}", "-0.01", None]
    assert number_texts(small, den=100).to_pylist() == ["123.45", "-0.01", None]
