"""Whether this server can do its work right now."""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from kaocheng.gateways.pulse import PULSE

# Migrations of a running server are never taken back, so that one look is enough.
_migrated: list[bool] = []


def what_is_missing() -> list[str]:
    """`database`, `migrations`, and the names of background threads that are gone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        missing = [] if is_migrated() else ["migrations"]
    except Error:
        missing = ["database"]
    return [*missing, *PULSE.lost()]


def is_migrated() -> bool:
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.append(True)
    return True
