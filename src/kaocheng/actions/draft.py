"""Keeping what is typed. Not actions: nothing is decided by them, and the log is not filled.

A draft belongs to one account and is seen by nobody else; the newest keeping wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from kaocheng.access.refusal import Refused
from kaocheng.records.models import Draft

MOST_BYTES = 200_000
# Somebody who comes back after the holidays still finds it.
KEPT_FOR = timedelta(days=90)


class DraftTooBig(Refused):
    status = 413

    def __init__(self) -> None:
        super().__init__("W10")


def keep_draft(
    account_id: int, form: str, content: Mapping[str, Sequence[str]], *, at: datetime
) -> None:
    """One statement, so that two windows of one person never stop each other."""
    Draft.objects.bulk_create(
        [Draft(account_id=account_id, form=form, content=dict(content), kept_at=at)],
        update_conflicts=True,
        unique_fields=["account", "form"],
        update_fields=["content", "kept_at"],
    )
    Draft.objects.filter(account_id=account_id, form=form).update(serial=F("serial") + 1)


def drop_draft(account_id: int, form: str) -> None:
    Draft.objects.filter(account_id=account_id, form=form).delete()


def drop_old_drafts(now: datetime) -> int:
    """How many were dropped; for the scheduler, once a day."""
    return Draft.objects.filter(kept_at__lt=now - KEPT_FOR).delete()[0]
