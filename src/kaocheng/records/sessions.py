"""Ends sessions by the digests of their keys; the keys stand in the session store alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection

# `0003_account_guards` indexes this expression.
DELETE = "delete from django_session where encode(sha256(session_key::bytea), 'hex') = any(%s)"


def session_digest(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


def delete_sessions(digests: Iterable[str]) -> int:
    """Whoever sends one of these sessions is signed out from now on; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [list(digests)])
        return int(cursor.rowcount)
