"""The embedded database for commands: the one that the server runs, or one of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaocheng.gateways.data_folder import DataFolder
from kaocheng.gateways.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[3]


def data_folder() -> DataFolder:
    """From KAOCHENG_DATA, else `data/` beside the sources."""
    return DataFolder(Path(os.environ.get("KAOCHENG_DATA") or ROOT / "data").absolute())


@contextmanager
def database(folder: DataFolder) -> Iterator[str]:
    """The address, also in DATABASE_URL; what was not running is started and stopped again."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    server = EmbeddedPostgres(folder.path / "postgres")
    running = server.is_running()
    if not running:
        server.start()
    os.environ["DATABASE_URL"] = server.address()
    try:
        yield server.address()
    finally:
        server.stop()
