"""交接: drafts, tasks and roles that go from one person to another, with a signed list."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class HandoverState(models.TextChoices):
    DRAFT = "draft", "待交接人签字"
    GIVEN = "given", "待接收人签字"
    TAKEN = "taken", "已交接"
    CANCELLED = "cancelled", "已取消"


class Handover(Owned):
    """`items` is frozen when the giver signs: a list of {kind, id, title, note}."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    witness = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=16)
    items = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.DRAFT)
    made_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="taker_is_another"),
        )

    def __str__(self) -> str:
        return f"#{self.giver_id} → #{self.taker_id}"
