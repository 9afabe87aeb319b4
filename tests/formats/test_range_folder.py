from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from kaocheng.engine.columnar.spark import Range
from kaocheng.formats.range_folder import deal_into_ranges


def test_dealing_keeps_the_order_of_rows_within_a_subject(tmp_path: Path) -> None:
    review = pa.table({"reviewed": [3, 0, None, 3, 1, 0], "score": [1, 2, 3, 4, 5, 6]})
    ranges = (Range(0, 0, 2), Range(1, 2, 3), Range(2, 3, 4))

    dealt = deal_into_ranges(
        tmp_path, {"r_review": review}, subjects={"r_review": "reviewed"}, ranges=ranges
    )

    assert [dealt(one)["r_review"].to_pydict() for one in ranges] == [
        {"reviewed": [0, 0, 1], "score": [2, 6, 5]},
        {"reviewed": [], "score": []},
        {"reviewed": [3, 3], "score": [1, 4]},
    ]


def test_table_in_order_is_dealt_as_it_stands(tmp_path: Path) -> None:
    staff = pa.table({"_at": [0, 1, 2], "name": ["甲", "乙", None]})
    ranges = (Range(0, 0, 2), Range(1, 2, 3))

    dealt = deal_into_ranges(
        tmp_path, {"r_staff": staff}, subjects={"r_staff": "_at"}, ranges=ranges
    )

    assert dealt(ranges[0]) == {"r_staff": staff.slice(0, 2)}
    assert dealt(ranges[1]) == {"r_staff": staff.slice(2, 1)}


def test_register_without_rows_is_dealt_with_its_columns(tmp_path: Path) -> None:
    leave = pa.table({"staff": pa.array([], pa.int32()), "days": pa.array([], pa.int64())})
    one = Range(0, 0, 5)

    dealt = deal_into_ranges(
        tmp_path, {"r_leave": leave}, subjects={"r_leave": "staff"}, ranges=[one]
    )

    assert dealt(one)["r_leave"].schema == leave.schema
    assert dealt(one)["r_leave"].num_rows == 0
