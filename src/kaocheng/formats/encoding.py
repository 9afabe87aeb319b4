"""Which encoding the bytes of a text file are in, decided by strict decoding.

A byte-order mark decides alone. Otherwise UTF-8 is tried and then GB18030, which holds GBK and
GB2312. Two traps lie there. GB18030 that happens to be valid UTF-8 would have to be a handful of
characters. But UTF-8 with one damaged character often is valid GB18030, every character of it
wrong: such a file is refused, not read as noise.
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

# Of the characters of Chinese text in GB18030, about one in eight looks like UTF-8.
_SOUND_FOR_ONE_DAMAGED = 4


def encoding_of(raw: bytes, *, source: str) -> Encoding:
    """The encoding `raw` decodes in without a fault; raises `Refused` at the line that does not."""
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None:
        encoding = "utf-8" if _is_utf_8(raw) or _is_damaged_utf_8(raw) else "gb18030"
    _check_decodes(raw, encoding=encoding, source=source)
    return encoding


def _check_decodes(raw: bytes, *, encoding: Encoding, source: str) -> None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        # `utf-8-sig` counts from behind the mark.
        start = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        before = raw[:start].decode(encoding, errors="replace")
        raise refuse("F10", Place(source, _line_at_end(before))) from error
    position = text.find("\0")
    if position >= 0:
        raise refuse("F11", Place(source, _line_at_end(text[:position])))


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf_8(raw: bytes) -> bool:
    text = raw.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    plain = len(text.encode("ascii", errors="ignore"))
    return len(text) - plain - damaged >= _SOUND_FOR_ONE_DAMAGED * damaged


def _line_at_end(text: str) -> int:
    """The line the text ends on, counted from 1, with line ends of any kind."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1
