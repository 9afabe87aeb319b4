"""Codes on paper."""

from __future__ import annotations

import re

from kaocheng.documents.codes import check_code, qr_svg


def test_qr_is_a_picture_without_scripts_or_outside_addresses() -> None:
    svg = qr_svg("https://kaocheng.example/handovers/1").decode()

    assert svg.startswith("<?xml")
    assert "<script" not in svg
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]


def test_check_code_differs_as_soon_as_anything_does() -> None:
    content = {"giver": "陈国安", "items": [{"title": "收集表"}]}
    same = {"items": [{"title": "收集表"}], "giver": "陈国安"}
    other = {"giver": "陈国安", "items": [{"title": "收集表。"}]}

    assert check_code(content) == check_code(same)
    assert check_code(content) != check_code(other)
    assert re.fullmatch(r"([0-9A-F]{4}-){3}[0-9A-F]{4}", check_code(content))
