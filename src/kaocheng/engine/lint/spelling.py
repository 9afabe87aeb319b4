"""Text as it is searched: both scripts and both widths in one spelling, letter for letter.

Only the characters that the linter's patterns use are listed, and each stands for exactly one, so
that a position found in the plain text is the position in the notice.
"""

from __future__ import annotations

import re

_TRADITIONAL = (
    "約時盡適當視況顯則較個種項類級維點擊錄瀏覽訪問轉載數與權佔總計齡歲辭開討論徵見審圖"
    "標準義務優執員間違規給將從對針為環節條組門塊號體製訂複報後內際幾兩領屬關於鑒據劃張"
    "獎勵發頭進園閱觀帳線應構實簡會議還無經過試驗達業績評極積網絡頁親筆聲譽陸資遲溝戶"
)
_SIMPLIFIED = (
    "约时尽适当视况显则较个种项类级维点击录浏览访问转载数与权占总计龄岁辞开讨论征见审图"
    "标准义务优执员间违规给将从对针为环节条组门块号体制订复报后内际几两领属关于鉴据划张"
    "奖励发头进园阅观账线应构实简会议还无经过试验达业绩评极积网络页亲笔声誉陆资迟沟户"
)
_WIDE = "０１２３４５６７８９（）［］，：；．％！？／－—–〔〕"
_NARROW = "0123456789()[],:;.%!?/---[]"
_SPELLING = str.maketrans(_TRADITIONAL + _WIDE, _SIMPLIFIED + _NARROW)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")


def plain(text: str) -> str:
    """The text in simplified characters and narrow signs, as long as before."""
    return text.translate(_SPELLING)


def number_of(word: str) -> int | None:
    """`四` is 4, `十二` 12, `二十` 20, `15` 15; None for what is no such number."""
    if word.isascii() and word.isdigit():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    if any(sign not in _DIGITS for sign in (tens + ones)) or max(len(tens), len(ones)) > 1:
        return None
    if not ten:
        return _DIGITS[ones]
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def sentences(text: str) -> list[tuple[int, str]]:
    """Every sentence of a paragraph with the position where it begins."""
    return [(found.start(), found[0]) for found in _SENTENCE.finditer(text)]
