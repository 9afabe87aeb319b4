"""Every text of the pages has its English, with the same values in it."""

from __future__ import annotations

import re

from kaocheng.gateways.translations import read_catalogue
from tools.translations import CATALOGUE, texts, without_english

_VALUES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_texts_are_found_in_code_templates_and_help() -> None:
    found = texts()

    assert {"市工程办", "跳到正文", "一个文件不超过 20 MB。", "施行中"} <= set(found)


def test_every_text_has_its_english() -> None:
    assert without_english() == []


def test_english_has_the_values_of_its_chinese() -> None:
    wrong = [
        (chinese, english)
        for chinese, english in read_catalogue(CATALOGUE.read_text("utf-8")).items()
        if chinese and set(_VALUES.findall(chinese)) != set(_VALUES.findall(english))
    ]

    assert wrong == []
