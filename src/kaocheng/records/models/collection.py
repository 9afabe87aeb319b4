"""收集表: fields to fill, split among units, chased, merged into one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import models

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class FieldKind(models.TextChoices):
    TEXT = "text", "文字"
    NUMBER = "number", "数字"
    WHOLE = "whole", "整数"
    DATE = "date", "日期"
    CHOICE = "choice", "选项"
    YES_NO = "yes_no", "是／否"
    PHONE = "phone", "电话号码"


@dataclass(frozen=True)
class Field:
    """One column of a form; `id` stays when its name is mended.

    `is_personal`: a value of it is shown to few, and to whoever filled it.
    """

    id: str
    name: str
    kind: str = FieldKind.TEXT
    is_required: bool = True
    is_personal: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""

    @property
    def kind_label(self) -> str:
        return str(FieldKind(self.kind).label)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**{**kept, "choices": tuple(kept.get("choices", ()))})

    def kept(self) -> dict[str, Any]:
        """What the database holds of it."""
        return {**asdict(self), "choices": list(self.choices)}


class CollectionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    OPEN = "open", "填报中"
    CLOSED = "closed", "已截止"


class Collection(Owned):
    """What a unit asks of those below it; `fields` holds each `Field` as it is kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="collections")
    title = models.CharField("标题", max_length=60)
    why = models.CharField("说明", max_length=400, blank=True)
    fields = models.JSONField(default=list)
    to_kinds = models.JSONField("发往", default=list)
    due_at = models.DateTimeField("截止")
    state = models.CharField(max_length=8, choices=CollectionState, default=CollectionState.DRAFT)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["unit", "-made_at"], name="collection_unit"),)

    def __str__(self) -> str:
        return self.title

    @property
    def asked(self) -> tuple[Field, ...]:
        return tuple(Field.of(kept) for kept in self.fields)


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
    """One line of a part: the values by the id of their field, as text."""

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
