"""No bytes make reading fail otherwise than with a problem."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.problems import Problems
from kaocheng.formats import Limits, read_tables
from tests.formats.books import repacked, write_xlsx_book

LIMITS = Limits(file_bytes=1_000_000, unpacked_bytes=10_000_000, rows=1000, sheet_cells=100_000)


def read_all(raw: bytes, *, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        problems = Problems()
        tables = read_tables(path, problems=problems, limits=LIMITS)
        for problem in problems:
            assert problem.reason("zh")
            assert problem.remedy("en")
        for table in tables.values():
            assert all(len(row.cells) == len(table.header) for row in table.rows)


def sample() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.xlsx"
        write_xlsx_book(path, {"attendance": [["工号", "天数"], ["0010", 9.5], [True, "x"]]})
        return path.read_bytes()


SAMPLE = sample()


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.xls"]))
def test_random_bytes_are_read_or_refused(raw: bytes, name: str) -> None:
    read_all(raw, name=name)


@given(st.text(st.sampled_from("a,;\t\"'=\n\r 姓\u3000\ufeff"), max_size=60))
def test_random_csv_is_read_or_refused(text: str) -> None:
    read_all(text.encode(), name="a.csv")


@given(data=st.data())
def test_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(raw) - 1))
        raw[position : position + 1] = data.draw(st.binary(max_size=3))
        raw = raw or bytearray(b"\0")

    read_all(bytes(raw), name="a.xlsx")


@given(data=st.data())
def test_workbook_with_damaged_xml_is_read_or_refused(data: st.DataObject) -> None:
    archive = zipfile.ZipFile(io.BytesIO(SAMPLE))
    name = data.draw(
        st.sampled_from([one for one in archive.namelist() if one.endswith((".xml", ".rels"))])
    )
    xml = archive.read(name)
    start = data.draw(st.integers(0, len(xml)))
    end = data.draw(st.integers(start, min(len(xml), start + 20)))
    piece = data.draw(
        st.sampled_from(
            [b"", b'"', b"<", b"/>", b"</c>", b"<row>", b'r="ZZ9"', b"-1", b"99999999999", b"\0"]
        )
        | st.binary(max_size=5)
    )

    read_all(repacked(SAMPLE, {name: xml[:start] + piece + xml[end:]}), name="a.xlsx")
