"""接龙 read into names and values; what does not fit is given back."""

from __future__ import annotations

from datetime import date

import pytest

from kaocheng.methods.relay_list import Columns, Line, is_relay_list, read_relay_list

TODAY = date(2026, 11, 27)
LEAVE = Columns(
    subject="staff",
    choices={"kind": ("病假", "事假", "婚丧嫁娶产等假")},
    date="date",
    amount="amount",
)
NAMES = ("张三", "张三丰", "李四")


def read(text: str, columns: Columns = LEAVE) -> list[Line]:
    return read_relay_list(text, names=NAMES, columns=columns, today=TODAY)


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("1. 张三 事假 1天", {"staff": "张三", "kind": "事假", "amount": "1"}),
        ("2、李四病假2.5天", {"staff": "李四", "kind": "病假", "amount": "2.5"}),
        ("3) 张三丰 半天 病假", {"staff": "张三丰", "kind": "病假", "amount": "0.5"}),
        ("4．张三：事假一天半", {"staff": "张三", "kind": "事假", "amount": "1.5"}),
        (
            "5. 李四 病假 2 天 11月3日",
            {"staff": "李四", "kind": "病假", "amount": "2", "date": "2026-11-03"},
        ),
        (
            "6. 李四 病假 12月3日 1天",
            {"staff": "李四", "kind": "病假", "amount": "1", "date": "2025-12-03"},
        ),
        ("７. 张三 事假 １天", {"staff": "张三", "kind": "事假", "amount": "1"}),
    ],
)
def test_line_is_read_whatever_its_order(said: str, values: dict[str, str]) -> None:
    assert [line.values for line in read(f"#接龙\n请假\n{said}")] == [values]


@pytest.mark.parametrize(
    "said", ["1. 王五 事假 1天", "1. 张三 事假 1天 家里有事", "1. 张三 13月40日"]
)
def test_line_that_is_not_wholly_understood_is_given_back(said: str) -> None:
    [line] = read(f"#接龙\n{said}")

    assert (line.number, line.text, line.values) == (2, said.removeprefix("1. "), None)


def test_words_left_over_go_where_the_register_takes_words() -> None:
    columns = Columns(subject="staff", words="why")

    [line] = read("1. 张三 家里有事", columns)

    assert line.values == {"staff": "张三", "why": "家里有事"}


def test_lines_without_a_number_are_titles() -> None:
    assert read("#接龙\n11月请假情况\n\n谢谢大家") == []


def test_table_is_no_relay_list() -> None:
    assert is_relay_list("#接龙\n1. 张三 事假")
    assert is_relay_list("1. 张三 事假\n2. 李四 病假")
    assert not is_relay_list("姓名\t种类\n张三\t事假")
    assert not is_relay_list("姓名,种类\n张三,事假")
