"""Facts in columns: the encoding that `columnar.facts` documents, to the cell."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest

from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.facts import Column, ColumnFacts, ColumnTable
from kaocheng.engine.facts import read_facts, text_table
from kaocheng.engine.problems import Problems, Refused
from tests.engine.bench import PERIODS, compiled, items

PACK = compiled(items("- {id: x, title: 值, value: weekly}")).pack
STAFF = """id,name,school,weekly,born,mentor
z,己,东校,1/3,1980-02-29,
a,甲,西校,18,1990-05-01,z
b,乙,,0.5,,不适用
c,丙,东校,不适用,,a
"""
LEAVE = """staff,date,kind,days,signed
a,2024-03-02,事假,1,是
c,2024-03-01,病假,2,否
a,,病假,,
a,2024-03-01,不适用,300,是
"""
REVIEW = "reviewer,reviewed,score,grade\na,z,90.5,优秀\n,z,,合格\n"


def encoded(**tables: str) -> ColumnFacts:
    given = {"staff": STAFF, "periods": PERIODS, "leave": LEAVE, "review": REVIEW, **tables}
    problems = Problems()
    texts = {name: text_table(name, text, source=f"{name}.csv") for name, text in given.items()}
    facts = read_facts(PACK, texts, problems=problems)
    assert problems.errors == []
    return encode_facts(PACK, facts)


def columns_of(table: ColumnTable) -> dict[str, list[object]]:
    return cast(dict[str, list[object]], table.arrow.to_pydict())


def types_of(table: ColumnTable) -> dict[str, str]:
    return {field.name: str(field.type) for field in table.arrow.schema}


def test_roster_is_sorted_by_unit_and_key_and_its_references_are_positions() -> None:
    staff = encoded().tables["staff"]

    assert columns_of(staff) == {
        "id": ["b", "c", "z", "a"],
        "name": ["乙", "丙", "己", "甲"],
        "school": [None, "东校", "东校", "西校"],
        "weekly": [3, None, 2, 108],
        "weekly?": [False, True, False, False],
        "born": [None, None, date(1980, 2, 29), date(1990, 5, 1)],
        "mentor": [None, 3, None, 2],
        "mentor?": [True, False, False, False],
        "_line": [4, 5, 2, 3],
        "_seq": [2, 3, 0, 1],
        "_at": [0, 1, 2, 3],
        "_order": [1, 2, 3, 0],
    }
    assert staff.columns == {
        "id": Column(),
        "name": Column(),
        "school": Column(empty=True),
        "weekly": Column(6, 2, 108, inapplicable=True),
        "born": Column(low=3711, high=7425, empty=True),
        "mentor": Column(low=2, high=3, empty=True, inapplicable=True),
    }
    assert staff.most_per == {"mentor": 1}
    assert staff.source == "staff.csv"


def test_entries_are_sorted_by_subject_and_time_and_hold_codes() -> None:
    leave = encoded().tables["leave"]

    assert columns_of(leave) == {
        "staff": [1, 3, 3, 3],
        "date": [date(2024, 3, 1), None, date(2024, 3, 1), date(2024, 3, 2)],
        "kind": [0, 0, None, 1],
        "kind?": [False, False, True, False],
        "days": [2, None, 300, 1],
        "signed": [False, None, True, True],
        "_line": [3, 4, 5, 2],
        "_seq": [1, 0, 2, 3],
    }
    assert types_of(leave) == {
        "staff": "int32",
        "date": "date32[day]",
        "kind": "int16",
        "kind?": "bool",
        "days": "int16",
        "signed": "bool",
        "_line": "int32",
        "_seq": "int32",
    }
    assert leave.most_per == {"staff": 3}
    assert leave.columns["kind"] == Column(low=0, high=1, inapplicable=True)
    assert leave.columns["days"] == Column(low=1, high=300, empty=True)


def test_numbers_stand_at_the_least_scale_in_the_narrowest_integer() -> None:
    review = encoded().tables["review"]
    wide = encoded(leave="staff,date,kind,days\na,,病假,4294967296\n").tables["leave"]
    finer = encoded(leave="staff,date,kind,days\na,,病假,4096.25\na,,病假,3.5\n").tables["leave"]

    assert columns_of(review)["score"] == [None, 181]
    assert review.columns["score"] == Column(2, 181, 181, empty=True)
    assert types_of(wide)["days"] == "int64"
    assert columns_of(finer)["days"] == [16385, 14]
    assert types_of(finer)["days"] == "int16"


def test_entry_that_refers_to_nobody_comes_first() -> None:
    review = encoded().tables["review"]

    assert columns_of(review)["reviewer"] == [None, 3]
    assert columns_of(review)["reviewed"] == [2, 2]
    assert review.most_per == {"reviewer": 1, "reviewed": 2}


def test_table_without_rows_promises_nothing() -> None:
    leave = encoded(leave="staff,date,kind,days,signed\n").tables["leave"]

    assert leave.rows == 0
    assert set(leave.columns.values()) == {Column()}
    assert leave.most_per == {"staff": 0}


def test_f80_numbers_of_a_column_are_too_wide() -> None:
    days = "\n".join(f"a,,病假,1/{prime}" for prime in (999999937, 999999929, 999999893))

    with pytest.raises(Refused) as refused:
        encoded(leave=f"staff,date,kind,days\n{days}\n")

    assert [(str(one.place), one.reason()) for one in refused.value.problems] == [
        (
            "leave.csv",
            "“days”列（天数）的数太大，或小数、分数太杂，放进同一列计算要超过 63 位二进制。",
        )
    ]
