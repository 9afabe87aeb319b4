"""交接: drafts, tasks and roles that go from one person to another, with a signed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class ItemKind(models.TextChoices):
    """What happens to an item is said by its kind: tasks and roles move, the rest is told."""

    TASK = "task", "任务"
    ROLE = "role", "任职"
    COLLECTION = "collection", "收集表"
    NOTICE = "notice", "通知"
    DRAFT = "draft", "没有提交的草稿"


@dataclass(frozen=True)
class Item:
    """One line of the list (交接清单), as it was when the giver signed."""

    kind: str
    id: int
    title: str
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        return asdict(self)


class HandoverState(models.TextChoices):
    DRAFT = "draft", "待移交人签字"
    GIVEN = "given", "待接收人签字"
    SIGNED = "signed", "待监交人签字"
    TAKEN = "taken", "已交接"
    CANCELLED = "cancelled", "已取消"


class Handover(Owned):
    """`items` is frozen when the giver signs. Roles move only under a witness who may give them.

    `absent_because`: the giver is gone, and whoever made the list signs in their place.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    witness = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    absent_because = models.CharField("移交人不在岗的原因", max_length=80, blank=True)
    note = models.CharField("交接说明", max_length=400, blank=True)
    items = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.DRAFT)
    made_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    witnessed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="taker_is_another"),
        )
        indexes = (
            models.Index(fields=["unit", "-made_at"], name="handover_unit"),
            models.Index(fields=["giver", "-made_at"], name="handover_giver"),
            models.Index(fields=["taker", "-made_at"], name="handover_taker"),
        )

    def __str__(self) -> str:
        return f"#{self.giver_id} → #{self.taker_id}"

    @property
    def listed(self) -> tuple[Item, ...]:
        return tuple(Item.of(kept) for kept in self.items)

    @property
    def roles(self) -> tuple[Item, ...]:
        return tuple(item for item in self.listed if item.kind == ItemKind.ROLE)
