"""收集表: fields to fill, split among units, chased, merged into one table."""

from __future__ import annotations

from django.db import models

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class CollectionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    OPEN = "open", "填报中"
    CLOSED = "closed", "已截止"


class Collection(Owned):
    """What is asked: `fields` is a list of {name, kind, required, choices, help}."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="collections")
    title = models.CharField("标题", max_length=80)
    why = models.CharField("说明", max_length=400, blank=True)
    fields = models.JSONField(default=list)
    to_kinds = models.JSONField("发往", default=list)
    due_at = models.DateTimeField("截止")
    state = models.CharField(max_length=8, choices=CollectionState, default=CollectionState.DRAFT)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["unit", "-opened_at"], name="collection_unit"),)

    def __str__(self) -> str:
        return self.title


class PartState(models.TextChoices):
    FILLING = "filling", "填报中"
    SUBMITTED = "submitted", "已交"
    RETURNED = "returned", "已退回"


class CollectionPart(Owned):
    """The part of one unit; its lead may split it among groups, each a part of its own."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="parts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="collection_parts")
    above = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="below")
    state = models.CharField(max_length=10, choices=PartState, default=PartState.FILLING)
    returned_because = models.CharField(max_length=160, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["collection", "unit"], name="part_once_per_unit"),
        )

    def __str__(self) -> str:
        return f"#{self.collection_id} #{self.unit_id}"


class CollectionRow(Owned):
    """One line of a part: the values by field name, as text."""

    part = models.ForeignKey(CollectionPart, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    filled_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    filled_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["part", "position"],
                name="row_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        return f"#{self.part_id} {self.position}"
