"""Seal what was logged: batches of rows into the chain, within a second of their commit.

Called by the scheduler; several at once wait for each other. A row is sealed as soon as it is
committed, whatever its id, and leaves the waiting list in the transaction of its seal: none is left
out and none is sealed twice, whatever the isolation level.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from kaocheng.gateways.audit_heads import Head, keep_head
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.chain import Seal, next_seal
from kaocheng.queries.audit_check import moment_text, newest_seal, row_values
from kaocheng.records.locking import lock_name
from kaocheng.records.models import AuditSeal

MOST_ROWS_IN_A_SEAL = 2_000


def seal(now: datetime) -> int:
    """Seal all that waits; answers how many rows that was."""
    sealed, last = 0, None
    while made := _seal_batch(now):
        sealed, last = sealed + len(made.rows), made
        if len(made.rows) < MOST_ROWS_IN_A_SEAL:
            break
    if last is not None:
        day = now.astimezone(CHINA).date().isoformat()
        keep_head(settings.AUDIT_HEADS, Head(last.number, last.digest, day))
    return sealed


def _seal_batch(now: datetime) -> Seal | None:
    if not _anything_waits():
        return None
    with transaction.atomic():
        lock_name("audit seal")
        rows = row_values(_take_waiting())
        if not rows:
            return None
        made = next_seal(newest_seal(), settings.AUDIT_DIGEST, moment_text(now), rows)
        AuditSeal(
            number=made.number,
            method=made.method,
            rows=made.rows,
            digest=made.digest,
            sealed_at=now,
        ).save(force_insert=True)
    return made


def _anything_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from records_auditunsealed)")
        return bool((cursor.fetchone() or (False,))[0])


def _take_waiting() -> list[int]:
    """The ids of the next batch, no longer waiting if this transaction commits.

    Ids whose row is gone stay: `verify_audit` has to find them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from records_auditunsealed where row_id in ("
            " select waits.row_id from records_auditunsealed waits"
            " join records_auditrow row on row.id = waits.row_id"
            " order by waits.row_id limit %s) returning row_id",
            [MOST_ROWS_IN_A_SEAL],
        )
        return [id for (id,) in cursor.fetchall()]
