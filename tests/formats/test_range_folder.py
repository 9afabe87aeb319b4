from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from kaocheng.engine.columnar.ranges import Range
from kaocheng.formats.range_folder import RangeFolder, deal_register


def people(*ends: int) -> list[Range]:
    starts = (0, *ends)
    return [Range(at, "staff", starts[at], end) for at, end in enumerate(ends)]


def dealt(
    folder: Path, table: pa.Table, *, subject: str, ranges: list[Range]
) -> list[dict[str, pa.Table]]:
    deal_register(folder, "entry", table, subject=subject, ranges=ranges)
    read = RangeFolder(str(folder), {"entry": "staff", "unread": "staff", "other": "school"})
    return [read(one, ("entry", "other")) for one in ranges]


def test_dealing_keeps_the_order_of_rows_within_a_subject(tmp_path: Path) -> None:
    review = pa.table({"reviewed": [3, 0, None, 3, 1, 0], "score": [1, 2, 3, 4, 5, 6]})

    found = dealt(tmp_path, review, subject="reviewed", ranges=people(2, 3, 4))

    assert [one["entry"].to_pydict() for one in found] == [
        {"reviewed": [None, 0, 0, 1], "score": [3, 2, 6, 5]},
        {"reviewed": [], "score": []},
        {"reviewed": [3, 3], "score": [1, 4]},
    ]


def test_table_in_order_is_dealt_as_it_stands(tmp_path: Path) -> None:
    staff = pa.table({"staff": [None, 0, 1, 2], "name": ["丁", "甲", "乙", None]})

    found = dealt(tmp_path, staff, subject="staff", ranges=people(2, 3))

    assert found == [{"entry": staff.slice(0, 3)}, {"entry": staff.slice(3, 1)}]


def test_register_without_rows_is_dealt_with_its_columns(tmp_path: Path) -> None:
    leave = pa.table({"staff": pa.array([], pa.int32()), "days": pa.array([], pa.int64())})

    (found,) = dealt(tmp_path, leave, subject="staff", ranges=people(5))

    assert found["entry"].schema == leave.schema
    assert found["entry"].num_rows == 0
