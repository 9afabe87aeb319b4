"""The newest digest of the log, kept outside the database: who rewrites the one misses the other.

`head` holds the last seal and is replaced with every sealing; `days.csv` gets one line a day.
"""

from __future__ import annotations

import csv
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Head:
    """Seal number and digest as they were on a day (`2026-11-27`)."""

    seal: int
    digest: str
    day: str


def keep_head(folder: Path, head: Head) -> None:
    """Replace the newest head; the first of a day also stays as a line of its own.

    Sealers come one after the other, so that the head of an older seal never replaces a newer one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = newest_head(folder)
        if before is not None and before.seal >= head.seal:
            return
        if before is None or before.day != head.day:
            with (folder / "days.csv").open("a", encoding="ascii", newline="") as file:
                csv.writer(file).writerow((head.seal, head.digest, head.day))
        own = folder / "head.new"
        own.write_text(f"{head.seal},{head.digest},{head.day}\n", encoding="ascii")
        own.replace(folder / "head")


def newest_head(folder: Path) -> Head | None:
    return next(_read(folder / "head"), None)


def kept_heads(folder: Path) -> tuple[Head, ...]:
    """All that is known: one of each day, and the newest."""
    return (*_read(folder / "days.csv"), *_read(folder / "head"))


def _read(path: Path) -> Iterator[Head]:
    if not path.is_file():
        return
    with path.open(encoding="ascii", newline="") as file:
        for seal, digest, day in csv.reader(file):
            yield Head(int(seal), digest, day)
