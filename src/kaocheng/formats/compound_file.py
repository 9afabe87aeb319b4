"""The compound file that an .xls workbook (or one with a password) is: streams in sectors.

Only what is needed to find a stream, and to be sure that reading it ends: calamine trusts the
counts and chains of the header, and a crafted file of 600 bytes would make it ask for 17 GB. The
layout is [MS-CFB]: a header of 512 bytes, a table of sectors (FAT) that chains them, a directory.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from kaocheng.formats.broken import BrokenWorkbook
from kaocheng.formats.signature import COMPOUND_FILE

_HEADER_BYTES = 512
_END_OF_CHAIN = 0xFFFFFFFE
_FIRST_RESERVED = 0xFFFFFFFA
_MINI_SECTOR_BYTES = 64
_MINI_STREAM_BELOW = 4096
# The table of mini sectors of a real workbook takes a few sectors.
_MOST_MINI_TABLE_SECTORS = 4095


@dataclass(frozen=True)
class _Entry:
    """One name in the directory; the root entry holds the mini stream."""

    name: str
    start: int
    length: int


@dataclass(frozen=True)
class _Sectors:
    """`content` cut into sectors of `size` bytes, and the table that chains them."""

    content: bytes
    size: int
    next_sector: tuple[int, ...]

    def chain(self, start: int, *, length: int | None = None) -> bytes:
        """The bytes of the chain from `start`; raises `BrokenWorkbook` for one that never ends."""
        pieces, seen, sector, wanted = [], set(), start, length
        while sector != _END_OF_CHAIN and (wanted is None or wanted > 0):
            if sector in seen or sector >= len(self.next_sector):
                raise BrokenWorkbook
            seen.add(sector)
            pieces.append(self.content[sector * self.size : (sector + 1) * self.size])
            wanted = None if wanted is None else wanted - self.size
            sector = self.next_sector[sector]
        return b"".join(pieces)[:length]


@dataclass(frozen=True)
class CompoundFile:
    entries: tuple[_Entry, ...]
    sectors: _Sectors
    mini_sectors: _Sectors

    def has_stream(self, name: str) -> bool:
        return any(entry.name == name for entry in self.entries)

    def stream(self, *names: str) -> bytes:
        """The first stream that has one of the names; raises `BrokenWorkbook` without any."""
        for name in names:
            for entry in self.entries:
                if entry.name == name:
                    is_mini = entry.length < _MINI_STREAM_BELOW
                    sectors = self.mini_sectors if is_mini else self.sectors
                    return sectors.chain(entry.start, length=entry.length)
        raise BrokenWorkbook


def read_compound_file(raw: bytes) -> CompoundFile:
    """Raises `BrokenWorkbook` for counts and chains that cannot be true."""
    if len(raw) < _HEADER_BYTES or not raw.startswith(COMPOUND_FILE):
        raise BrokenWorkbook
    shift = struct.unpack_from("<H", raw, 30)[0]
    if shift not in (9, 12):
        raise BrokenWorkbook
    size = 1 << shift
    content = raw[size:]
    sectors = _Sectors(content, size, _table(raw, content=content, size=size))
    directory_start, mini_start, mini_count = struct.unpack_from("<I8xII", raw, 48)
    if mini_count > _MOST_MINI_TABLE_SECTORS:
        raise BrokenWorkbook
    entries = _entries(sectors.chain(directory_start), has_long_lengths=shift == 12)
    if not entries:
        raise BrokenWorkbook
    mini = _Sectors(b"", _MINI_SECTOR_BYTES, ())
    if mini_count:
        table = sectors.chain(mini_start, length=mini_count * size)
        stream = sectors.chain(entries[0].start, length=entries[0].length)
        mini = _Sectors(stream, _MINI_SECTOR_BYTES, _numbers(table))
    return CompoundFile(entries, sectors, mini)


def _table(raw: bytes, *, content: bytes, size: int) -> tuple[int, ...]:
    """The sector table, gathered from the sectors that the header and its extension name."""
    promised = struct.unpack_from("<I", raw, 44)[0]
    most = len(content) // size + 1
    if promised > most:
        raise BrokenWorkbook
    named = list(_numbers(raw[76:_HEADER_BYTES]))
    extension, seen = struct.unpack_from("<I", raw, 68)[0], set()
    while extension < _FIRST_RESERVED:
        if extension in seen or extension >= most:
            raise BrokenWorkbook
        seen.add(extension)
        *more, extension = _numbers(_sector(content, extension, size=size)) or (_END_OF_CHAIN,)
        named.extend(more)
    in_use = [sector for sector in named if sector < _FIRST_RESERVED]
    if len(in_use) > most or any(sector >= most for sector in in_use):
        raise BrokenWorkbook
    table: list[int] = []
    for sector in in_use:
        table.extend(_numbers(_sector(content, sector, size=size)))
    return tuple(table)


def _entries(directory: bytes, *, has_long_lengths: bool) -> tuple[_Entry, ...]:
    entries = []
    for position in range(0, len(directory) - 127, 128):
        name, start, length, high = struct.unpack_from("<64s52xIII", directory, position)
        text = name.decode("utf-16-le", errors="replace").partition("\0")[0]
        entries.append(_Entry(text, start, length | high << 32 if has_long_lengths else length))
    return tuple(entries)


def _sector(content: bytes, sector: int, *, size: int) -> bytes:
    return content[sector * size : (sector + 1) * size]


def _numbers(table: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
