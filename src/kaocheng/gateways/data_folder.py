"""The folder of everything that is kept: known by a marker, used by one server at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKER = "kaocheng-data.json"
LOCK = "serving.lock"
# What any command of ours may leave in a folder before there is data.
BEFORE_DATA = {LOCK, "secret-key", "logs", "cache"}


class NotOurs(Exception):
    """The folder holds something that we did not write."""


class InUse(Exception):
    """Another server works on this folder; the argument is its address."""


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def marker(self) -> Path:
        return self.path / MARKER

    def is_new(self) -> bool:
        """Not there, or empty; a folder with anything else but our marker is refused."""
        if self.marker.exists():
            return False
        found = {entry.name for entry in self.path.iterdir()} if self.path.exists() else set()
        if found - BEFORE_DATA:
            raise NotOurs
        return True

    def make(self, **facts: object) -> None:
        """A new folder with its marker; `facts` are kept in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.write_facts(**facts)

    def facts(self) -> dict[str, Any]:
        try:
            found = json.loads(self.marker.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_facts(self, **facts: object) -> None:
        """Add to the marker; it is never half written."""
        text = json.dumps({**self.facts(), **facts}, ensure_ascii=False, indent=1)
        beside = self.marker.with_suffix(f".{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.marker)

    def empty(self) -> None:
        """Everything in it goes except the lock that we hold; only where the marker is."""
        if not self.marker.exists():
            raise NotOurs
        for entry in self.path.iterdir():
            if entry.name in {LOCK, MARKER}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.marker.unlink()  # the last, so that a half-emptied folder is still known as ours

    @contextlib.contextmanager
    def alone(self) -> Iterator[Lock]:
        """One server at a time; the kernel gives the lock free however the process ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("a+", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                stream.seek(0)
                raise InUse(stream.read().strip()) from error
            lock = Lock(stream.fileno())
            lock.say("")
            yield lock
            lock.say("")


@dataclass(frozen=True)
class Lock:
    """The held lock; what is said in it, a second server tells its user."""

    handle: int

    def say(self, address: str) -> None:
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, address.encode(), 0)
