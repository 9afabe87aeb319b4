"""A folder of facts dealt into ranges: one Arrow file per table and range.

The machines that compute the ranges read their files themselves, so the folder stands where all of
them see it under the same path.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.spark import Range

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class RangeFolder:
    """The dealt tables; calling it reads those of one range."""

    path: str
    names: tuple[str, ...]

    def __call__(self, one: Range) -> dict[str, pa.Table]:
        """The tables of the range by name, without any other range's rows."""
        return {name: _read(self.file(name, one)) for name in self.names}

    def file(self, name: str, one: Range) -> Path:
        return Path(self.path, f"{name}-{one.number:05}.arrow")


def deal_into_ranges(
    folder: Path,
    tables: Mapping[str, pa.Table],
    *,
    subjects: Mapping[str, str],
    ranges: Sequence[Range],
) -> RangeFolder:
    """Write each table into `folder`, every row to the range of its subject.

    `subjects` names the column of each table that holds the position of the subject. Rows without
    a subject belong to no range.
    """
    dealt = RangeFolder(str(folder.absolute()), tuple(tables))
    for name, table in tables.items():
        column = subjects[name]
        in_order = _sorted(table, column)
        for one in ranges:
            start, end = (_place(in_order[column], position) for position in (one.low, one.high))
            _write(dealt.file(name, one), in_order.slice(start, end - start))
    return dealt


def _sorted(table: pa.Table, column: str) -> pa.Table:
    """The table with its rows in the order of the column, those without a value left out."""
    import pyarrow.compute as pc

    positions = table[column]
    if positions.null_count == 0 and _ascends(positions):
        return table
    known = table.filter(pc.is_valid(positions))
    return known.take(pc.sort_indices(known[column]))  # stable


def _ascends(positions: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    later, earlier = positions.slice(1), positions.slice(0, max(len(positions) - 1, 0))
    return pc.all(pc.greater_equal(later, earlier)).as_py() is not False


def _place(positions: pa.ChunkedArray, wanted: int) -> int:
    """The first row whose position is `wanted` or more."""
    return bisect_left(range(len(positions)), wanted, key=lambda row: positions[row].as_py())


def _write(file: Path, table: pa.Table) -> None:
    import pyarrow as pa

    # Compressed it is read as fast as it stands, and half as large.
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(str(file), table.schema, options=options) as writer:
        writer.write_table(table)


def _read(file: Path) -> pa.Table:
    import pyarrow as pa

    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()
