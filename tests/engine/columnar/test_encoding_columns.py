"""Columns of every Arrow type, what is refused of them, and tables with very many faults."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from kaocheng.engine.columnar.checks import MOST_LISTED
from kaocheng.engine.columnar.facts import Column
from tests.engine.columnar.arrow_tables import encoded


def test_typed_columns_mean_what_their_texts_mean() -> None:
    facts, problems = encoded(
        staff={
            "id": pa.array([7, 8]),
            "weekly": pa.array([Decimal("12.5"), None], pa.decimal128(38, 18)),
            "pay": pa.array([1, 2], pa.uint8()),
            "born": pa.array([date(1980, 2, 29), None]),
            "mentor": pa.array(["8", ""]).dictionary_encode(),
        },
        leave={
            "staff": pa.array([7, 8, 8], pa.int16()),
            "date": pa.array([date(2024, 3, day) for day in (3, 2, 1)]).cast(pa.timestamp("ns")),
            "days": pa.array([Decimal("2.00"), None, Decimal("1.00")]),
            "signed": pa.array([True, False, None]),
            "kind": pa.nulls(3),
        },
        visit={"at": pa.array([datetime(2024, 3, 1, 9, 0, 59)]), "note": pa.array([5])},  # noqa: DTZ001  # as the ledger has it
    )

    assert [f"{one.place} {one.id}" for one in problems] == []
    assert facts is not None
    staff, leave, visit = (facts.tables[name].arrow for name in ("staff", "leave", "visit"))
    assert staff.select(["id", "weekly", "pay", "born", "mentor"]).to_pydict() == {
        "id": ["7", "8"],
        "weekly": [25, None],
        "pay": [1, 2],
        "born": [date(1980, 2, 29), None],
        "mentor": [1, None],
    }
    assert leave.select(["staff", "date", "days", "signed", "kind"]).to_pydict() == {
        "staff": [0, 1, 1],
        "date": [date(2024, 3, 3), date(2024, 3, 1), date(2024, 3, 2)],
        "days": [2, 1, None],
        "signed": [True, None, False],
        "kind": [None, None, None],
    }
    assert visit.select(["at", "note"]).to_pydict() == {
        "at": [datetime(2024, 3, 1, 9, 0)],  # noqa: DTZ001  # as the ledger has it
        "note": ["5"],
    }


def test_decimals_stand_at_the_least_scale() -> None:
    facts, problems = encoded(
        staff={
            "id": ["a", "b"],
            "weekly": pa.array([Decimal("12.5"), Decimal("0.500")], pa.decimal128(38, 18)),
            "pay": pa.array([Decimal("12.30"), Decimal("1.20")], pa.decimal256(60, 2)),
        }
    )

    assert problems == []
    assert facts is not None
    staff = facts.tables["staff"]
    assert staff.columns["weekly"] == Column(2, 1, 25)
    assert staff.columns["pay"] == Column(10, 12, 123)
    assert staff.arrow["weekly"].to_pylist() == [25, 1]


def test_typed_cells_at_fault_are_told_as_text() -> None:
    _, problems = encoded(
        staff={
            "id": ["a", "b"],
            "weekly": pa.array([Decimal("22.51"), Decimal("-0.10")]),
            "pay": pa.array([Decimal("0.001"), Decimal("0.010")]),
            "born": pa.array([datetime(2024, 3, 1, 8, 30), None]),  # noqa: DTZ001  # as the ledger has it
            "mentor": pa.array([3, None]),
        }
    )

    assert [f"{one.place} {one.reason()}" for one in problems] == [
        "staff.parquet:2 [师傅] “3”在“教职工”里找不到。",
        "staff.parquet:2:2 [周工作量] 22.51 超出范围（0 至 22.5）。",
        "staff.parquet:2:3 [工资] “0.001”填写有误，应为金额，最多两位小数。",
        "staff.parquet:2:4 [出生日期] “2024-03-01 08:30”填写有误，应为日期，如 2024-03-01。",
        "staff.parquet:3:2 [周工作量] -0.1 超出范围（0 至 22.5）。",
    ]


def test_f80_numbers_of_arrow_columns_are_too_wide() -> None:
    wide = {
        "pay": pa.array([2**64 - 1, 1], pa.uint64()),
        "weekly": pa.array([Decimal("0.0000000000000000001")] * 2),
    }

    _, problems = encoded(staff={"id": ["a", "b"], **wide})

    assert [one.reason() for one in problems] == [
        "“pay”列（工资）的数太大，或小数、分数太杂，放进同一列计算要超过 63 位二进制。",
        "“weekly”列（周工作量）的数太大，或小数、分数太杂，放进同一列计算要超过 63 位二进制。",
    ]


@pytest.mark.parametrize(
    ("kind", "word"),
    [(pa.float16(), "halffloat"), (pa.float32(), "float"), (pa.float64(), "double")],
)
def test_f81_numbers_are_binary_floats(kind: pa.DataType, word: str) -> None:
    _, problems = encoded(staff={"id": ["a", "b"], "weekly": pa.nulls(2).cast(kind)})

    (only,) = problems
    assert str(only.place) == "staff.parquet:1:2 [周工作量]"
    assert only.values[-1] == ("type", word)
    assert only.reason().replace(word, "double") == (
        "“weekly”列（周工作量）是二进制小数（double），0.1 这样的数存不准，不能作为依据。"
    )


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["a"], ["b"]]),
        pa.array([{"a": 1}, None]),
        pa.array([b"a", b"b"]),
        pa.array([1, 2]).cast(pa.time64("us")),
        pa.array([1, 2]).cast(pa.duration("s")),
        pa.array([1, 2]).cast(pa.timestamp("s", "Asia/Shanghai")),
        pa.array([2**60, 2]).cast(pa.timestamp("s")),
        pa.array([2**31 - 1, 2], pa.int32()).cast(pa.date32()),
        pa.array([0.5, 1.5]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_f82_column_is_of_no_type_of_cells(column: pa.Array) -> None:
    _, problems = encoded(staff={"id": ["a", "b"], "mentor": column})

    (only,) = problems
    assert str(only.place) == "staff.parquet:1:2 [师傅]"
    shown = only.reason().replace(str(column.type)[:60], "list")
    assert shown == (
        "“mentor”列（师傅）的类型 list 不能当作单元格读取，或有不在公元 1 至 9999 年的日期。"
    )


def test_f83_errors_are_on_very_many_rows() -> None:
    rows = MOST_LISTED + 5
    ids = pa.array([f"k{at}" for at in range(rows)])

    _, problems = encoded(staff={"id": ids, "weekly": pa.array(["x"] * rows)})

    assert str(problems[0].place) == "staff.parquet"
    assert problems[0].reason() == "这张表还有 5 行有错误，没有逐一列出。"
    assert len(problems) == MOST_LISTED + 1


def test_f84_warnings_are_on_very_many_rows() -> None:
    rows = MOST_LISTED + 7
    moment = pa.array([datetime(1999, 3, 1)] * rows)  # noqa: DTZ001  # as the ledger has it

    facts, problems = encoded(visit={"at": moment, "host": pa.array(["a"] * rows)})

    assert problems[0].reason() == "这张表还有 7 行有同类的提醒，没有逐一列出。"
    assert {one.id for one in problems} == {"F60", "F84"}
    assert facts is not None
    assert facts.tables["visit"].most_per == {"host": rows}


def test_repeated_key_is_told_with_its_first_line_however_far_apart() -> None:
    ids = [f"k{at}" for at in range(5_000)]

    _, problems = encoded(staff={"id": pa.array([*ids, "k3", *ids[:2]])})

    assert [f"{one.place} {one.reason()}" for one in problems] == [
        "staff.parquet:5002 [id] “k3”重复（第一次在第 5 行）。",
        "staff.parquet:5003 [id] “k0”重复（第一次在第 2 行）。",
        "staff.parquet:5004 [id] “k1”重复（第一次在第 3 行）。",
    ]
