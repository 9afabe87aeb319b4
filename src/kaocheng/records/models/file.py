"""Files by content: one row per digest, and what uses it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class FileState(models.TextChoices):
    QUARANTINE = "quarantine", "待查验"
    CLEAN = "clean", "可用"
    REFUSED = "refused", "已拒收"


class StoredFile(models.Model):
    """Bytes in the store, named by their SHA-256; never changed, shared by equal uploads."""

    digest = models.CharField("校验码", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=FileState, default=FileState.QUARANTINE)
    refusal = models.CharField(max_length=8, blank=True)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="digest_is_sha256"
            ),
        )

    def __str__(self) -> str:
        return self.digest[:12]


class ReceiptDay(models.Model):
    """The last receipt number of a day in China; its row is locked until the receipt is written."""

    day = models.DateField(primary_key=True)
    last_number = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.last_number}"


class FileUse(Owned):
    """One file handed in by somebody for one object, under the name they gave it."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uses")
    name = models.CharField("文件名", max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, related_name="files")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="files")
    object_kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=40)
    receipt_number = models.CharField("回执号", max_length=32, unique=True)
    received_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["object_kind", "object_id"], name="file_use_object"),)

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.name}"
