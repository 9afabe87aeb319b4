"""The tables of a facts folder, of one workbook or of one CSV file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from kaocheng.engine.problems import Place, Problems, Refused, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.formats.cell_text import trimmed
from kaocheng.formats.csv_reader import read_csv
from kaocheng.formats.limits import LIMITS, MEGABYTE, Limits

_WORKBOOK_EXTENSIONS = (".xlsx", ".xlsm")
READ_EXTENSIONS = (".csv", *_WORKBOOK_EXTENSIONS)
COLUMN_EXTENSIONS = (".arrow", ".feather", ".parquet")
# In bytes. Below, reading as rows takes no time that anybody would notice.
LARGE_CSV = 256_000

# Spreadsheets of other kinds are refused: a result without what they hold would look complete.
_REFUSED_EXTENSIONS = (".et", ".numbers", ".ods", ".wps", ".xls", ".xlsb")

# Templates and texts seldom hold facts; the reader is told that they were passed over.
_UNREAD_EXTENSIONS = (".ett", ".tsv", ".txt", ".xlt", ".xltx")

# A zip, as .xlsx is, or a compound file, as .xls is and any workbook with a password.
_WORKBOOK_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1"))


def read_tables(
    path: Path, *, problems: Problems, known: Collection[str] = (), limits: Limits = LIMITS
) -> dict[str, TextTable]:
    """Every table at `path`, by its id, in the order of file names and then of sheets.

    `path` is a folder of .csv, .xlsx and .xlsm files (sub-folders and hidden files are passed
    over), or one such file. A CSV file's stem is its table's id; for workbooks, and for what
    `known` (the ids that the scheme uses) is good for, see `read_workbook`. Cells are exact text.

    Nothing is raised for what is wrong with the files: every fault of every file goes to
    `problems`, and a table with an error is left out.
    """
    tables: dict[str, TextTable] = {}
    for file in files_of(path, problems=problems):
        for table in tables_of(file, problems=problems, known=known, limits=limits):
            if table.name in tables:
                first = tables[table.name].source
                place = Place(table.source)
                problems.add("F06", place, table=table.name, first=first, second=table.source)
            else:
                tables[table.name] = table
    return tables


def files_of(
    path: Path, *, problems: Problems, extensions: Collection[str] = READ_EXTENSIONS
) -> list[Path]:
    """The files to read or refuse, sorted by name; faults of the folder itself go to `problems`."""
    if path.is_file():
        if _may_hold_tables(path, extensions):
            return [path]
        problems.add("F03", Place(path.name), path=path)
        return []
    if not path.is_dir():
        problems.add("F01", Place(str(path)), path=path)
        return []
    try:
        visible = [file for file in path.iterdir() if not _is_hidden(file)]
        files = sorted((file for file in visible if file.is_file()), key=lambda file: file.name)
    except OSError as error:
        problems.add("F07", Place(str(path)), path=path, detail=error.strerror)
        return []
    for file in files:
        if file.suffix.lower() in _UNREAD_EXTENSIONS:
            problems.add("F05", Place(file.name), path=file.name, extension=file.suffix)
    tables = [file for file in files if _may_hold_tables(file, extensions)]
    if not tables:
        problems.add("F04", Place(str(path)), path=path)
    return tables


def has_columns(path: Path) -> bool:
    """Whether what is at `path` should be read by columns: files of columns, large CSV files."""
    files = [path] if path.is_file() else path.glob("*") if path.is_dir() else []
    return any(_is_of_columns(file) for file in files)


def _is_of_columns(file: Path) -> bool:
    extension = file.suffix.lower()
    if extension in COLUMN_EXTENSIONS:
        return True
    try:
        return extension == ".csv" and file.stat().st_size >= LARGE_CSV
    except OSError:
        return False  # Whoever reads it next says why.


def _may_hold_tables(file: Path, extensions: Collection[str]) -> bool:
    return file.suffix.lower() in (*extensions, *_REFUSED_EXTENSIONS)


def _is_hidden(file: Path) -> bool:
    """Files of the system, and the locks that Excel (~$) and LibreOffice (.~lock) leave beside."""
    return file.name.startswith((".", "~$"))


def tables_of(
    file: Path, *, problems: Problems, known: Collection[str], limits: Limits
) -> list[TextTable]:
    """The tables of one file; none where it has an error."""
    extension = file.suffix.lower()
    try:
        if extension in _REFUSED_EXTENSIONS:
            raise refuse("F20", Place(file.name), path=file.name)
        raw = bytes_of(file, limits=limits)
        if extension in _WORKBOOK_EXTENSIONS or raw.startswith(_WORKBOOK_BEGINNINGS):
            # Imported here: most folders hold CSV only, and zip and XML take time to load.
            from kaocheng.formats.xlsx_reader import read_workbook

            return read_workbook(raw, file=file.name, problems=problems, limits=limits, known=known)
        name = trimmed(file.stem)
        table = read_csv(raw, name=name, source=file.name, problems=problems, limits=limits)
    except Refused as refused:
        problems.extend(refused.problems)
        return []
    return [table] if table else []


def bytes_of(file: Path, *, limits: Limits) -> bytes:
    """All of a file; raises `Refused` when it cannot be read, is empty or is too large."""
    try:
        size = file.stat().st_size
        raw = b""
        if size <= limits.file_bytes:
            with file.open("rb") as stream:
                raw = stream.read(limits.file_bytes + 1)  # It may have grown since.
            size = len(raw)
    except OSError as error:
        raise refuse("F07", Place(file.name), path=file.name, detail=error.strerror) from error
    if size > limits.file_bytes:
        limit = limits.file_bytes // MEGABYTE
        megabytes = size // MEGABYTE
        raise refuse("F08", Place(file.name), path=file.name, megabytes=megabytes, limit=limit)
    if not raw:
        raise refuse("F09", Place(file.name), path=file.name)
    return raw
