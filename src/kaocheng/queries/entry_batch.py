"""The entries of one import: found again by who brought the table, and when it was taken over."""

from __future__ import annotations

from django.db.models import Q

from kaocheng.records.models import Entry, FileUse
from kaocheng.records.scoped import OwnedQuerySet

TABLE = "entrytable"
WHY = "which entries came together is no secret among those who see them"


def place_of(adoption_id: int, register: str) -> str:
    """What the table of an import is kept for."""
    return f"{adoption_id} {register}"[:40]


def tables_of(adoption_id: int, register: str) -> OwnedQuerySet[FileUse]:
    """The tables that were brought for a register."""
    rows = FileUse.objects.unscoped(WHY)
    return rows.filter(object_kind=TABLE, object_id=place_of(adoption_id, register))


def batch_of(entry: Entry) -> FileUse | None:
    """The table with which the entry came; None where it was entered by itself."""
    if entry.entered_by_id is None:
        return None
    tables = tables_of(entry.adoption_id, entry.register)
    return tables.filter(person=entry.entered_by_id, withdrawn_at=entry.entered_at).first()


def came_with(table: FileUse) -> Q:
    """The entries of its register that came with the table."""
    return Q(entered_by=table.person_id, entered_at=table.withdrawn_at)
