"""The key of an action: claimed by whoever comes first, with the answer once it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

_CLAIM = """
insert into records_doneonce (account_id, key, action, asked_digest, answer, at)
values (%s, %s, %s, %s, '{}', %s)
on conflict do nothing returning id
"""
_KEEP = "update records_doneonce set answer = %s::jsonb where id = %s"


def claim_once(
    *, account_id: int, key: str, action: str, asked_digest: str, at: datetime
) -> int | None:
    """The id of our claim; None where somebody has claimed the key before.

    Inserting waits for another transaction with the same key, so that of two that come at the
    same moment one works and the other gets its answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [account_id, key, action, asked_digest, at])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def keep_answer(claim: int, answer: Mapping[str, Any]) -> None:
    """What whoever asks again is told."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [json.dumps(answer), claim])
