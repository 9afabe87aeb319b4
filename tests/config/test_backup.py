"""The drill: back up while people write, lose it all, restore, compare; and what must not work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kaocheng.access.refusal import Refused
from kaocheng.gateways.backup import BackupFailed, check_backup
from kaocheng.gateways.files import LocalFiles, digest_of
from kaocheng.gateways.postgres import EmbeddedPostgres
from tests.config.servers import environment, manage, server, wait_until_ready

# Hands in files one after the other through the product's own action, and says each digest.
WRITER = """
import django, itertools
django.setup()
from kaocheng.access.actor import Actor, By, Held
from kaocheng.actions.file import store_file
from kaocheng.actions.perform import Answer, action
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import FileUse, Person, Unit
from datetime import date
unit, _ = Unit.objects.unscoped("a drill").get_or_create(
    name="榕荫小学", kind="school", pinyin="r", path="1/", opens_on=date(2000, 9, 1))
person, _ = Person.objects.unscoped("a drill").get_or_create(name="林晓棠", pinyin="l")
held = Held(0, "member", unit.pk, "school", unit.name, unit.path)

@action("drill.hand_in")
def hand_in(act, *, number):
    use = store_file(act, content=b"%PDF-1.7 " + str(number).encode(), name=f"{number}.pdf",
                     object_kind="drill", object_id=str(number))
    return Answer.of(use)

for number in itertools.count():
    by = By(Actor(None, person.pk, person.name, held), at=CLOCK.now())
    use = FileUse.objects.unscoped("a drill").get(pk=hand_in(by, number=number).id)
    print(use.file.digest, flush=True)
"""
TABLES = ("records_storedfile", "records_fileuse", "records_auditrow", "records_job")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: as root the database's user has to reach it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-backup-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def rows(address: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(address) as connection:
        return {
            table: connection.execute(f"select * from {table} order by 1").fetchall()
            for table in TABLES
        }


def test_backup_under_writes_comes_back_equal(folder: Path) -> None:
    data, backup, again = folder / "data", folder / "backup", folder / "again"
    with server(data, "--empty") as running:
        wait_until_ready(running)
        address = EmbeddedPostgres(data / "postgres").address()
        writing = subprocess.Popen(
            [sys.executable, "-c", WRITER],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(
                KAOCHENG_DATA=str(data),
                DATABASE_URL=address,
                DJANGO_SETTINGS_MODULE="kaocheng.config.settings",
            ),
        )
        assert writing.stdout is not None
        said = [writing.stdout.readline().strip() for _ in range(30)]
        reading = threading.Thread(target=lambda: said.extend(writing.stdout.read().split()))  # type: ignore[union-attr]  # asserted above
        reading.start()

        done = manage(data, "backup", "--to", str(backup))

        writing.terminate()
        writing.wait()
        reading.join()
        writing.stdout.close()
        assert done.returncode == 0, done.stderr
    shutil.rmtree(data)

    restored = manage(again, "restore", str(backup), "--data", str(again))
    assert restored.returncode == 0, restored.stderr

    with EmbeddedPostgres(folder / "compared") as compared:
        subprocess.run(
            [
                *("pg_restore", "--no-owner", "--dbname=" + compared.address()),
                str(backup / "database.dump"),
            ],
            check=True,
            env={**os.environ, "PATH": str(programs())},
        )
        before = rows(compared.address())
    with EmbeddedPostgres(again / "postgres") as server_again:
        after = rows(server_again.address())
    assert after == before
    files = LocalFiles(again / "files")
    for digest in files.digests():
        with files.open(digest) as stream:
            assert digest_of(stream) == digest
    # Everything that was committed before the backup began is in it, rows and bytes.
    assert set(said[:30]) <= {str(row[1]) for row in after["records_storedfile"]}
    assert {str(row[1]) for row in after["records_storedfile"]} <= set(files.digests())
    assert (again / "secret-key").read_text("ascii") == (backup / "secret-key").read_text("ascii")


def programs() -> Path:
    from kaocheng.gateways.postgres import find_programs

    return find_programs()


@pytest.fixture(scope="module")
def backup() -> Iterator[Path]:
    """A small backup with one file in it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-backup-"))
    LocalFiles(made / "data" / "files").keep([b"%PDF-1.7"], most_bytes=100)
    (made / "data" / "kaocheng-data.json").write_text("{}", encoding="ascii")
    done = manage(made / "data", "upgrade")
    assert done.returncode == 0, done.stderr
    done = manage(made / "data", "backup", "--to", str(made / "backup"))
    assert done.returncode == 0, done.stderr
    yield made / "backup"
    shutil.rmtree(made, ignore_errors=True)


def test_backup_says_what_it_holds(backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text("utf-8"))

    assert set(manifest["parts"]) == {"database.dump", "secret-key", "kaocheng-data.json"}
    assert list(manifest["files"].values()) == [8]
    assert backup.stat().st_mode & 0o777 == 0o700


def test_backup_is_not_written_over_another_one(backup: Path) -> None:
    done = manage(backup.parent / "data", "backup", "--to", str(backup))

    assert done.returncode == 1
    assert "已经存在" in done.stderr
    check_backup(backup)


def test_w96_folder_with_data_is_not_restored_into(backup: Path) -> None:
    data = backup.parent / "data"

    done = manage(data, "restore", str(backup), "--data", str(data))

    assert done.returncode == 1
    assert "“甲”里已经有数据，没有恢复。" in done.stderr.replace(str(data), "甲")


@pytest.mark.parametrize("broken", ["database.dump", "manifest.json", "file", "secret-key"])
def test_w97_damaged_backup_is_found_and_nothing_is_restored(
    backup: Path, broken: str, folder: Path
) -> None:
    copy = folder / "copy"
    shutil.copytree(backup, copy)
    path = next((copy / "files").glob("*/*")) if broken == "file" else copy / broken
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(BackupFailed):
        check_backup(copy)
    done = manage(folder / "new", "restore", str(copy), "--data", str(folder / "new"))

    assert done.returncode == 1
    assert "备份不完整：" in done.stderr
    assert str(Refused("W97", what="缺 x")) == "备份不完整：缺 x。"
    assert not (folder / "new" / "kaocheng-data.json").exists()


def test_missing_file_is_found(backup: Path, folder: Path) -> None:
    copy = folder / "copy"
    shutil.copytree(backup, copy)
    next((copy / "files").glob("*/*")).unlink()

    done = manage(folder, "verify-backup", str(copy))

    assert done.returncode == 1
    assert "备份不完整：缺文件" in done.stderr


def test_sound_backup_is_said_to_be_sound(backup: Path) -> None:
    done = manage(backup.parent, "verify-backup", str(backup))

    assert done.returncode == 0, done.stderr
    assert "备份完好：" in done.stdout


def test_upgrade_of_present_data_changes_nothing(backup: Path) -> None:
    done = manage(backup.parent / "data", "upgrade")

    assert done.stdout.strip() == "数据已经是现在的版本，没有改动。"
    assert not (backup.parent / "data" / "backups").exists()
