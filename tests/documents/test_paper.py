"""Papers: every character that went in can be read, and nothing of it is markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.documents.fonts import NoChineseFont
from kaocheng.documents.paper import (
    Block,
    Code,
    Facts,
    Grid,
    Heading,
    Issued,
    Paper,
    Signature,
    Signatures,
    Text,
    pdf,
)
from tests.documents.chinese_fonts import FONTS
from tests.documents.pdf_text import has_lacking_glyphs, pages_of


def printed(*blocks: Block, title: str = "交接清单", proof: str = "") -> bytes:
    return pdf(Paper(title, blocks, proof=proof), fonts=FONTS)


def test_paper_shows_every_kind_of_block_in_its_order() -> None:
    raw = printed(
        Facts((("交接人", "单雯"), ("接收人", "仇曾"))),
        Heading("一、任务"),
        Grid(("序号", "事项"), (("1", "收集表"), ("2", "周报")), widths=(1, 5), sides=("c", "l")),
        Text("以上交接清楚。\n另无其他事项。"),
        Signatures((Signature("交接人", "单雯", "2026年11月27日 10:00"), Signature("接收人"))),
        Code("https://kaocheng.example/handovers/1", "扫码核对"),
        Issued("榕荫小学", "2026年11月27日"),
        proof="校验码 0A1B-2C3D",
    )

    [page] = pages_of(raw)
    assert page == (
        "交接清单"
        "交接人单雯接收人仇曾"
        "一、任务"
        "序号事项1收集表2周报"
        "以上交接清楚。另无其他事项。"
        "交接人单雯2026年11月27日10:00接收人"
        "扫码核对"
        "榕荫小学2026年11月27日"
        "–1–校验码0A1B-2C3D"
    )


def test_text_of_people_is_never_markup() -> None:
    nasty = '#sys.version *粗* _斜_ $x$ = 标题 #read("/etc/passwd") \\u{41} @ref <a> `码` //注'

    [page] = pages_of(printed(Text(nasty), title=nasty))

    assert page.count(nasty.replace(" ", "")) == 2


def test_rare_characters_of_names_have_glyphs() -> None:
    raw = printed(Text("喆 堃 昇 翀 玥 媖 祎 韡 燚 犇 淼 赟 𬱖 䶮 ·"))

    assert not has_lacking_glyphs(raw)
    assert "喆堃昇翀玥媖祎韡燚犇淼赟𬱖䶮·" in pages_of(raw)[0]


def test_head_of_a_long_table_stands_on_every_page() -> None:
    rows = tuple((str(number), "事项") for number in range(1, 81))

    pages = pages_of(printed(Grid(("序号", "内容"), rows)))

    assert len(pages) > 2
    assert all("序号内容" in page for page in pages)
    assert [page[-len("–1–") :] for page in pages[:2]] == ["–1–", "–2–"]


def test_same_paper_gives_the_same_bytes_and_says_no_maker() -> None:
    first, second = printed(Text("甲")), printed(Text("甲"))

    assert first == second
    assert b"/Author" not in first


def test_folder_without_chinese_fonts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "DejaVuSans.ttf").touch()

    with pytest.raises(NoChineseFont, match="lacks Noto Serif SC"):
        pdf(Paper("交接清单", ()), fonts=tmp_path)
