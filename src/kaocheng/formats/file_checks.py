"""What makes a file unsafe for whoever opens it: bombs, macros, archives in archives, entities."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from kaocheng.formats.file_kind import FileKind
from kaocheng.formats.limits import MEGABYTE

_CHUNK = 256 * 1024
_MOST_ENTRIES = 20_000
_ENCRYPTED = 0x1
# Everything `zipfile` is known to raise on bytes that are no sound archive.
_BAD_ARCHIVE = (
    *(BadZipFile, EOFError, NotImplementedError, OSError, OverflowError),
    *(RuntimeError, ValueError, struct.error, zlib.error),
)
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".jar", ".cab", ".iso")
_PROGRAMS = (
    *(".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse", ".wsf"),
    *(".msi", ".lnk", ".hta", ".apk", ".sh"),
)
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml")
# Names of the storages in which the old programs keep macros, as they stand in the directory.
_OLE_MACROS = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "Macros"))
_XML = (".xml", ".rels", ".vml")


@dataclass(frozen=True)
class FileLimits:
    unpacked_bytes: int = 400 * MEGABYTE
    entry_ratio: int = 200
    small_entry: int = 4 * MEGABYTE


LIMITS = FileLimits()


def unsafe(stream: BinaryIO, kind: FileKind, *, limits: FileLimits = LIMITS) -> str:
    """The message id of the first thing found (W84–W87); empty when there is nothing."""
    if kind.shape == "ole":
        return "W85" if any(name in stream.read() for name in _OLE_MACROS) else ""
    if kind.shape != "zip":
        return ""
    try:
        with ZipFile(stream) as archive:
            return _unsafe_archive(archive, kind, limits)
    except _BAD_ARCHIVE:
        return "W87"


def _unsafe_archive(archive: ZipFile, kind: FileKind, limits: FileLimits) -> str:
    entries = archive.infolist()
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    if len(entries) > _MOST_ENTRIES or sum(e.file_size for e in entries) > limits.unpacked_bytes:
        return "W86"
    if any(entry.flag_bits & _ENCRYPTED for entry in entries) or any(map(_leads_out, names)):
        return "W87"
    if any(name.endswith(_MACRO_PARTS) for name in names):
        return "W85"
    if any(name.endswith(_PROGRAMS) for name in names):
        return "W84"
    if any(name.endswith(_ARCHIVES) for name in names):
        return "W86"
    is_office = kind.extensions != (".zip",)
    left = limits.unpacked_bytes
    for entry in entries:
        found, size = _unsafe_entry(archive, entry, limits, left=left, look_into_xml=is_office)
        if found:
            return found
        left -= size
    return ""


def _unsafe_entry(
    archive: ZipFile, entry: ZipInfo, limits: FileLimits, *, left: int, look_into_xml: bool
) -> tuple[str, int]:
    """Unpacks without keeping: what an archive says of its sizes is only a claim."""
    most = max(entry.compress_size * limits.entry_ratio, limits.small_entry)
    is_xml = look_into_xml and entry.filename.lower().endswith(_XML)
    size, tail = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            if not size and chunk.startswith(b"PK\x03\x04"):
                return "W86", size
            size += len(chunk)
            if size > min(most, left):
                return "W86", size
            if is_xml:
                seen = tail + chunk
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or _is_utf16(chunk, size):
                    return "W87", size
                tail = chunk[-16:]
    return "", size


def _is_utf16(chunk: bytes, size: int) -> bool:
    """Office never writes it, and a search for bytes would not see through it."""
    return size == len(chunk) and (b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff"))


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":"
