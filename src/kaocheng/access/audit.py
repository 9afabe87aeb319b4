"""Doors to the log: all of it for the audit administrator, one object's for whoever has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import NOBODY, unit_or_panel_condition
from kaocheng.records.models import AuditRow
from kaocheng.records.scoped import OwnedManager


@dataclass(frozen=True)
class Whose:
    """How to tell whose an object is: ways to its unit and to its people."""

    units: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


# The kinds of objects that have a history for others than the audit administrator.
WHOSE: Mapping[str, Whose] = {
    "unit": Whose(units=("",)),
    "person": Whose(units=("appointments__unit__",), people=("pk",)),
    "appointment": Whose(units=("unit__",), people=("person_id",)),
    "account": Whose(people=("person_id",)),
    "delegation": Whose(people=("person_id", "helper_id")),
    "task": Whose(units=("unit__",), people=("person_id",)),
    "notice": Whose(units=("unit__",)),
    "noticereceipt": Whose(units=("unit__",)),
    "collection": Whose(units=("unit__",)),
    "collectionpart": Whose(units=("unit__",)),
    "handover": Whose(units=("unit__",), people=("giver_id", "taker_id")),
    "rosterimport": Whose(units=("unit__",)),
    "fileuse": Whose(units=("unit__",), people=("person_id",)),
}


def whole_log(actor: Actor) -> QuerySet[AuditRow]:
    """Every row, or none."""
    if Reach.ALL not in actor.reaches(Permission.AUDIT):
        return AuditRow.objects.none()
    return AuditRow.objects.all()


def history(actor: Actor, kind: str, object_id: str) -> QuerySet[AuditRow]:
    """The rows about one object; refused as not existing when it is out of reach."""
    rows = AuditRow.objects.filter(object_kind=kind, object_id=object_id)
    if Reach.ALL in actor.reaches(Permission.SEE_HISTORY):
        return rows
    whose = WHOSE.get(kind)
    if whose is None or not object_id.isdecimal() or len(object_id) > 18:
        raise NotYours
    if not _rows_of(kind).filter(history_condition(actor, whose), pk=object_id).exists():
        raise NotYours
    return rows


def history_condition(actor: Actor, whose: Whose) -> Q:
    """Objects of a kind within reach of the permission, and the actor's own."""
    condition = NOBODY
    for way in whose.units:
        condition |= unit_or_panel_condition(actor, Permission.SEE_HISTORY, at=way)
    if Reach.OWN in actor.reaches(Permission.SEE_HISTORY) and actor.person_id is not None:
        for way in whose.people:
            condition |= Q(**{way: actor.person_id})
    return condition


def _rows_of(kind: str) -> QuerySet[Model]:
    manager = apps.get_model("records", kind)._default_manager
    rows: QuerySet[Model] = (
        manager.unscoped("the condition that follows is the scope")
        if isinstance(manager, OwnedManager)
        else manager.all()
    )
    return rows
