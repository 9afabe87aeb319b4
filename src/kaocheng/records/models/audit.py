"""操作日志: what was done, chained so that a later change of it shows."""

from __future__ import annotations

from django.db import models


class AuditRow(models.Model):
    """One action, written in its own transaction. A trigger refuses to change or delete it.

    No personal data: `changes` names fields and holds plain values only where these are not
    personal; the rest are salted digests.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=48)
    account_id = models.BigIntegerField(null=True)
    # The person in whose name it counts, and who acted for them, if anybody.
    person_id = models.BigIntegerField(null=True)
    helper_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=16, blank=True)
    unit_path = models.CharField(max_length=200, db_collation="C", blank=True)
    object_kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=40)
    object_version = models.PositiveIntegerField(null=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["object_kind", "object_id", "id"], name="audit_object"),
            models.Index(fields=["unit_path", "id"], name="audit_unit"),
            models.Index(fields=["person_id", "id"], name="audit_person"),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.object_kind} {self.object_id}"


class AuditUnsealed(models.Model):
    """A row that waits for its seal; a trigger writes it beside the row, the sealer takes it away.

    Rows are found by this table and not by their ids, because a slow transaction commits a low id
    after higher ones were sealed.
    """

    row_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.row_id)


class AuditSeal(models.Model):
    """A batch of rows in the chain: digest over the previous seal and the digests of the rows.

    `rows` is a list of [id, digest], lowest id first; `methods.chain` says what is digested.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    method = models.CharField(max_length=8, default="sha256")
    rows = models.JSONField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class AuditAnchor(models.Model):
    """A seal's digest that was given out of our hands: printed in a notice, sent, exported."""

    seal = models.ForeignKey(AuditSeal, models.PROTECT, related_name="anchors")
    digest = models.CharField(max_length=64)
    where = models.CharField("去处", max_length=120)
    anchored_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seal_id} {self.where}"
