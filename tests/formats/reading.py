"""Reading in one line, for tests."""

from __future__ import annotations

from pathlib import Path

from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.text_table import TextTable
from kaocheng.formats import LIMITS, Limits, read_tables

Cells = list[list[str]]


def read_one(path: Path) -> TextTable:
    """The only table at `path`, which has no faults."""
    problems = Problems()
    tables = read_tables(path, problems=problems)
    assert list(problems) == []
    assert len(tables) == 1
    return next(iter(tables.values()))


def cells_of(table: TextTable) -> Cells:
    """The header and the rows, as lists."""
    return [list(table.header), *(list(row.cells) for row in table.rows)]


def read_cells(path: Path) -> Cells:
    return cells_of(read_one(path))


def found_in(path: Path, *, limits: Limits = LIMITS) -> list[Problem]:
    problems = Problems()
    read_tables(path, problems=problems, limits=limits)
    return list(problems)


def faults_in(path: Path, *, limits: Limits = LIMITS) -> list[str]:
    """`place id` of every problem, in the order a reader sees them."""
    return [f"{problem.place} {problem.id}" for problem in found_in(path, limits=limits)]
