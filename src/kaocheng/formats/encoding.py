"""Which encoding the bytes of a text file are in, decided by strict decoding and never guessed.

A byte-order mark decides alone. Otherwise UTF-8 is tried and then GB18030 (which holds GBK and
GB2312). Text in GB18030 that happens to be valid UTF-8 would have to be a handful of characters.
"""

from __future__ import annotations

import codecs
from typing import Literal

from kaocheng.engine.problems import Place, refuse

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "gb18030"]

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(raw: bytes, *, source: str) -> Encoding:
    """The encoding `raw` decodes in without a fault; raises `Refused` at the line that does not."""
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    candidates: tuple[Encoding, ...] = (marked,) if marked else ("utf-8", "gb18030")
    faults = []
    for encoding in candidates:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            faults.append((error.start, encoding))
        else:
            _check_no_nul(text, source=source)
            return encoding
    # The right encoding gets further than the wrong one: its fault is the one to look at.
    start, encoding = max(faults)
    before = raw[:start].decode(encoding, errors="replace")
    raise refuse("F10", Place(source, _line_at_end(before)))


def _check_no_nul(text: str, *, source: str) -> None:
    position = text.find("\0")
    if position >= 0:
        raise refuse("F11", Place(source, _line_at_end(text[:position])))


def _line_at_end(text: str) -> int:
    """The line the text ends on, counted from 1, with line ends of any kind."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1
