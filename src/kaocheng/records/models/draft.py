"""What somebody has typed and not yet sent: kept by server and device, never an action."""

from __future__ import annotations

from django.db import models

from kaocheng.records.models.account import Account


class Draft(models.Model):
    """One form of one account. `serial` grows with every keeping; the newest wins."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=160)
    content = models.JSONField(default=dict)
    serial = models.PositiveIntegerField(default=1)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "form"], name="draft_once_per_form"),
        )

    def __str__(self) -> str:
        return f"#{self.account_id} {self.form}"
