"""Rows of the log as actions leave them, for tests that only need some."""

from __future__ import annotations

from datetime import datetime, timedelta

from kaocheng.records.models import AuditRow
from tests.cast import NOW


def log_rows(count: int, *, at: datetime = NOW, action: str = "unit.rename") -> list[AuditRow]:
    """Written as one action would: together."""
    rows = [
        AuditRow(
            at=at + timedelta(microseconds=number),
            action=action,
            account_id=number % 7,
            person_id=number % 7,
            role="lead",
            unit_path="000000000001/",
            object_kind="unit",
            object_id=str(number % 50),
            object_version=number,
            changes={"fields": ["name"]},
            request_id=f"{number:08X}",
        )
        for number in range(count)
    ]
    return AuditRow.objects.bulk_create(rows)
