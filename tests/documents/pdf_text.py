"""What somebody can read in a PDF: its text, page by page."""

from __future__ import annotations

import re

import pypdfium2  # type: ignore[import-untyped]  # it ships no types


def pages_of(raw: bytes) -> list[str]:
    """The text of each page without line breaks and blanks; boxes for lacking glyphs show."""
    with pypdfium2.PdfDocument(raw) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return [re.sub(r"\s+", "", text) for text in pages]


def has_lacking_glyphs(raw: bytes) -> bool:
    """Whether a character came out as the box that fonts show for what they lack."""
    return any(mark in page for page in pages_of(raw) for mark in ("\0", "\ufffd", "\ufffe"))
