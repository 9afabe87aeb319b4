"""The notice itself: its paragraphs, and where a quoted clause stands in them.

White space is not compared (a notice wraps and indents as its printer liked), and `……` in a quote
stands for what was left out. Positions are found for whoever shows the text beside the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

GAP = "……"


@dataclass(frozen=True)
class Stretch:
    """Characters `start` up to `end` of a paragraph; paragraphs count from 0."""

    paragraph: int
    start: int
    end: int


@dataclass(frozen=True)
class Notice:
    """`paragraphs` are the lines of notice.txt in order: paragraph 0 is line 1."""

    file: str
    paragraphs: tuple[str, ...]

    @cached_property
    def _letters(self) -> tuple[str, list[tuple[int, int]]]:
        """Every character that is not white space, and where each of them stands."""
        places = [
            (number, at)
            for number, paragraph in enumerate(self.paragraphs)
            for at, letter in enumerate(paragraph)
            if not letter.isspace()
        ]
        return "".join(self.paragraphs[number][at] for number, at in places), places

    def find(self, quote: str) -> tuple[Stretch, ...]:
        """Where the quote stands, a stretch per paragraph it touches; empty where it does not."""
        text, places = self._letters
        parts = [wanted for part in quote.split(GAP) if (wanted := "".join(part.split()))]
        found: list[Stretch] = []
        begin = 0
        for part in parts:
            at = text.find(part, begin)
            if at < 0:
                return ()
            begin = at + len(part)
            found.extend(_stretches(places[at:begin]))
        return tuple(found)


def _stretches(places: list[tuple[int, int]]) -> Iterator[Stretch]:
    number, start = places[0]
    end = start + 1
    for paragraph, at in places[1:]:
        if paragraph != number:
            yield Stretch(number, start, end)
            number, start = paragraph, at
        end = at + 1
    yield Stretch(number, start, end)


def read_notice(text: str, *, file: str) -> Notice:
    """The notice in a text of a paragraph per line; empty lines stay, so that lines count."""
    return Notice(file, tuple(text.splitlines()))
