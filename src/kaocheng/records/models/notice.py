"""通知: issued by a unit to units or people, with receipts (通知签收)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class NoticeState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已发出"
    WITHDRAWN = "withdrawn", "已撤回"


class Notice(Owned):
    """The text, and until when a receipt is asked for."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="notices", verbose_name="发文单位")
    # Given when it is issued: the unit's own series of the year.
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    serial = models.PositiveIntegerField(null=True, blank=True)
    number = models.CharField("文号", max_length=120, blank=True)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", max_length=20_000)
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    # Whom it goes to: units of these kinds under the issuing one, and which roles there.
    to_kinds = models.JSONField("发往", default=list)
    to_roles = models.JSONField("签收人", default=list)
    sign_by = models.DateTimeField("签收截止", null=True, blank=True)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField("撤回原因", max_length=160, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "year", "serial"], name="notice_number_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(serial__isnull=False, issued_at__isnull=False),
                name="notice_that_went_out_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_because=""),
                name="notice_is_withdrawn_with_a_reason",
            ),
        )
        indexes = (models.Index(fields=["unit", "-issued_at"], name="notice_unit"),)

    def __str__(self) -> str:
        return self.title


class NoticeReceipt(Owned):
    """One unit that has to sign for a notice: who opened it first, who signed."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="receipts")
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["notice", "unit"], name="receipt_once_per_unit"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | Q(signed_at__isnull=False, signed_by__isnull=False, opened_at__isnull=False),
                name="receipt_is_signed_by_somebody_who_opened_it",
            ),
        )
        indexes = (models.Index(fields=["unit", "signed_at"], name="receipt_unit"),)

    def __str__(self) -> str:
        return f"#{self.notice_id} #{self.unit_id}"
