"""What an action answered, kept so that sending it twice does it once."""

from __future__ import annotations

from django.db import models


class DoneOnce(models.Model):
    """One idempotency key of one account: the digest of what was asked, and the answer."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    action = models.CharField(max_length=48)
    asked_digest = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account_id", "key"], name="done_once"),)
        indexes = (models.Index(fields=["at"], name="done_once_at"),)

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
