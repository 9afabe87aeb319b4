"""Text in columns, where a Chinese character is two wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def aligned(rows: Sequence[Sequence[str]], *, gap: str = "  ") -> list[str]:
    """Each row as a line, cells of a column below each other; the last column is not padded."""
    widths = [
        max((width(row[index]) for row in rows if index < len(row)), default=0)
        for index in range(max((len(row) for row in rows), default=0))
    ]
    return [
        gap.join(padded(cell, widths[index]) for index, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def one_line(text: str) -> str:
    """Text of a file as it may go to a terminal: nothing in it can move the cursor or colour."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
