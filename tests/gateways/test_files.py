"""The store: whole or not at all, the same bytes once, a full disk told, nothing left behind."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaocheng.gateways.files import (
    LocalFiles,
    NotThere,
    TooBig,
    clear_incoming,
    digest_of,
)

MEGABYTE = 1_000_000
CONTENT = "教案".encode() * 1000


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def test_bytes_are_found_under_their_digest(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)

    kept = files.keep([CONTENT[:100], CONTENT[100:]], most_bytes=MEGABYTE)

    assert (kept.digest, kept.size, kept.head) == (
        hashlib.sha256(CONTENT).hexdigest(),
        len(CONTENT),
        CONTENT[:8192],
    )
    with files.open(kept.digest) as stream:
        assert digest_of(stream) == kept.digest
    assert files.has(kept.digest)
    assert list(files.digests()) == left_in(tmp_path) == [kept.digest]


def test_same_bytes_are_kept_once(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    results = []

    def keep() -> None:
        results.append(files.keep([CONTENT], most_bytes=MEGABYTE))

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(results)) == 1
    assert len(left_in(tmp_path)) == 1


def test_too_many_bytes_and_a_broken_sender_leave_nothing(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)

    def breaks() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(TooBig):
        files.keep([CONTENT], most_bytes=10)
    with pytest.raises(ConnectionResetError):
        files.keep(breaks(), most_bytes=MEGABYTE)

    assert left_in(tmp_path) == []


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        LocalFiles(tmp_path).open("0" * 64)
    assert not LocalFiles(tmp_path).has("0" * 64)


def test_old_bytes_are_removed_and_fresh_ones_stay(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    old = files.keep([b"old"], most_bytes=100).digest
    again = files.keep([b"again"], most_bytes=100).digest
    for digest in (old, again):
        os.utime(files.path(digest), (time.time() - 7200,) * 2)
    files.keep([b"again"], most_bytes=100)

    assert files.remove_if_older(old, seconds=3600)
    assert not files.remove_if_older(again, seconds=3600)
    assert left_in(tmp_path) == [again]


def test_sender_that_was_killed_leaves_only_what_the_next_start_clears(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib\n"
        "from kaocheng.gateways.files import LocalFiles\n"
        "def chunks():\n"
        "    yield b'half'\n"
        "    print('half', flush=True)\n"
        "    import time; time.sleep(60)\n"
        "LocalFiles(pathlib.Path(sys.argv[1])).keep(chunks(), most_bytes=100)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert list(LocalFiles(tmp_path).digests()) == []
    assert len(left_in(tmp_path)) == 1
    clear_incoming(tmp_path)
    assert left_in(tmp_path) == []


def test_w90_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: the system refuses the write."""
    code = (
        "import sys, pathlib, resource, signal\n"
        "from kaocheng.access.refusal import Refused\n"
        "from kaocheng.gateways.files import LocalFiles, NoSpace\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "files = LocalFiles(pathlib.Path(sys.argv[1]))\n"
        "files.keep([b'small'], most_bytes=1_000_000)\n"
        "try:\n"
        "    files.keep([b'a' * 300_000], most_bytes=1_000_000)\n"
        "except NoSpace:\n"
        "    print(Refused('W90'))\n"
    )
    assert resource.RLIMIT_FSIZE is not None

    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ).stdout

    assert said == "服务器的磁盘满了，这次没有写入任何内容，原有内容都在。\n"
    assert left_in(tmp_path) == [hashlib.sha256(b"small").hexdigest()]
