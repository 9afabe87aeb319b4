"""繁體: the finished page with its texts in traditional characters, character for character (s2t).

Left as they are: whatever stands under `translate="no"` (names, quoted clauses), scripts and
styles, what somebody is typing (text areas, options that send their own text), and every attribute
but those that are read out or shown. No words are exchanged: 信息 stays 信息.
"""

from __future__ import annotations

import re
from functools import cache

import opencc

_TOKEN = re.compile(
    r"""
    (?P<whole><!--.*?--> | <(?P<raw>script|style|textarea)\b.*?</(?P=raw)\s*>)
    | (?P<tag><(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)(?:"[^"]*"|'[^']*'|[^>"'])*>)
    | (?P<text>[^<]+ | <)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
_SPOKEN = re.compile(
    r"""(?<=\s)(?P<name>title|aria-label|aria-description|placeholder|alt|data-label)
    =(?P<value>"[^"]*"|'[^']*')""",
    re.VERBOSE | re.IGNORECASE,
)
_NO = re.compile(r"""\stranslate=["']?no\b""", re.IGNORECASE)
_VALUE = re.compile(r"\svalue\s*=", re.IGNORECASE)
# Elements without an end, which would otherwise keep the rest of the page as it is.
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# Stands between texts that are converted in one go, so that none reads into the next.
_BREAK = "\n\x1e\n"


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def to_traditional(text: str) -> str:
    """Plain text, as a whole; 考核 keeps the 核 that everybody writes."""
    return str(_converter().convert(text)).replace("覈", "核")


def traditional_page(html: str) -> str:
    """A page or a part of one; its markup is handed on as it was written."""
    pieces: list[str] = []
    # Places in `pieces` whose text is to be converted.
    spoken: list[int] = []
    kept_in, depth = "", 0
    for token in _TOKEN.finditer(html):
        written, tag = token[0], (token["name"] or "").lower()
        if kept_in:
            if tag == kept_in:
                depth += -1 if token["end"] else 1
            kept_in = kept_in if depth else ""
        elif token["text"] is not None:
            if _CHINESE.search(written):
                spoken.append(len(pieces))
        elif tag and not token["end"]:
            if not _stays(tag, written):
                written = _SPOKEN.sub(_converted_value, written)
            elif tag not in _VOID and not written.endswith("/>"):
                kept_in, depth = tag, 1
        pieces.append(written)
    converted = to_traditional(_BREAK.join(pieces[at] for at in spoken)).split(_BREAK)
    for at, text in zip(spoken, converted, strict=False):
        pieces[at] = text
    return "".join(pieces)


def _stays(tag: str, written: str) -> bool:
    """Names and quotes; and an option that sends its own text, which must come back as it was."""
    return bool(_NO.search(written)) or (tag == "option" and not _VALUE.search(written))


def _converted_value(found: re.Match[str]) -> str:
    return f"{found['name']}={to_traditional(found['value'])}"
