"""Names sort by their sound, surnames read as surnames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.methods.pinyin import (
    LONGEST_PERSON,
    LONGEST_UNIT,
    initials,
    letters,
    person_pinyin,
    unit_pinyin,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单雄信", "shan4 xiong2 xin4"),
        ("曾国强", "zeng1 guo2 qiang2"),
        ("区桂芳", "ou1 gui4 fang1"),
        ("仇英", "qiu2 ying1"),
        ("查良镛", "zha1 liang2 yong1"),
        ("解缙", "xie4 jin4"),
        ("尉迟恭", "yu4 chi2 gong1"),
        ("尉迟", "wei4 chi2"),
        ("万俟雪", "mo4 qi2 xue3"),
        ("万里", "wan4 li3"),
        ("任长霞", "ren2 chang2 xia2"),
        ("盖叫天", "ge3 jiao4 tian1"),
        ("陈敏", "chen2 min3"),
        ("吕布", "lü3 bu4"),
        ("阿卜杜拉·买买提", "a1 bo5 du4 la1 mai3 mai3 ti2"),
        ("Ａnna", "anna"),
        ("", ""),
    ],
)
def test_person_is_read_with_the_surname_right(name: str, key: str) -> None:
    assert person_pinyin(name) == key


def test_list_of_names_stands_in_the_order_of_a_printed_roster() -> None:
    names = ["曾五", "单六", "陈敏", "程敏", "陈明", "区八", "仇九", "查十", "尉迟恭", "解七"]

    assert sorted(names, key=person_pinyin) == [
        "陈敏",
        "陈明",
        "程敏",
        "区八",
        "仇九",
        "单六",
        "解七",
        "尉迟恭",
        "曾五",
        "查十",
    ]


def test_unit_is_read_as_words() -> None:
    assert unit_pinyin("重庆路小学") == "chong2 qing4 lu4 xiao3 xue2"
    assert unit_pinyin("单县第一中学").startswith("shan4 xian4")


def test_what_people_type_to_find_a_name() -> None:
    key = person_pinyin("欧阳修")

    assert letters(key) == "ouyangxiu"
    assert initials(key) == "oyx"


@given(st.text(max_size=300))
def test_key_fits_its_column_whatever_is_typed(name: str) -> None:
    assert len(person_pinyin(name)) <= LONGEST_PERSON
    assert len(unit_pinyin(name)) <= LONGEST_UNIT
