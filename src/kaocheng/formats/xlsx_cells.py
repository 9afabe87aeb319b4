"""A sheet's values as rows of exact text, with what is wrong with single cells."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kaocheng.engine.exact import MOST_DIGITS
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.cell_text import (
    KEPT_DIGITS,
    bool_text,
    date_text,
    digit_count,
    duration_text,
    float_text,
    is_noisy_decimal,
    is_rounded_integer,
    time_text,
    trimmed,
)
from kaocheng.formats.grid import Grid, GridRow, Recurring, cell_name, table_from_grid
from kaocheng.formats.limits import Limits
from kaocheng.formats.xlsx_guards import CellError

SheetValue = int | float | str | bool | date | datetime | time | timedelta

# First and last cell, each as row and column counted from 0: calamine's own shape.
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """`rows` are (line, values) in order, each row as wide as the others; an empty cell is `""`.

    `source` names the sheet to the reader; `first_column` is that of the first value of each row.
    """

    name: str
    source: str
    errors: Sequence[CellError]
    rows: Iterable[tuple[int, list[SheetValue]]] = ()
    first_column: int = 1
    merged: Sequence[Merged] = ()


def table_from_sheet(sheet: Sheet, *, problems: Problems, limits: Limits) -> TextTable | None:
    """The table of one sheet, or None with its errors in `problems`.

    Numbers come as their exact decimal text, dates as `2026-09-01`, truth as 是 or 否.
    """
    found = Problems()
    cells = _Cells(sheet, problems=found)
    cells.report_errors()
    grid = Grid(sheet.name, sheet.source, cells.rows(), sheet.first_column)
    table = table_from_grid(grid, problems=found, limits=limits)
    cells.recurring.close()
    if table:
        cells.warn_of_doubtful(table)
    # A sheet of nothing but errors is not empty.
    problems.extend(fault for fault in found.found if fault.id != "F09" or not sheet.errors)
    return None if found.errors else table


@dataclass
class _Doubtful:
    """Numbers of one column that Excel has rounded: how many, and the first of them."""

    count: int = 0
    line: int = 0
    text: str = ""

    def add(self, *, line: int, text: str) -> None:
        if not self.count:
            self.line, self.text = line, text
        self.count += 1


class _Cells:
    """Reads the cells of one sheet into text, row by row, and remembers what was wrong."""

    def __init__(self, sheet: Sheet, *, problems: Problems) -> None:
        self.recurring = Recurring(sheet.source, problems)
        self._sheet, self._source, self._problems = sheet, sheet.source, problems
        # By index of the cell in its row, as the header is.
        self._rounded: defaultdict[int, _Doubtful] = defaultdict(_Doubtful)
        self._noisy: defaultdict[int, _Doubtful] = defaultdict(_Doubtful)

    def report_errors(self) -> None:
        for error in self._sheet.errors:
            name = cell_name(line=error.line, column=error.column)
            place = Place(self._source, error.line, error.column)
            self.recurring.add("F25", place, cell=name, error=error.error)

    def rows(self) -> Iterator[GridRow]:
        merged_at = defaultdict(list)
        for merged in self._sheet.merged:
            merged_at[merged[0][0] + 1].append(merged)
        for line, values in self._sheet.rows:
            texts = [
                self._number(value, line=line, index=index)
                if type(value) is float
                else _text(value)
                for index, value in enumerate(values)
            ]
            for merged in merged_at.get(line, ()):
                self._report_merged(merged, texts=texts)
            yield GridRow(line, texts)

    def warn_of_doubtful(self, table: TextTable) -> None:
        for id, doubtful_at in (("F27", self._rounded), ("F28", self._noisy)):
            for index, doubtful in sorted(doubtful_at.items()):
                column = self._sheet.first_column + index
                self._problems.add(
                    id,
                    Place(self._source, doubtful.line, column),
                    column=table.header[index][:60],
                    count=doubtful.count,
                    cell=cell_name(line=doubtful.line, column=column),
                    number=doubtful.text,
                )

    def _number(self, value: float, *, line: int, index: int) -> str:
        text = float_text(value) if math.isfinite(value) else "?"
        if len(text) <= KEPT_DIGITS and text != "?":
            return text  # Neither rounded nor noisy: most numbers there are.
        if text == "?" or digit_count(text) > MOST_DIGITS:
            column = self._sheet.first_column + index
            name = cell_name(line=line, column=column)
            self.recurring.add(
                "F26", Place(self._source, line, column), cell=name, limit=MOST_DIGITS
            )
        elif is_rounded_integer(value):
            self._rounded[index].add(line=line, text=text)
        elif is_noisy_decimal(value):
            self._noisy[index].add(line=line, text=text)
        return text

    def _report_merged(self, merged: Merged, *, texts: list[str]) -> None:
        """Empty merged cells are only decoration; the others hide values from us."""
        (row, column), (last_row, last_column) = merged
        index = column + 1 - self._sheet.first_column
        if merged[0] == merged[1] or not (0 <= index < len(texts) and texts[index]):
            return
        first = cell_name(line=row + 1, column=column + 1)
        last = cell_name(line=last_row + 1, column=last_column + 1)
        place = Place(self._source, row + 1, column + 1)
        self.recurring.add("F29", place, cells=f"{first}:{last}")


def value_text(value: SheetValue) -> str:
    """The text of one cell by itself; a number that is none becomes nothing."""
    if type(value) is float:
        return float_text(value) if math.isfinite(value) else ""
    return _text(value)


def _text(value: SheetValue) -> str:
    if type(value) is str:
        return trimmed(value)
    match value:
        case bool():
            return bool_text(value)
        case date():
            return date_text(value)
        case time():
            return time_text(value)
        case timedelta():
            return duration_text(value)
        case _:
            return str(value)
