"""The first bytes that tell a workbook from text, whatever the file is called."""

from __future__ import annotations

COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes begin as an .xls does (a compound file), or an .xlsx or .ods (a zip)."""
    return raw.startswith((COMPOUND_FILE, *ZIP_ARCHIVES))
