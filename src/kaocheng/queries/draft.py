"""What somebody has typed into a form and not yet sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.records.models import Draft


@dataclass(frozen=True)
class KeptDraft:
    """`content`: the values of each field by its name."""

    content: dict[str, list[str]]
    kept_at: datetime


def draft_of(account_id: int, form: str) -> KeptDraft | None:
    row = Draft.objects.filter(account_id=account_id, form=form).first()
    return KeptDraft(row.content, row.kept_at) if row else None
