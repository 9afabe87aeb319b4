"""Bringing the database to this version, with a backup before anything that exists is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from kaocheng.access.refusal import Refused


@dataclass(frozen=True)
class Migrations:
    """What was applied to this database, what is still to do, and what only a newer program has."""

    applied: int
    pending: tuple[str, ...]
    unknown: tuple[str, ...]


def migrations() -> Migrations:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = MigrationRecorder(connection).applied_migrations()
    ours = {app for app, _ in executor.loader.disk_migrations}
    unknown = [
        key for key in applied if key[0] in ours and key not in executor.loader.disk_migrations
    ]
    return Migrations(
        applied=len(applied),
        pending=tuple(f"{one.app_label}.{one.name}" for one, _ in plan),
        unknown=tuple(sorted(f"{app}.{name}" for app, name in unknown)),
    )


def migrate(*, back_up: Callable[[], object]) -> Migrations:
    """Apply what is pending; where there is data already, only after `back_up` has returned."""
    found = migrations()
    if found.unknown:
        raise Refused("W98", migration=found.unknown[0])
    if found.pending:
        if found.applied:
            back_up()
        call_command("migrate", verbosity=0, interactive=False)
    return found
