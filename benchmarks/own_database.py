"""A database of its own for a benchmark of the platform, as the product starts and migrates it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_database() -> Iterator[None]:
    """Django over a fresh PostgreSQL and data folder, both gone afterwards."""
    import django
    from django.core.management import call_command

    from kaocheng.gateways.postgres import EmbeddedPostgres

    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as server,
    ):
        os.environ["KAOCHENG_DATA"] = str(Path(folder) / "data")
        os.environ["DATABASE_URL"] = server.address()
        os.environ["DJANGO_SETTINGS_MODULE"] = "kaocheng.config.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        yield
