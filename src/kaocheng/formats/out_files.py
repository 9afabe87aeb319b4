"""Writing tables to files: which format, in one piece, and what is said when it cannot be done."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.formats.atomic import replace_file, temporary_name, write_new_file
from kaocheng.formats.limits import MOST_CHARACTERS_IN_CELL
from kaocheng.formats.out_columns import OutColumns
from kaocheng.formats.out_table import OutTable
from kaocheng.formats.writers import write_csv, write_json, write_parquet
from kaocheng.formats.xlsx_writer import write_xlsx

Kind = Literal["csv", "xlsx", "json", "parquet"]
Writable = OutTable | OutColumns

_WRITERS: dict[Kind, Callable[[BinaryIO, OutTable], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "json": write_json,
    "parquet": write_parquet,
}

# Halves of a character, NUL and the two that XML forbids: some format or program drops each.
_UNSAVABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")

# Names that Windows refuses or reads as something else.
_BAD_FILE_NAME = re.compile(
    r'[/\\:*?"<>|\x00-\x1f]|^[.~\s]|[.\s]$|^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)|^$',
    re.IGNORECASE,
)
_LONGEST_FILE_NAME_BYTES = 200


def kind_of(path: Path) -> Kind:
    """The format that the extension stands for; raises `Refused` for any other."""
    for kind in get_args(Kind):
        if path.suffix.lower() == f".{kind}":
            return kind  # type: ignore[no-any-return]  # get_args forgets the literals.
    raise refuse("F32", Place(path.name), path=path)


def write_table(path: Path, table: Writable, *, kind: Kind | None = None) -> None:
    """Write one table in the format of the extension of `path`, or in `kind`.

    The file is replaced in one piece: a reader sees the old one or the new one, and the same table
    gives the same bytes. Raises `Refused` when it cannot be written; the old file is then untouched
    and nothing else left behind.
    """
    kind = kind or kind_of(path)
    _check_texts(table, kind=kind)
    target = Path(os.path.realpath(path))  # A link stays a link; what it points at is replaced.
    _check_target(target, shown=path)
    with _failures_told(path):
        replace_file(target, write=partial(_write, kind=kind, table=table))


def write_tables(folder: Path, tables: Sequence[Writable], *, kind: Kind) -> None:
    """Write each table to `folder/<name>.<kind>`: all of them or none.

    The folder is made where there is none. All files are written in full into a hidden folder in it
    (so on the same disk), then put in their places one by one; if one cannot be, those before it
    are put back. Other files are left alone. Raises `Refused` when it cannot be done.
    """
    _check_names(tables)
    for table in tables:
        _check_texts(table, kind=kind)
    with _failures_told(folder):
        _make_folder(folder)
    targets = {table.name: folder / f"{table.name}.{kind}" for table in tables}
    for target in targets.values():
        _check_target(target, shown=target)
    staging = folder / temporary_name()
    with _failures_told(folder):
        try:
            staging.mkdir()
            for table in tables:
                new = staging / targets[table.name].name
                write_new_file(new, write=partial(_write, kind=kind, table=table))
            _put_in_place([(staging / target.name, target) for target in targets.values()])
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _write(stream: BinaryIO, *, kind: Kind, table: Writable) -> None:
    if isinstance(table, OutTable):
        _WRITERS[kind](stream, table)
    else:
        _write_columns(stream, kind=kind, table=table)


def _write_columns(stream: BinaryIO, *, kind: Kind, table: OutColumns) -> None:
    from kaocheng.formats.column_writers import (
        write_csv_columns,
        write_json_columns,
        write_parquet_columns,
    )

    match kind:
        case "csv":
            write_csv_columns(stream, table)
        case "json":
            write_json_columns(stream, table)
        case "parquet":
            write_parquet_columns(stream, table)
        case "xlsx":
            raise TypeError("a workbook needs the values themselves: write an OutTable")


def _put_in_place(moves: list[tuple[Path, Path]]) -> None:
    """Replace each target by its new file; on a failure, put back those already replaced."""
    done: list[Path] = []
    try:
        for new, target in moves:
            if target.exists():
                shutil.copy2(target, _old_of(new))
            new.replace(target)
            done.append(target)
    except OSError:
        for new, target in moves[: len(done)]:
            if _old_of(new).exists():
                _old_of(new).replace(target)
            else:
                target.unlink()
        raise


def _old_of(new: Path) -> Path:
    return new.with_name(f"{new.name}.old")


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise refuse("F36", Place(str(folder)), path=folder)
    folder.mkdir(parents=True, exist_ok=True)


def _check_target(target: Path, *, shown: Path) -> None:
    place = Place(str(shown))
    if not target.parent.is_dir():
        raise refuse("F36", place, path=shown.parent)
    if target.exists() and not target.is_file():
        raise refuse("F35", place, path=shown)


def _check_names(tables: Sequence[Writable]) -> None:
    """File names must work on every system, and differ where case makes no difference."""
    problems = Problems()
    uses = Counter(table.name.casefold() for table in tables)
    for table in tables:
        is_long = len(table.name.encode(errors="replace")) > _LONGEST_FILE_NAME_BYTES
        if is_long or _BAD_FILE_NAME.search(table.name) or uses[table.name.casefold()] > 1:
            problems.add("F38", Place(table.name), table=table.name)
    problems.stop_on_errors()


def _check_texts(table: Writable, *, kind: Kind) -> None:
    """Refuse the cells that would be cut short or make the file unreadable."""
    problems = Problems()
    rows: list[Sequence[object]] = [table.header]
    if isinstance(table, OutTable):
        rows.extend(table.rows)
    else:
        from kaocheng.formats.column_writers import unsavable_cells

        for row, id in unsavable_cells(table):
            problems.add("F39", Place(table.name, row), column=id, row=row, kind=kind)
    for number, row in enumerate(rows):
        for column, cell in zip(table.columns, row, strict=True):
            if isinstance(cell, str) and not _is_savable(cell, kind=kind):
                place = Place(table.name, number)
                problems.add("F39", place, column=column.id, row=number, kind=kind)
    problems.stop_on_errors()


def _is_savable(text: str, *, kind: Kind) -> bool:
    if _UNSAVABLE.search(text):
        return False
    if kind != "xlsx" or len(text) <= MOST_CHARACTERS_IN_CELL // 2:
        return True
    # Excel counts in UTF-16: a rare character or an emoji is two.
    return len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS_IN_CELL


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    """Turn what the system says into a problem at `path`."""
    try:
        yield
    except OSError as error:
        place = Place(str(path))
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise refuse("F33", place, path=path) from error
        detail = error.strerror or str(error)
        raise refuse("F34", place, path=path, detail=detail) from error
