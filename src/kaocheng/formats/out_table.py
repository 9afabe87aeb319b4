"""A table to be written: columns with an id and a title, and rows of exact values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.formats.cell_text import bool_text, date_text

OutCell = Fraction | int | str | date | bool | None


@dataclass(frozen=True)
class OutColumn:
    """`id` names the column for programs (JSON, Parquet), `title` for people (CSV, Excel)."""

    id: str
    title: str


@dataclass(frozen=True)
class OutTable:
    """Shape: every row has one cell for each column; column ids differ. `name` is the file's stem.

    Anything else is a bug of ours and raises ValueError. Rows are written in the order given.
    """

    name: str
    title: str
    columns: tuple[OutColumn, ...]
    rows: tuple[tuple[OutCell, ...], ...]

    def __post_init__(self) -> None:
        ids = [column.id for column in self.columns]
        if not ids or len(set(ids)) < len(ids):
            raise ValueError(f"columns of {self.name} must have different ids: {ids}")
        if any(len(row) != len(ids) for row in self.rows):
            raise ValueError(f"every row of {self.name} must have {len(ids)} cells")

    @property
    def header(self) -> tuple[str, ...]:
        """Titles; the id stands in for an empty one and is added where two are the same."""
        return header_of(self.columns)


def header_of(columns: Sequence[OutColumn]) -> tuple[str, ...]:
    """The titles of columns, each told from the others."""
    titles = [column.title or column.id for column in columns]
    count = Counter(titles)
    return tuple(
        title if count[title] == 1 else f"{title}（{column.id}）"
        for column, title in zip(columns, titles, strict=True)
    )


def out_text(cell: OutCell) -> str:
    """The exact text of a cell: `9.1` or `7/3`, `2026-09-01`, 是 or 否; nothing for None.

    A float raises TypeError: it has no exact text that its maker meant.
    """
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return bool_text(cell)
        case int():
            return str(cell)
        case Fraction():
            return exact_text(cell)
        case date():
            return date_text(cell)
        case _:
            raise TypeError(f"no cell of a table: {cell!r}")
