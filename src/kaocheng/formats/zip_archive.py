"""Opening the zip archive that an .xlsx or .ods workbook is, without being bombed."""

from __future__ import annotations

import io
import struct
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.limits import MEGABYTE, Limits

# Everything `zipfile` is known to raise on bytes that are no sound archive.
_BAD_ARCHIVE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
_ENCRYPTED = 0x1


def open_archive(raw: bytes, *, file: str, limits: Limits) -> ZipFile:
    """The archive; raises `Refused` for a bomb or a password, `BrokenWorkbook` for damage."""
    try:
        archive = ZipFile(io.BytesIO(raw))
    except _BAD_ARCHIVE as error:
        raise BrokenWorkbook from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise refuse(
            "F23",
            Place(file),
            path=file,
            megabytes=unpacked // MEGABYTE,
            limit=limits.unpacked_bytes // MEGABYTE,
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refuse("F21", Place(file), path=file)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BrokenWorkbook
    return archive


def read_part(archive: ZipFile, part: str) -> bytes:
    """The bytes of a part; raises `BrokenWorkbook` when absent or damaged.

    `zipfile` stops at the size the archive declares and then checks the sum of the bytes, so a part
    that grows beyond what `open_archive` counted ends here.
    """
    try:
        return archive.read(part_named(archive, part))
    except (KeyError, *_BAD_ARCHIVE) as error:
        raise BrokenWorkbook from error


def part_named(archive: ZipFile, part: str) -> str:
    """The entry of that name, whatever its case; raises KeyError when there is none."""
    wanted = part.lower()
    for entry in archive.namelist():
        if entry.replace("\\", "/").lower() == wanted:
            return entry
    raise KeyError(part)
