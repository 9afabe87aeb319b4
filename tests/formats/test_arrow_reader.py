"""Parquet, Arrow and large CSV files are read as columns that say what rows would say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, parquet

from kaocheng.engine.columnar.arrow_table import ArrowTable, text_table_of
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.text_table import TextTable
from kaocheng.formats import LIMITS, Limits
from kaocheng.formats.arrow_reader import read_columns
from kaocheng.formats.csv_reader import read_csv
from kaocheng.formats.plain_csv import read_plain_csv

Tables = dict[str, ArrowTable | TextTable]


def read(path: Path, *, known: tuple[str, ...] = ()) -> Tables:
    problems = Problems()
    tables = read_columns(path, problems=problems, known=known, large_csv=1)
    assert list(problems) == []
    return tables


def found_in(path: Path, *, limits: Limits = LIMITS) -> list[Problem]:
    problems = Problems()
    assert read_columns(path, problems=problems, limits=limits, large_csv=1) == {}
    return list(problems)


def columns_of(table: ArrowTable | TextTable) -> dict[str, list[object]]:
    assert isinstance(table, ArrowTable)
    return {name: table.arrow[name].to_pylist() for name in table.header}


def type_of(table: ArrowTable | TextTable, name: str) -> str:
    assert isinstance(table, ArrowTable)
    return str(table.arrow[name].type)


def test_parquet_keeps_types_and_trims_texts(tmp_path: Path) -> None:
    table = pa.table(
        {"id": [" a ", "\u3000b", None], "n": pa.array([Decimal("1.50"), None, Decimal("2.00")])}
    )
    parquet.write_table(table, tmp_path / "staff.parquet")

    tables = read(tmp_path)

    assert columns_of(tables["staff"]) == {
        "id": ["a", "b", None],
        "n": [Decimal("1.50"), None, Decimal("2.00")],
    }
    assert type_of(tables["staff"], "id").startswith("dictionary<values=string")


@pytest.mark.parametrize("compression", ["uncompressed", "zstd", "lz4"])
def test_arrow_file_is_read_like_parquet(tmp_path: Path, compression: str) -> None:
    table = pa.table({"id": ["a", " b"], "n": [1, 2]})
    feather.write_feather(table, tmp_path / "staff.arrow", compression=compression, chunksize=1)

    assert columns_of(read(tmp_path)["staff"]) == {"id": ["a", "b"], "n": [1, 2]}


def test_folder_of_every_kind_gives_every_table(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": ["a"]}), tmp_path / "staff.parquet")
    (tmp_path / "leave.csv").write_text("staff,days\na,1\n", "utf-8")
    (tmp_path / "odd.csv").write_text('staff,days\n"a",1\n', "utf-8")

    tables = read(tmp_path)

    assert list(tables) == ["leave", "odd", "staff"]
    assert columns_of(tables["leave"]) == {"staff": ["a"], "days": ["1"]}
    assert isinstance(tables["odd"], TextTable)


def test_rows_of_a_table_nobody_uses_are_not_read(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": ["a"]}), tmp_path / "other.parquet")

    assert columns_of(read(tmp_path, known=("staff",))["other"]) == {"id": []}


def test_nested_column_is_there_by_type_only(tmp_path: Path) -> None:
    table = pa.table({"id": ["a"], "more": [[{"x": 1}]]})
    parquet.write_table(table, tmp_path / "staff.parquet")

    staff = read(tmp_path)["staff"]

    assert columns_of(staff) == {"id": ["a"], "more": [None]}
    assert type_of(staff, "more").startswith("list<")


def test_f85_file_of_columns_is_damaged(tmp_path: Path) -> None:
    whole = tmp_path / "staff.parquet"
    parquet.write_table(pa.table({"id": [str(at) for at in range(1000)]}), whole)
    raw = whole.read_bytes()
    for cut in (0, 4, len(raw) // 2, len(raw) - 1):
        whole.write_bytes(raw[:cut])
        (only,) = found_in(tmp_path)
        assert only.id == "F85"
    (tmp_path / "staff.parquet").unlink()
    (tmp_path / "staff.arrow").write_bytes(b"ARROW1")

    (only,) = found_in(tmp_path)

    assert str(only.place) == "staff.arrow"
    assert only.reason().replace(dict(only.values)["detail"], "…") == (
        "“staff.arrow”已损坏，或不是完整的 Parquet、Arrow 文件（系统提示：…）。"
    )


def test_damaged_byte_anywhere_is_told_or_does_no_harm(tmp_path: Path) -> None:
    whole = tmp_path / "staff.parquet"
    columns = {"id": [f"k{at % 7}" for at in range(300)], "n": [Decimal(at) for at in range(300)]}
    parquet.write_table(pa.table(columns), whole)
    raw = whole.read_bytes()

    for at in range(0, len(raw), 3):
        damaged = bytearray(raw)
        damaged[at] ^= 0xFF
        whole.write_bytes(damaged)
        problems = Problems()
        tables = read_columns(tmp_path, problems=problems)
        assert bool(tables) != bool(problems.errors)


def test_text_that_is_no_unicode_is_damage(tmp_path: Path) -> None:
    texts = pa.array([b"a", b"\xff"]).cast(pa.string(), safe=False)
    parquet.write_table(pa.table({"id": texts}), tmp_path / "staff.parquet")

    assert [one.id for one in found_in(tmp_path)] == ["F85"]


def test_f86_file_of_columns_is_too_large(tmp_path: Path) -> None:
    # All alike: a small file that would take ten thousand times as much, written out.
    parquet.write_table(pa.table({"id": ["长" * 100] * 500_000}), tmp_path / "staff.parquet")
    assert (tmp_path / "staff.parquet").stat().st_size < 20_000

    (only,) = found_in(tmp_path, limits=Limits(column_rows=1_000))

    assert [str(only.place), only.reason()] == [
        "staff.parquet",
        "“staff.parquet”有 500000 行、1 列，读出来约 2 MB，超过上限（1000 行、24000 MB）。",
    ]
    assert [one.id for one in found_in(tmp_path, limits=Limits(column_bytes=1_000_000))] == ["F86"]


def test_header_of_columns_is_checked_as_that_of_rows(tmp_path: Path) -> None:
    table = pa.table([pa.array(["a"])] * 3, names=["id", " id", ""])
    parquet.write_table(table, tmp_path / "staff.parquet")
    parquet.write_table(pa.table({}), tmp_path / "none.parquet")

    assert [f"{one.place} {one.id}" for one in found_in(tmp_path)] == [
        "none.parquet F09",
        "staff.parquet:1 F15",
        "staff.parquet:1 F16",
    ]


def test_cells_too_long_and_lost_characters_have_their_place(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": ["a", "长" * 40_000]}), tmp_path / "staff.parquet")
    (long,) = found_in(tmp_path)
    parquet.write_table(pa.table({"id": ["a", "b\ufffd", "b\ufffd"]}), tmp_path / "staff.parquet")
    problems = Problems()
    read_columns(tmp_path, problems=problems)
    (lost,) = problems

    assert [str(long.place), long.id] == ["staff.parquet:3:1", "F18"]
    assert [str(lost.place), lost.id, lost.values] == ["staff.parquet:3", "F31", (("count", "2"),)]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"a,b\n1\n",
        b"a,b\n1,2,3\n",
        b'a,b\n"1",2\n',
        b"a,b\n1,2\n\n3,4\n",
        b"a,a\n1,2\n",
        b"a,\n1,2\n",
        b"\na,b\n1,2\n",
        b"a,b\n1,2\r3,4\n",
        b"a,b\n1,\0\n",
        "a,b\n1,张\n".encode("gb18030"),
        "a,b\n1,\ufffd\n".encode(),
        "a,b\n1,2\n".encode("utf-16"),
        b"a,b\n1," + b"x" * 40_000 + b"\n",
        b"a,b\n,\n",
    ],
)
def test_csv_with_anything_odd_is_left_to_the_reader_of_rows(raw: bytes) -> None:
    assert read_plain_csv(raw, name="a", source="a.csv", limits=LIMITS) is None


CELLS = st.text(st.sampled_from("a1张 \u3000\ufeff'=-+.%/\t;"), max_size=4)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_plain_csv_says_what_the_reader_of_rows_says(
    rows: list[tuple[str, str, str]], end: str, delimiter: str, has_mark: bool
) -> None:
    lines = [("甲", "乙", "'007"), *rows]
    text = "".join(delimiter.join(line) + end for line in lines)
    raw = text.encode("utf-8-sig" if has_mark else "utf-8")
    problems = Problems()

    by_columns = read_plain_csv(raw, name="a", source="a.csv", limits=LIMITS)

    if by_columns is not None:
        by_rows = read_csv(raw, name="a", source="a.csv", problems=problems, limits=LIMITS)
        assert list(problems) == []
        assert text_table_of(by_columns) == by_rows
