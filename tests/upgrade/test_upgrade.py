"""Data of every landed state can be restored, brought to this version, and read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kaocheng.gateways.files import LocalFiles
from kaocheng.gateways.postgres import EmbeddedPostgres
from tests.config.servers import manage

STATES = sorted(path.parent for path in Path(__file__).parent.glob("*/manifest.json"))


@pytest.fixture
def data() -> Iterator[Path]:
    """Not below pytest's own folder: as root the database's user has to reach it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-upgrade-"))
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


def test_there_is_a_sample_of_a_landed_state_and_each_is_small() -> None:
    assert STATES
    for state in STATES:
        size = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
        assert size < 200_000, state.name


@pytest.mark.parametrize("state", STATES, ids=lambda path: path.name)
def test_data_of_a_landed_state_upgrades(state: Path, data: Path) -> None:
    restored = manage(data, "restore", str(state), "--data", str(data))
    assert restored.returncode == 0, restored.stderr

    upgraded = manage(data, "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr

    with (
        EmbeddedPostgres(data / "postgres") as server,
        psycopg.connect(server.address()) as connection,
    ):
        found = connection.execute(
            "select p.name, u.name, f.name, f.receipt_number, s.digest from records_person p"
            " join records_fileuse f on f.person_id = p.id"
            " join records_unit u on u.id = f.unit_id"
            " join records_storedfile s on s.id = f.file_id"
        ).fetchall()
    [(person, unit, name, receipt, digest)] = found
    assert (person, unit, name, receipt) == ("林晓棠", "榕荫小学", "教案.pdf", "HZ-20261127-0001")
    with LocalFiles(data / "files").open(digest) as stream:
        assert stream.read().startswith(b"%PDF-1.7")
