"""From rows of cells to a `TextTable`: where the header is, and what makes a table unusable.

The rule is one for CSV and workbooks: the header is the first row with anything in it, rows without
anything in them are skipped, and empty cells beyond the last named column are dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats.limits import MOST_CHARACTERS_IN_CELL, Limits

_LISTED_COLUMNS = 10
_LISTED_FAULTS = 20
_LONGEST_SHOWN = 60


def column_letters(column: int) -> str:
    """Letters of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def column_number(letters: str) -> int:
    """The column counted from 1 of upper-case ASCII letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(*, line: int, column: int) -> str:
    """`C5` for line 5, column 3, both counted from 1."""
    return f"{column_letters(column)}{line}"


class GridRow(NamedTuple):
    """One row of a file: its line as the reader's program counts it, its cells already trimmed."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Grid:
    """Rows in the order of the file. `first_column` is the column of the first cell of each row."""

    name: str
    source: str
    rows: Iterable[GridRow]
    first_column: int = 1

    def letters(self, indexes: Sequence[int]) -> str:
        """The letters of columns, for a message: not more than a reader takes in."""
        listed = [column_letters(self.first_column + index) for index in indexes[:_LISTED_COLUMNS]]
        return "、".join([*listed, "…"] if len(indexes) > _LISTED_COLUMNS else listed)


@dataclass
class Recurring:
    """The same fault on many rows: the first ones are listed, `close` counts the rest.

    `source` names the table.
    """

    source: str
    problems: Problems
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, id: str, place: Place, **values: object) -> None:
        self.counts[id] += 1
        if self.counts[id] <= _LISTED_FAULTS:
            self.problems.add(id, place, **values)

    def close(self) -> None:
        for id, count in sorted(self.counts.items()):
            if count > _LISTED_FAULTS:
                self.problems.add("F19", Place(self.source), which=id, count=count - _LISTED_FAULTS)


@dataclass
class _Body:
    """The rows kept, and what was seen on the way."""

    rows: list[TextRow] = field(default_factory=list)
    unnamed_columns: set[int] = field(default_factory=set)
    garbled_cells: int = 0
    garbled_line: int = 0


def table_from_grid(grid: Grid, *, problems: Problems, limits: Limits) -> TextTable | None:
    """The table, or None when any error was found in it; every fault is added to `problems`."""
    found = Problems()
    filled = (row for row in grid.rows if any(row.cells))
    head = next(filled, None)
    if head is None:
        problems.add("F09", Place(grid.source), path=grid.source)
        return None
    body = _read_body(filled, head=head, grid=grid, problems=found, limits=limits)
    header = tuple(head.cells[: _filled_width(head.cells)])
    _check_header(header, line=head.line, unnamed=body.unnamed_columns, grid=grid, problems=found)
    if body.garbled_cells:
        found.add("F31", Place(grid.source, body.garbled_line), count=body.garbled_cells)
    problems.extend(found.found)
    if found.errors:
        return None
    return TextTable(grid.name, source=grid.source, header=header, rows=tuple(body.rows))


def _read_body(
    filled: Iterator[GridRow], *, head: GridRow, grid: Grid, problems: Problems, limits: Limits
) -> _Body:
    width = _filled_width(head.cells)
    body = _Body()
    recurring = Recurring(grid.source, problems)
    _check_cells(head, grid=grid, body=body, recurring=recurring)
    for row in filled:
        if len(body.rows) >= limits.rows:
            problems.add("F17", Place(grid.source, row.line), limit=limits.rows)
            break
        _check_cells(row, grid=grid, body=body, recurring=recurring)
        row_width = _filled_width(row.cells)
        if len(row.cells) < width or row_width > len(head.cells):
            found = max(row_width, min(len(row.cells), width))
            recurring.add("F14", Place(grid.source, row.line), found=found, expected=width)
            continue
        if row_width > width:
            body.unnamed_columns.update(i for i in range(width, row_width) if row.cells[i])
        body.rows.append(TextRow(row.line, tuple(row.cells[:width])))
    recurring.close()
    return body


def _check_cells(row: GridRow, *, grid: Grid, body: _Body, recurring: Recurring) -> None:
    text = "".join(row.cells)
    if len(text) <= MOST_CHARACTERS_IN_CELL and "\ufffd" not in text:
        return  # Quickly, as nearly every row.
    for index, cell in enumerate(row.cells):
        if len(cell) > MOST_CHARACTERS_IN_CELL:
            column = grid.first_column + index
            recurring.add(
                "F18",
                Place(grid.source, row.line, column),
                cell=cell_name(line=row.line, column=column),
                length=len(cell),
                limit=MOST_CHARACTERS_IN_CELL,
            )
        if "\ufffd" in cell:
            body.garbled_cells += 1
            body.garbled_line = body.garbled_line or row.line


def _check_header(
    header: tuple[str, ...], *, line: int, unnamed: set[int], grid: Grid, problems: Problems
) -> None:
    place = Place(grid.source, line)
    nameless = {index for index, name in enumerate(header) if not name} | unnamed
    if nameless:
        problems.add("F15", place, columns=grid.letters(sorted(nameless)))
    indexes_of = defaultdict(list)
    for index, name in enumerate(header):
        indexes_of[name].append(index)
    for name, indexes in indexes_of.items():
        if name and len(indexes) > 1:
            problems.add("F16", place, column=name[:_LONGEST_SHOWN], columns=grid.letters(indexes))


def _filled_width(cells: list[str]) -> int:
    """How many cells there are up to the last with anything in it."""
    for width in range(len(cells), 0, -1):
        if cells[width - 1]:
            return width
    return 0
