"""Opening the zip archive that an .xlsx or .ods workbook is, without being bombed."""

from __future__ import annotations

import codecs
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
    check_unpacked(unpacked, file=file, most_bytes=limits.unpacked_bytes)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refuse("F21", Place(file), path=file)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BrokenWorkbook
    if len({_normal(entry.filename) for entry in entries}) < len(entries):
        raise BrokenWorkbook  # Of two entries of one name, each reader takes another.
    return archive


def check_unpacked(size: int, *, file: str, most_bytes: int) -> None:
    """Raise `Refused` when more would be unpacked than allowed."""
    if size > most_bytes:
        megabytes, limit = size // MEGABYTE, most_bytes // MEGABYTE
        raise refuse("F23", Place(file), path=file, megabytes=megabytes, limit=limit)


def read_part(archive: ZipFile, part: str) -> bytes:
    """The bytes of a part; raises `BrokenWorkbook` when absent or damaged.

    `zipfile` stops at the size the archive declares and then checks the sum of the bytes, so a part
    that grows beyond what `open_archive` counted ends here.
    """
    try:
        return archive.read(_named(archive, part))
    except (KeyError, *_BAD_ARCHIVE) as error:
        raise BrokenWorkbook from error


def read_xml(archive: ZipFile, part: str) -> bytes:
    """The bytes of a part of XML; raises `BrokenWorkbook` also for what no spreadsheet writes.

    That is UTF-16, which a scan for bytes would not see through, and entities of its own, with
    which a page of XML grows to gigabytes.
    """
    xml = read_part(archive, part)
    if b"\0" in xml[:4] or xml[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise BrokenWorkbook
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise BrokenWorkbook
    return xml


def _named(archive: ZipFile, part: str) -> str:
    """The entry of that name, whatever its case; raises KeyError when there is none."""
    for entry in archive.namelist():
        if _normal(entry) == _normal(part):
            return entry
    raise KeyError(part)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lower()
