"""What may stand in a cell, and how it is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kaocheng.access.refusal import Refused
from kaocheng.queries.collection_values import as_cell, checked, digest_of, problems_of
from kaocheng.records.models.collection import Field


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " 甲 ", "甲"),
        ("text", "=1+1", "=1+1"),
        ("number", "１，２００．５０", "1200.5"),
        ("number", "-0.0", "0"),
        ("number", "−3", "-3"),
        ("number", "+007", "7"),
        ("number", "100", "100"),
        ("whole", "60", "60"),
        ("whole", "60.0", "60"),
        ("date", "2026年9月1日", "2026-09-01"),
        ("date", "2026/9/1", "2026-09-01"),
        ("date", "2026.09.01", "2026-09-01"),
        ("choice", "小学", "小学"),
        ("yes_no", "有", "是"),
        ("yes_no", "×", "否"),
        ("phone", "0512-6512 0000", "0512-6512 0000"),
        ("phone", "１３９００００１２３４", "13900001234"),
        ("number", "  ", ""),
    ],
)
def test_value_is_kept_in_one_spelling(kind: str, typed: str, kept: str) -> None:
    field = Field("f1", "甲", kind, choices=("小学", "初中"))

    assert checked(field, typed) == kept
    assert checked(field, kept) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "三"),
        ("number", "95%"),
        ("number", "1e9"),
        ("number", "1234567890123456"),
        ("number", "NaN"),
        ("whole", "1.5"),
        ("date", "2026-02-30"),
        ("date", "9月1日"),
        ("choice", "高中"),
        ("yes_no", "也许"),
        ("phone", "没有"),
    ],
)
def test_value_of_another_kind_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(Field("f1", "甲", kind, choices=("小学", "初中")), typed)

    assert refused.value.message_id == "W70"


def test_w70_says_what_the_field_takes() -> None:
    with pytest.raises(Refused) as refused:
        checked(Field("f1", "人数", "whole"), "三个")

    assert str(refused.value) == "“人数”要填整数，例如 12。"


def test_w71_empty_field_that_is_required_is_named() -> None:
    problems = problems_of((Field("f1", "人数", "whole"),), {})

    assert str(problems["f1"]) == "“人数”还没有填。"


def test_w72_long_text_says_how_long_it_is() -> None:
    with pytest.raises(Refused) as refused:
        checked(Field("f1", "备注"), "长" * 201)

    assert str(refused.value) == "“备注”最多 200 个字，现在有 201 个。"


def test_row_tells_all_of_its_problems() -> None:
    fields = (Field("f1", "甲"), Field("f2", "乙", "whole"), Field("f3", "丙", is_required=False))

    problems = problems_of(fields, {"f2": "x"})

    assert {key: problem.message_id for key, problem in problems.items()} == {
        "f1": "W71", "f2": "W70",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("number", "1200.5", Decimal("1200.5")),
        ("date", "2026-09-01", date(2026, 9, 1)),
        ("phone", "13900001234", "13900001234"),
        ("text", "12", "12"),
        ("number", "", None),
        ("number", "坏", "坏"),
    ],
)
def test_spreadsheet_gets_numbers_and_dates_as_such(kind: str, value: str, cell: object) -> None:
    assert as_cell(Field("f1", "甲", kind), value) == cell


def test_digest_tells_values_apart_but_not_empty_ones() -> None:
    assert digest_of({"f1": "甲", "f2": ""}) == digest_of({"f1": "甲"})
    assert digest_of({"f1": "甲"}) != digest_of({"f2": "甲"})
