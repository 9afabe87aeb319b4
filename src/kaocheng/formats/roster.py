"""A roster: people as somebody listed them, read from whatever file they were listed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.grid import GridRow
from kaocheng.formats.one_roster import is_users_heading, packed_roster, users_roster
from kaocheng.formats.roster_grids import SheetText, check_file, is_packed_tables, sheets_of
from kaocheng.formats.roster_headings import columns_of, is_heading, unknown_in

_ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class Roster:
    """Rows under their heading. `columns` says which index holds which field.

    `broken` are places (line, index) of formulas without value; `skipped` counts rows that are no
    staff (OneRoster lists pupils too).
    """

    file: str
    sheet: str
    heading: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[GridRow, ...]
    first_column: int = 1
    unknown: tuple[str, ...] = ()
    broken: frozenset[tuple[int, int]] = field(default=frozenset())
    skipped: int = 0

    def cell(self, row: GridRow, name: str) -> str:
        """The text of a field in a row; nothing where there is no such column."""
        index = self.columns.get(name)
        return row.cells[index] if index is not None and index < len(row.cells) else ""


def read_roster(raw: bytes, *, file: str) -> Roster:
    """The roster in a file; raises `Refused` with what is wrong with the file as a whole.

    It stands on the first sheet that has a heading among its first twenty rows; titles above it
    are passed over, rows without anything in them too.
    """
    check_file(raw, file=file)
    if is_packed_tables(raw):
        return _of_one_roster(file, *packed_roster(raw, file=file))
    for sheet in sheets_of(raw, file=file):
        filled = [row for row in sheet.rows if any(row.cells)]
        for position, row in enumerate(filled[:_ROWS_LOOKED_AT]):
            if is_users_heading(row.cells):
                return _of_one_roster(file, *users_roster(filled[position:]))
            if is_heading(row.cells):
                return _under(row, filled[position + 1 :], sheet=sheet, file=file)
    raise refuse("W55", Place(file), file=file, rows=_ROWS_LOOKED_AT)


def _under(head: GridRow, rows: list[GridRow], *, sheet: SheetText, file: str) -> Roster:
    width = max(index for index, cell in enumerate(head.cells) if cell) + 1
    heading = tuple(head.cells[:width])
    broken = frozenset(
        (line, column - sheet.first_column) for line, column in sheet.broken if line > head.line
    )
    return Roster(
        file=file,
        sheet=sheet.name,
        heading=heading,
        columns=columns_of(heading),
        rows=tuple(row for row in rows if any(row.cells[:width])),
        first_column=sheet.first_column,
        unknown=unknown_in(heading),
        broken=broken,
    )


def _of_one_roster(
    file: str, heading: tuple[str, ...], rows: tuple[GridRow, ...], skipped: int
) -> Roster:
    return Roster(
        file=file,
        sheet="users.csv",
        heading=heading,
        columns=columns_of(heading),
        rows=rows,
        skipped=skipped,
    )
