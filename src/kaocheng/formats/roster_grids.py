"""The sheets of a file that may be a roster, whatever program wrote it, as rows of text."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

from kaocheng.engine.problems import Place, Problems, Refused, refuse
from kaocheng.formats.csv_reader import csv_rows
from kaocheng.formats.grid import GridRow
from kaocheng.formats.limits import MEGABYTE, Limits
from kaocheng.formats.xls_child import PASSWORD, TOO_LARGE
from kaocheng.formats.xlsx_cells import Merged, value_text
from kaocheng.formats.xlsx_reader import visible_sheets

# 12,000 people with twenty columns are 1 MB; a hundred times that is somebody's mistake or worse.
LIMITS = Limits(
    file_bytes=12 * MEGABYTE,
    unpacked_bytes=200 * MEGABYTE,
    rows=100_000,
    sheet_cells=4_000_000,
)
EXTENSIONS = (".xlsx", ".xls", ".csv", ".zip")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_FILLED = 500_000
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class SheetText:
    """One sheet: its rows in order, and the places of cells whose formula has no value."""

    name: str
    rows: tuple[GridRow, ...]
    first_column: int = 1
    broken: frozenset[tuple[int, int]] = frozenset()


def sheets_of(raw: bytes, *, file: str) -> list[SheetText]:
    """Every visible sheet of a checked file; raises `Refused` for what cannot be taken in."""
    if raw.startswith(b"PK"):
        return list(_of_workbook(raw, file=file))
    if raw.startswith(_OLE):
        return list(_of_old_workbook(raw, file=file))
    return [csv_sheet(raw, file=file)]


def csv_sheet(raw: bytes, *, file: str) -> SheetText:
    """The one sheet of a text file."""
    problems = Problems()
    rows = []
    for row in csv_rows(raw, source=file, problems=problems):
        rows.append(row)
        if len(rows) > LIMITS.rows:
            raise refuse("F17", Place(file, row.line), limit=LIMITS.rows)
    problems.stop_on_errors()
    return SheetText("", tuple(rows))


def is_packed_tables(raw: bytes) -> bool:
    """Whether this is an archive of CSV files, as OneRoster's exports are."""
    if not raw.startswith(b"PK"):
        return False
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            names = [name.rpartition("/")[2].lower() for name in archive.namelist()]
    except (BadZipFile, OSError, ValueError):
        return False
    return "users.csv" in names


def check_file(raw: bytes, *, file: str) -> None:
    """That it is of a kind and size that is taken in at all; raises `Refused`."""
    extension = f".{file.rpartition('.')[2].lower()}" if "." in file else ""
    if extension in (".et", ".wps", ".ett"):
        raise _not_taken(
            file, why="这是 WPS 自己的格式", how="请在 WPS 里“另存为”Excel 工作簿（.xlsx），再上传"
        )
    if extension not in EXTENSIONS:
        raise _not_taken(
            file,
            why="只能导入 .xlsx、.xls、.csv，或 OneRoster 的 .zip",
            how="请用 Excel 或 WPS 另存为 .xlsx，再上传",
        )
    if len(raw) > LIMITS.file_bytes:
        megabytes, limit = -(-len(raw) // MEGABYTE), LIMITS.file_bytes // MEGABYTE
        raise refuse("F08", Place(file), path=file, megabytes=megabytes, limit=limit)
    if not raw:
        raise refuse("F09", Place(file), path=file)


def _of_workbook(raw: bytes, *, file: str) -> Iterator[SheetText]:
    problems = Problems()
    for sheet in visible_sheets(raw, file=file, problems=problems, limits=LIMITS):
        rows = [(line, [value_text(one) for one in values]) for line, values in sheet.rows]
        _fill_merged(rows, sheet.merged, first_column=sheet.first_column)
        yield SheetText(
            sheet.name,
            tuple(GridRow(line, texts) for line, texts in rows),
            sheet.first_column,
            frozenset((error.line, error.column) for error in sheet.errors),
        )


def _of_old_workbook(raw: bytes, *, file: str) -> Iterator[SheetText]:
    if _ENCRYPTED in raw:
        raise refuse("F21", Place(file), path=file)
    try:
        done = subprocess.run(  # our own module
            [sys.executable, "-m", "kaocheng.formats.xls_child"],
            input=raw,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refuse("F22", Place(file), path=file) from error
    if done.returncode:
        raise _old_workbook_refused(done.returncode, file=file)
    for name, first_column, rows, merged in json.loads(done.stdout):
        _fill_merged(rows, merged, first_column=first_column)
        texts = tuple(GridRow(line, cells) for line, cells in rows)
        yield SheetText(name, texts, first_column)


def _old_workbook_refused(code: int, *, file: str) -> Refused:
    if code == PASSWORD:
        return refuse("F21", Place(file), path=file)
    if code == TOO_LARGE:
        return _not_taken(
            file, why="工作表的范围太大", how="请把人员复制到一张新的表，另存为 .xlsx 再上传"
        )
    return refuse("F22", Place(file), path=file)


def _fill_merged(
    rows: Sequence[tuple[int, list[str]]], merged: Sequence[Merged], *, first_column: int
) -> None:
    """A merged cell says the same for all its rows: a school's name beside its teachers."""
    at = dict(rows)
    left = _MOST_FILLED
    for (first_line, first), (last_line, last) in merged:
        here = at.get(first_line + 1)
        index = first + 1 - first_column
        if here is None or not 0 <= index < len(here) or first != last:
            continue  # A merged title says nothing of columns.
        for line in range(first_line + 2, last_line + 2):
            cells = at.get(line)
            left -= 1
            if left < 0 or cells is None:
                break
            if index < len(cells) and not cells[index]:
                cells[index] = here[index]


def _not_taken(file: str, *, why: str, how: str) -> Refused:
    return refuse("W54", Place(file), file=file, why=why, how=how)
