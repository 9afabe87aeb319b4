"""What the page of a part reads, in three queries whose text is written once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet

from kaocheng.access.actor import Actor, Rights, holder, rights_of
from kaocheng.access.collection import our_parts, parts_in_sight, rows_of, with_rights
from kaocheng.access.refusal import NotYours
from kaocheng.records.models import CollectionPart
from kaocheng.records.models.collection import Field
from kaocheng.records.prepared import Prepared


class FoundPart(NamedTuple):
    """`above_unit` is empty where the form itself asks."""

    id: int
    collection_id: int
    title: str
    why: str
    due_at: datetime
    form_state: str
    kept_fields: list[dict[str, Any]]
    form_unit: str
    unit: str
    above_unit: str | None
    state: str
    returned_because: str
    submitted_at: datetime | None
    is_ours: bool
    is_asked: bool
    may_send: bool
    may_split: bool

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(Field.of(kept) for kept in self.kept_fields)


class FoundRow(NamedTuple):
    id: int
    version: int
    values: dict[str, str]
    filled_by_id: int
    filled_by: str
    filled_at: datetime


def found_part(actor: Actor, part_id: int) -> FoundPart:
    """The part and what the actor may do with it; refused as not existing otherwise."""
    rows = _PART.ask(part_id, _unit(actor), shape=rights_of(actor))
    if not rows:
        raise NotYours
    return FoundPart(*rows[0])


def found_rows(part_id: int) -> list[FoundRow]:
    """All rows of a part that a door has let through."""
    return [FoundRow(*row) for row in _ROWS.ask(part_id)]


def found_groups(part_id: int) -> list[tuple[Any, ...]]:
    """Id, unit, state, number of rows and moment of handing in of each part below."""
    return _GROUPS.ask(part_id)


def found_fields(actor: Actor, part_id: int) -> tuple[Field, ...]:
    """The fields of a part that our unit fills."""
    rows = _FIELDS.ask(part_id, _unit(actor), shape=rights_of(actor))
    if not rows:
        raise NotYours
    return tuple(Field.of(kept) for kept in rows[0][0])


def _unit(actor: Actor) -> int | None:
    return actor.held.unit_id if actor.held else None


def _part_rows(rights: Rights, part_id: int, unit_id: int | None) -> QuerySet[Any, Any]:
    reader = holder(rights, unit_id=unit_id or 0)
    return (
        with_rights(reader, parts_in_sight(reader))
        .filter(pk=part_id)
        .values_list(
            *("pk", "collection_id", "collection__title", "collection__why"),
            *("collection__due_at", "collection__state", "collection__fields"),
            *("collection__unit__name", "unit__name", "above__unit__name"),
            *("state", "returned_because", "submitted_at"),
            *("is_ours", "is_asked", "may_send", "may_split"),
        )
    )


def _row_rows(_shape: None, part_id: int) -> QuerySet[Any, Any]:
    return rows_of(CollectionPart(pk=part_id)).values_list(
        "pk", "version", "values", "filled_by_id", "filled_by__name", "filled_at"
    )


def _group_rows(_shape: None, part_id: int) -> QuerySet[Any, Any]:
    parts = CollectionPart.objects.unscoped("parts below one that was fetched under its scope")
    return (
        parts.filter(above=part_id)
        .annotate(row_count=Count("rows"))
        .order_by("unit__pinyin", "pk")
        .values_list("pk", "unit__name", "state", "row_count", "submitted_at")
    )


def _field_rows(rights: Rights, part_id: int, unit_id: int | None) -> QuerySet[Any, Any]:
    ours = our_parts(holder(rights, unit_id=unit_id or 0))
    return ours.filter(pk=part_id).values_list("collection__fields")


_PART, _ROWS = Prepared(_part_rows), Prepared(_row_rows)
_GROUPS, _FIELDS = Prepared(_group_rows), Prepared(_field_rows)
