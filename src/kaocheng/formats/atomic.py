"""Writing a file whole or not at all: a reader sees the old bytes or the new ones, never a part."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def replace_file(target: Path, *, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a temporary file beside `target`, then put it in its place.

    Whatever `write` or the system raises, the old file stays and the temporary one goes.
    """
    temporary = target.with_name(temporary_name())
    try:
        write_new_file(temporary, write=write)
        _keep_mode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def temporary_name() -> str:
    """A name that nobody else uses, hidden from people and passed over by `read_tables`."""
    return f".{os.urandom(8).hex()}.tmp"


def write_new_file(path: Path, *, write: Callable[[BinaryIO], None]) -> None:
    """Create `path` (FileExistsError if it is there) and have its bytes on the disk at return."""
    with path.open("xb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())


def _keep_mode(target: Path, temporary: Path) -> None:
    """A file that others may read stays so; a new one has the mode of any new file."""
    if target.exists():
        temporary.chmod(target.stat().st_mode & 0o777)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can (Windows cannot)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
