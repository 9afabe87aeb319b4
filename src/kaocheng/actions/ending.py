"""Ends sign-ins: the rows say so, and the sessions behind them are gone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from kaocheng.records.models import SignIn
from kaocheng.records.models.account import Ending
from kaocheng.records.sessions import delete_sessions


def end(rows: QuerySet[SignIn], because: Ending, at: datetime) -> int:
    """How many were still open."""
    open_rows = list(rows.filter(ended_at=None).values_list("pk", "session_digest"))
    delete_sessions(digest for _, digest in open_rows)
    return SignIn.objects.filter(pk__in=[pk for pk, _ in open_rows]).update(
        ended_at=at, ended_because=because
    )
