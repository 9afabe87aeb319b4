"""Text files written whole or not at all, and what is said when they cannot be."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kaocheng.engine.problems import Place, refuse


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8; raises `Refused` and keeps the old file when it cannot."""
    from kaocheng.formats.atomic import replace_file

    place = Place(str(path))
    if not path.parent.is_dir():
        raise refuse("F36", place, path=path.parent)
    if path.exists() and not path.is_file():
        raise refuse("F35", place, path=path)

    def write(stream: BinaryIO) -> None:
        stream.write(text.encode())

    with writing(path):
        replace_file(path, write=write)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; raises `Refused` when something else is in the way."""
    if path.exists() and not path.is_dir():
        raise refuse("F36", Place(str(path)), path=path)
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about `path` into a problem."""
    try:
        yield
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise refuse("F33", Place(str(path)), path=path) from fault
        detail = fault.strerror or str(fault)
        raise refuse("F34", Place(str(path)), path=path, detail=detail) from fault
