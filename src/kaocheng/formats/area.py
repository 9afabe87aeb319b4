"""The rectangle around the cells of a sheet that hold something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """All four sides inclusive and counted from 1; all 0 when there is no cell."""

    first_line: int = 0
    last_line: int = 0
    first_column: int = 0
    last_column: int = 0

    @property
    def cells(self) -> int:
        if not self.last_line:
            return 0
        lines = self.last_line - self.first_line + 1
        return lines * (self.last_column - self.first_column + 1)


class AreaFinder:
    """Grows the rectangle by one cell after another."""

    def __init__(self) -> None:
        self._lines: set[int] = set()
        self._columns: set[int] = set()

    def include(self, line: int, column: int) -> None:
        self._lines.add(line)
        self._columns.add(column)

    def area(self) -> Area:
        if not self._lines:
            return Area()
        lines, columns = self._lines, self._columns
        return Area(min(lines), max(lines), min(columns), max(columns))
