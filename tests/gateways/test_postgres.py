"""The embedded PostgreSQL: quick, ours alone, gone with us, and nothing that was committed lost."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kaocheng.gateways.postgres import EmbeddedPostgres, PostgresFailed, find_programs

Process = subprocess.Popen[str]

# Starts the server, makes a table, commits number after number and says each.
WRITER = """
import sys, pathlib, psycopg
from kaocheng.gateways.postgres import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
address = server.start()
with psycopg.connect(address, autocommit=True) as connection:
    connection.execute("create table if not exists numbers (n int primary key)")
    start = connection.execute("select coalesce(max(n), 0) from numbers").fetchone()[0]
    print("pid", server.process.pid, flush=True)
    for n in range(start + 1, start + 100000):
        connection.execute("insert into numbers values (%s)", [n])
        print(n, flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: as root another user has to reach it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-pg-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """Making a cluster waits for the disk a thousand times; one is made and copied."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-pg-once-"))
    with EmbeddedPostgres(made, {"fsync": "off"}):
        pass
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def cluster(folder: Path, made_once: Path) -> Path:
    """A folder with a cluster that has run and was stopped."""
    subprocess.run(["cp", "-a", str(made_once / "cluster"), str(folder)], check=True)
    return folder


def writer(folder: Path, *, user: str = "", python: str = sys.executable) -> Process:
    options = {"user": user, "group": pwd.getpwnam(user).pw_gid} if user else {}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # options by name
        [python, "-c", WRITER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        **options,
    )


def read_until(process: Process, count: int) -> tuple[int, int]:
    """The server's process id and the last number that was said to be committed."""
    assert process.stdout is not None
    pid = last = 0
    for line in process.stdout:
        if line.startswith("pid"):
            pid = int(line.split()[1])
        else:
            last = int(line)
        if last >= count:
            break
    return pid, last


def finish(process: Process, last: int) -> int:
    """Read what it had still said; the last number."""
    assert process.stdout is not None
    rest = [line for line in process.stdout.read().split("\n")[:-1] if line.isdecimal()]
    process.wait()
    process.stdout.close()
    assert process.stderr is not None
    process.stderr.close()
    return int(rest[-1]) if rest else last


def is_gone(pid: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def numbers(address: str) -> set[int]:
    with psycopg.connect(address) as connection:
        return {n for (n,) in connection.execute("select n from numbers").fetchall()}


def test_server_starts_in_a_folder_with_spaces_and_chinese_and_again_quickly(
    folder: Path, record_property: pytest.FixtureRequest
) -> None:
    where = folder / "数据 文件夹" / "postgres"
    began = time.monotonic()
    with EmbeddedPostgres(where) as server:
        first = time.monotonic() - began
        with psycopg.connect(server.address()) as connection:
            assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert server.is_running()
    assert not server.is_running()

    began = time.monotonic()
    with EmbeddedPostgres(where):
        again = time.monotonic() - began

    record_property("first_start_seconds", round(first, 2))  # type: ignore[operator]
    record_property("later_start_seconds", round(again, 2))  # type: ignore[operator]
    # A loaded machine is allowed its time; alone it takes about a second.
    assert again < first + 5


def test_path_too_long_for_a_socket_works_too(folder: Path, made_once: Path) -> None:
    where = folder / ("很长的文件夹名" * 8) / "postgres"
    where.mkdir(parents=True)
    subprocess.run(["cp", "-a", str(made_once / "cluster"), str(where)], check=True)

    with EmbeddedPostgres(where) as server:
        assert not server.sockets.is_relative_to(where)
        with psycopg.connect(server.address()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_killed_parent_leaves_no_orphan_and_loses_nothing(cluster: Path) -> None:
    process = writer(cluster)
    pid, last = read_until(process, 50)

    process.send_signal(signal.SIGKILL)
    last = finish(process, last)

    assert is_gone(pid, seconds=15)
    with EmbeddedPostgres(cluster) as server:
        kept = numbers(server.address())
    assert set(range(1, last + 1)) <= kept <= set(range(1, last + 2))


def test_killed_database_recovers_at_the_next_start_and_loses_nothing(cluster: Path) -> None:
    process = writer(cluster)
    pid, last = read_until(process, 50)

    os.kill(pid, signal.SIGKILL)
    last = finish(process, last)

    with EmbeddedPostgres(cluster) as server:
        kept = numbers(server.address())
        said = server.log.read_text("utf-8")
    assert set(range(1, last + 1)) <= kept <= set(range(1, last + 2))
    assert "was not properly shut down; automatic recovery in progress" in said


def test_next_start_waits_for_a_server_that_is_still_shutting_down(cluster: Path) -> None:
    process = writer(cluster)
    pid, _ = read_until(process, 5)
    process.send_signal(signal.SIGKILL)

    with EmbeddedPostgres(cluster) as server:
        assert is_gone(pid, seconds=0.2)
        assert numbers(server.address()) >= {1, 2, 3, 4, 5}
    finish(process, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can only be taken by root")
def test_root_gives_the_database_to_another_user(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        assert server.process is not None
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert owner == pwd.getpwnam("nobody").pw_uid
        assert (server.cluster.stat().st_uid, server.cluster.stat().st_mode & 0o777) == (
            owner,
            0o700,
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can only be taken by root")
def test_ordinary_user_runs_it_as_themselves(cluster: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(cluster, nobody.pw_uid, nobody.pw_gid)
    python = python_of_nobody()
    if not python:
        pytest.skip("Python lies where nobody may not look")
    process = writer(cluster, user="nobody", python=python)

    pid, last = read_until(process, 3)
    owner = Path(f"/proc/{pid}").stat().st_uid
    process.send_signal(signal.SIGKILL)
    finish(process, last)

    assert (owner, last) == (nobody.pw_uid, 3)
    assert is_gone(pid, seconds=15)


def python_of_nobody() -> str:
    """A Python that another user can start too: our own, else that of the system."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path="/usr/bin")):
        try:
            if (
                python
                and subprocess.run([python, "-V"], user="nobody", check=False).returncode == 0
            ):
                return python
        except PermissionError:
            continue
    return ""


def test_w95_reason_is_told_in_the_readers_words(folder: Path) -> None:
    from kaocheng.access.refusal import Refused

    shutil.rmtree(folder)
    folder.parent.joinpath(folder.name).write_text("a file", encoding="ascii")
    with pytest.raises(PostgresFailed) as failed:
        EmbeddedPostgres(folder).start()
    folder.unlink()
    assert failed.value.said == "原因见日志。"

    full = PostgresFailed("start", 'FATAL: could not write "x": No space left on device')
    said = str(Refused("W95", reason=full.said, log="x.log"))
    assert said == "数据库没有启动：磁盘满了。"


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk can only be mounted by root")
def test_full_disk_is_told_and_what_was_committed_is_there_afterwards(folder: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=80m,mode=711", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with (
            EmbeddedPostgres(folder / "postgres") as server,
            psycopg.connect(server.address(), autocommit=True) as connection,
        ):
            connection.execute("create table numbers (n int primary key)")
            connection.execute("insert into numbers select generate_series(1, 100)")
        filler = folder / "filler"
        with pytest.raises(OSError, match="No space"):
            filler.write_bytes(bytes(100_000_000))

        with pytest.raises(PostgresFailed) as failed:
            EmbeddedPostgres(folder / "postgres").start()
        assert failed.value.said == "磁盘满了。"

        filler.unlink()
        with EmbeddedPostgres(folder / "postgres") as server:
            assert numbers(server.address()) == set(range(1, 101))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_programs_of_one_version_are_found() -> None:
    programs = find_programs()

    for name in ("postgres", "initdb", "pg_dump", "pg_restore", "pg_isready"):
        assert os.access(programs / name, os.X_OK)
