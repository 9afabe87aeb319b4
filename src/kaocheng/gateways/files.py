"""Bytes by their SHA-256: a folder of our own, or a store that speaks S3.

What is under a digest never changes and is there wholly or not at all. Who may read it is not
known here; `actions.file` and `access.file` know.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

# No space, over the quota, and over the largest file that the system allows us.
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 8192


class TooBig(Exception):
    """More bytes came than are taken; nothing of them is kept."""


class NoSpace(Exception):
    """The disk is full; nothing is kept."""


class NotThere(Exception):
    """There are no bytes under this digest."""


@dataclass(frozen=True)
class Kept:
    """What `keep` kept; `head` is the beginning, from which the kind of file is told."""

    digest: str
    size: int
    head: bytes


class FileStore(Protocol):
    """What both kinds of store can do."""

    def keep(self, chunks: Iterable[bytes], *, most_bytes: int) -> Kept: ...

    def open(self, digest: str) -> BinaryIO: ...

    def has(self, digest: str) -> bool: ...

    def remove_if_older(self, digest: str, *, seconds: float) -> bool: ...

    def digests(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class LocalFiles:
    """`<folder>/ab/<digest>`; what arrives is written into `<folder>/incoming` first."""

    folder: Path

    def path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def keep(self, chunks: Iterable[bytes], *, most_bytes: int) -> Kept:
        """Write, wait until the disk has it, then publish under its digest in one step."""
        with _space():
            self.incoming.mkdir(parents=True, exist_ok=True)
            arriving = self.incoming / secrets.token_hex(16)
            try:
                kept = _write(arriving, chunks, most_bytes=most_bytes)
                self._publish(arriving, kept.digest)
            finally:
                arriving.unlink(missing_ok=True)
        return kept

    def open(self, digest: str) -> BinaryIO:
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            raise NotThere(digest) from error

    def has(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def remove_if_older(self, digest: str, *, seconds: float) -> bool:
        """Remove what nobody has handed in again for so long; the caller knows nothing uses it."""
        with self._alone(fcntl.LOCK_EX):
            path = self.path(digest)
            # The real time, not the product's clock: it is compared with the file system's.
            if not path.is_file() or time.time() - path.stat().st_mtime < seconds:
                return False
            path.unlink()
            return True

    def digests(self) -> Iterator[str]:
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if len(path.name) == 64:
                yield path.name

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    def _publish(self, arriving: Path, digest: str) -> None:
        path = self.path(digest)
        with self._alone(fcntl.LOCK_SH):
            if path.is_file():
                path.touch()  # handed in again, so that no clean-up takes it meanwhile
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            arriving.chmod(0o440)
            arriving.rename(path)
            _sync_folder(path.parent)

    @contextlib.contextmanager
    def _alone(self, kind: int) -> Iterator[None]:
        """Publishing goes on side by side; removing waits for it, and it for removing."""
        with (self.incoming.parent / "lock").open("a") as lock:
            fcntl.flock(lock, kind)
            yield


def clear_incoming(folder: Path) -> None:
    """At the start of the server: what a killed process was writing belongs to nobody."""
    for left in (folder / "incoming").glob("*"):
        left.unlink(missing_ok=True)


def digest_of(stream: BinaryIO) -> str:
    """SHA-256 of what is left in the stream."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def store() -> FileStore:
    """The store of this installation, by its settings."""
    from django.conf import settings

    if settings.FILES_ADDRESS:
        from kaocheng.gateways.s3 import S3Files

        return S3Files.of(settings.FILES_ADDRESS)
    return LocalFiles(settings.DATA / "files")


def _write(path: Path, chunks: Iterable[bytes], *, most_bytes: int) -> Kept:
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("xb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if size > most_bytes:
                raise TooBig
            digest.update(chunk)
            head = (head + chunk[:HEAD_BYTES])[:HEAD_BYTES]
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return Kept(digest.hexdigest(), size, head)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoSpace from error
        raise
