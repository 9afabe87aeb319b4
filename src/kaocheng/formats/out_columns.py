"""A table to be written, in columns of exact text: for rows too many to be objects.

What is written from it is byte for byte what is written from the `OutTable` of the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kaocheng.formats.out_table import OutColumn, header_of

# What the cells are, and so what may be in their texts: anything; numbers, days and states, in
# which no format sees anything special; 是 and 否.
Content = Literal["text", "exact", "truth"]


@dataclass(frozen=True)
class TextColumn:
    """The texts of a column: Arrow strings, also as a dictionary; null where there is no value."""

    texts: Any  # pyarrow.Array
    content: Content = "text"


@dataclass(frozen=True)
class OutColumns:
    """Shape: `cells` has a column of the same length for each of `columns`; ids differ.

    Anything else is a bug of ours and raises ValueError. `name` is the file's stem.
    """

    name: str
    title: str
    columns: tuple[OutColumn, ...]
    cells: tuple[TextColumn, ...]

    def __post_init__(self) -> None:
        ids = [column.id for column in self.columns]
        if not ids or len(set(ids)) < len(ids):
            raise ValueError(f"columns of {self.name} must have different ids: {ids}")
        lengths = {len(column.texts) for column in self.cells}
        if len(self.cells) != len(ids) or len(lengths) > 1:
            raise ValueError(f"{self.name} must have {len(ids)} columns of one length: {lengths}")

    @property
    def rows(self) -> int:
        return len(self.cells[0].texts)

    @property
    def header(self) -> tuple[str, ...]:
        """As of an `OutTable`."""
        return header_of(self.columns)
