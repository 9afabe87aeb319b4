"""Row locks in one order, so that two actions never wait for each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models

from kaocheng.records.scoped import OwnedQuerySet

Row = TypeVar("Row", bound=models.Model)


def locked(rows: OwnedQuerySet[Row], ids: Iterable[int]) -> dict[int, Row]:
    """The rows with these ids, locked until the transaction ends, lowest id first."""
    wanted = sorted(set(ids))
    found = rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    return {row.pk: row for row in found}


def lock_name(name: str) -> None:
    """One holder of the name at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
