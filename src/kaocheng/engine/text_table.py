"""A table of text cells, as it comes from a file and before anything is read into it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextRow:
    """One row: its line in the source, counted from 1 as an editor or Excel shows it."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TextTable:
    """Shape: `header` has one cell per column and every row as many cells as the header.

    `name` is the table's id (file stem or sheet name), `source` what is shown to the reader, for
    example `attendance.csv` or `facts.xlsx › attendance`.
    """

    name: str
    source: str
    header: tuple[str, ...]
    rows: tuple[TextRow, ...]
