"""The picture for the group chat."""

from __future__ import annotations

import io

from PIL import Image

from kaocheng.documents.picture import MOST_NAMES, Count, Picture, png
from tests.documents.chinese_fonts import FONTS

COUNTS = (Count("应交", "24"), Count("已交", "18", "ok"), Count("未交", "6", "no"))


def size_of(raw: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(raw)).size


def test_picture_is_as_wide_as_a_phone_and_as_high_as_its_names() -> None:
    few = png(Picture("教师情况收集表", COUNTS, names=("榕荫小学",)), fonts=FONTS)
    many = png(Picture("教师情况收集表", COUNTS, names=("榕荫小学",) * 20), fonts=FONTS)

    assert few[:8] == b"\x89PNG\r\n\x1a\n"
    assert size_of(few)[0] == size_of(many)[0] == 720
    assert size_of(few)[1] < size_of(many)[1]


def test_picture_draws_so_many_names_at_most() -> None:
    full = Picture("收集表", COUNTS, names=("校",) * MOST_NAMES)
    more = Picture("收集表", COUNTS, names=("校",) * (MOST_NAMES + 1))
    most = Picture("收集表", COUNTS, names=("校",) * (MOST_NAMES + 500))

    heights = [size_of(png(one, fonts=FONTS))[1] for one in (full, more, most)]

    assert heights[0] < heights[1] == heights[2]


def test_picture_of_all_done_needs_no_names() -> None:
    raw = png(Picture("收集表 #h(1pt) *", (Count("已交", "24", "ok"),)), fonts=FONTS)

    assert size_of(raw)[0] == 720
