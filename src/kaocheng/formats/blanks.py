"""Blanks that people and programs leave around a cell, and that nobody means."""

from __future__ import annotations

# Everything `str.strip()` takes (with U+3000, the blank of Chinese typing, and U+00A0, that of web
# pages), and two that cannot be seen: zero-width space and byte-order mark.
BLANKS = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)


def trimmed(text: str) -> str:
    return text.strip(BLANKS)
