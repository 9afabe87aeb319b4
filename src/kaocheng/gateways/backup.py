"""Backups: the database by pg_dump, then the files, then a list of it all with digests.

The database goes first: every file that it names was there before, and files are never changed, so
the copy holds all that the dump names. A backup is made under another name and renamed when it is
whole.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kaocheng.gateways.database_address import django_database
from kaocheng.gateways.files import CHUNK_BYTES, FileStore, LocalFiles, digest_of
from kaocheng.gateways.postgres import find_programs

DUMP = "database.dump"
FILES = "files"
MANIFEST = "manifest.json"
# Small files of the data folder without which the rest is of little use.
BESIDE = ("secret-key", "kaocheng-data.json", "demo-accounts.json")
FORMAT = 1


class BackupFailed(Exception):
    """What is wrong, in the reader's words."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: SHA-256 by name of the dump and what lies beside it, and the files."""

    made_at: str
    program: str
    parts: Mapping[str, str]
    files: Mapping[str, int] = field(default_factory=dict)
    format: int = FORMAT


def make_backup(
    target: Path,
    *,
    address: str,
    data: Path,
    files: FileStore,
    made_at: str,
    program: str,
    beside: Sequence[str] = BESIDE,
) -> Manifest:
    """Write a whole backup to `target`, which must not be there yet, and check it."""
    if target.exists():
        raise BackupFailed(f"{target} 已经存在")
    half = target.with_name(f"{target.name}.partial")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    try:
        dump_database(address, half / DUMP)
        for name in beside:
            if (data / name).exists():
                shutil.copy2(data / name, half / name)
        kept = {digest: _keep_file(files, digest, half) for digest in files.digests()}
        parts = {name: _digest(half / name) for name in (DUMP, *beside) if (half / name).exists()}
        manifest = Manifest(made_at, program, parts, kept)
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        (half / MANIFEST).write_text(text, encoding="utf-8")
        check_backup(half)
        _sync(half)
        half.rename(target)
    except OSError as error:
        raise BackupFailed(os.strerror(error.errno or 0)) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((backup / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BackupFailed(f"没有 {MANIFEST}") from error
    except (ValueError, TypeError) as error:
        raise BackupFailed(f"{MANIFEST} 读不懂") from error
    if manifest.format != FORMAT:
        raise BackupFailed(f"格式 {manifest.format} 由更新的版本写成")
    return manifest


def check_backup(backup: Path) -> Manifest:
    """Read every byte again and compare; the dump must also list its tables."""
    manifest = read_manifest(backup)
    for name, digest in manifest.parts.items():
        if not (backup / name).is_file():
            raise BackupFailed(f"缺 {name}")
        if _digest(backup / name) != digest:
            raise BackupFailed(f"{name} 的内容变了")
    for digest in manifest.files:
        path = LocalFiles(backup / FILES).path(digest)
        if not path.is_file():
            raise BackupFailed(f"缺文件 {digest[:12]}")
        if _digest(path) != digest:
            raise BackupFailed(f"文件 {digest[:12]} 的内容变了")
    run_program("pg_restore", ["--list", str(backup / DUMP)], env={})
    return manifest


def dump_database(address: str, target: Path) -> None:
    """One consistent moment of the database, while everybody goes on working."""
    run_program(
        "pg_dump",
        ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"],
        env=connection_variables(address),
    )


def restore_database(address: str, dump: Path) -> None:
    """Into an empty database: wholly, or not at all."""
    variables = connection_variables(address)
    run_program(
        "pg_restore",
        [
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
            f"--dbname={variables['PGDATABASE']}",
            str(dump),
        ],
        env=variables,
    )


def restore_files(backup: Path, manifest: Manifest, files: FileStore) -> None:
    for digest, size in manifest.files.items():
        with LocalFiles(backup / FILES).open(digest) as stream:
            kept = files.keep(iter(lambda: stream.read(CHUNK_BYTES), b""), most_bytes=size)
        if kept.digest != digest:
            raise BackupFailed(f"文件 {digest[:12]} 的内容变了")


def restore_beside(backup: Path, data: Path) -> None:
    for name in BESIDE:
        if (backup / name).exists():
            shutil.copy2(backup / name, data / name)


def connection_variables(address: str) -> dict[str, str]:
    """For libpq: the password goes by the environment, never into the list of processes."""
    database = django_database(address)
    options = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    found = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        **{variable: database["OPTIONS"].get(name, "") for name, variable in options.items()},
    }
    return {name: value for name, value in found.items() if value}


def run_program(name: str, arguments: list[str], *, env: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  # a program of PostgreSQL, found by us
        [str(find_programs() / name), *arguments],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise BackupFailed(f"{name}：{lines[0] if lines else done.returncode}")
    return done.stdout


def _keep_file(files: FileStore, digest: str, backup: Path) -> int:
    """A second name for the same bytes where the file system can, else a copy; its size."""
    path = LocalFiles(backup / FILES).path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(files, LocalFiles) and _linked(files.path(digest), path):
        return path.stat().st_size
    with files.open(digest) as stream, path.open("wb") as copy:
        shutil.copyfileobj(stream, copy, CHUNK_BYTES)
        copy.flush()
        os.fsync(copy.fileno())
    return path.stat().st_size


def _linked(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)


def _sync(folder: Path) -> None:
    for path in (folder / DUMP, folder / MANIFEST, folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
