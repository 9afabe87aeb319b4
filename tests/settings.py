"""The product's settings over a data folder and a database that live as long as the test run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kaocheng.gateways.postgres import EmbeddedPostgres

# Processes that a run starts inherit these two and share its server.
if "KAOCHENG_TESTS" not in os.environ:
    os.environ["KAOCHENG_TESTS"] = tempfile.mkdtemp(prefix="kaocheng-tests-")
    FOLDER = Path(os.environ["KAOCHENG_TESTS"])
    os.environ["KAOCHENG_DATA"] = str(FOLDER / "data")
    os.environ["DATABASE_URL"] = EmbeddedPostgres(FOLDER / "postgres").address()

from kaocheng.config.settings import *  # noqa: F403  # all of them, then our own

# The real one takes a quarter of a second for each password, on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tests that commit empty the tables after themselves, the log too.
DATABASES["default"]["OPTIONS"]["options"] = "-c kaocheng.empties_tables=on"  # noqa: F405
