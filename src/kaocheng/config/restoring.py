"""Bringing a backup back: into an empty data folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from kaocheng.access.refusal import Refused
from kaocheng.gateways.backup import (
    DUMP,
    BackupFailed,
    check_backup,
    connection_variables,
    restore_beside,
    restore_database,
    restore_files,
)
from kaocheng.gateways.data_folder import DataFolder, NotOurs
from kaocheng.gateways.files import LocalFiles
from kaocheng.gateways.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Restored:
    """What came back."""

    files: int
    audit_rows: int


def restore(backup: Path, data: Path) -> Restored:
    """Check the backup, fill the folder, compare; a failure leaves the folder empty again."""
    try:
        manifest = check_backup(backup)
    except BackupFailed as failed:
        raise Refused("W97", what=failed) from failed
    _must_be_empty(data)
    files = LocalFiles(data / "files")
    try:
        restore_beside(backup, data)
        restore_files(backup, manifest, files)
        if given := os.environ.get("DATABASE_URL"):
            found = _fill(given, backup / DUMP, files)
        else:
            with EmbeddedPostgres(data / "postgres") as server:
                found = _fill(server.address(), backup / DUMP, files)
    except BackupFailed as failed:
        _empty(data)
        raise Refused("W97", what=failed) from failed
    except BaseException:
        _empty(data)
        raise
    DataFolder(data).write_facts(restored_at=datetime.now(UTC).isoformat(timespec="seconds"))
    return Restored(files=len(manifest.files), audit_rows=found)


def _must_be_empty(data: Path) -> None:
    try:
        is_new = DataFolder(data).is_new()
    except NotOurs:
        is_new = False
    if not is_new:
        raise Refused("W96", folder=data)
    data.mkdir(parents=True, exist_ok=True)


def _fill(address: str, dump: Path, files: LocalFiles) -> int:
    """The rows, and whether every file that they name is there; how many rows the log has."""
    variables = connection_variables(address)
    with psycopg.connect(_conninfo(variables), autocommit=True) as connection:
        tables = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
        if tables is None or tables[0]:
            raise Refused("W96", folder=variables["PGDATABASE"])
        restore_database(address, dump)
        for (digest,) in connection.execute("select digest from records_storedfile").fetchall():
            if not files.has(digest):
                raise BackupFailed(f"缺文件 {digest[:12]}")
        row = connection.execute("select count(*) from records_auditrow").fetchone()
        return row[0] if row else 0


def _conninfo(variables: dict[str, str]) -> str:
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    names |= {"PGDATABASE": "dbname", "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert"}
    return psycopg.conninfo.make_conninfo(**{names[n]: value for n, value in variables.items()})


def _empty(data: Path) -> None:
    for entry in data.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
