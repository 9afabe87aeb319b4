"""What holds for all tests: repeatable properties, one PostgreSQL, a fixed cast."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from kaocheng.gateways.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from tests.cast import Cast

# Where nothing may be compiled beside its source, what is imported would be compiled anew in every
# process that a test starts: a second or two of each.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / "build" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

# Derandomized: a property that fails for one fails for all. No deadline: machines differ.
settings.register_profile("kaocheng", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("kaocheng")

SERVER = pytest.StashKey[EmbeddedPostgres]()
# Nothing of a test run has to outlive it.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for the whole run: the first process starts it, the others find it."""
    if hasattr(config, "workerinput"):
        return
    server = EmbeddedPostgres(Path(os.environ["KAOCHENG_TESTS"]) / "postgres", FAST)
    server.start()
    config.stash[SERVER] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `browser` on a machine without Chromium."""
    if shutil.which("chromium"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="chromium is not installed"))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The product's clock stands still: Friday 2026-11-27, ten in the morning in China."""
    from kaocheng.gateways.clock import CLOCK
    from tests.cast import NOW

    monkeypatch.setattr(CLOCK, "source", lambda: NOW)
    return NOW


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:  # what the cast stands on
    """Everybody of the fixed cast, freshly made."""
    from tests.cast import make_cast

    return make_cast()
