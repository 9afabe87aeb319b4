"""A quote is found in its notice however the notice wraps its lines."""

from __future__ import annotations

from kaocheng.engine.notice import Stretch, read_notice

NOTICE = read_notice(
    "一、考核办法\n得分80分及以上为合格 等次,\n优秀等次控制在总数30%以内\n", file="notice.txt"
)


def test_quote_is_found_across_white_space_and_lines() -> None:
    assert NOTICE.find("合格等次,优秀") == (Stretch(1, 9, 15), Stretch(2, 0, 2))


def test_gap_in_a_quote_stands_for_what_was_left_out() -> None:
    assert NOTICE.find("得分80分……优秀等次") == (Stretch(1, 0, 5), Stretch(2, 0, 4))


def test_parts_of_a_quote_stand_in_its_order() -> None:
    assert NOTICE.find("优秀等次……得分80分") == ()


def test_altered_quote_is_not_found() -> None:
    assert NOTICE.find("得分85分") == ()


def test_lines_of_the_notice_are_counted_from_the_top() -> None:
    assert NOTICE.paragraphs[0] == "一、考核办法"
    assert NOTICE.find("考核办法") == (Stretch(0, 2, 6),)
