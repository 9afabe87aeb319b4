"""A permission of somebody as a condition of the database."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotYours
from kaocheng.records.models import Appointment, Person, Unit
from kaocheng.records.scoped import OwnedQuerySet

Row = TypeVar("Row", bound=Model)
NOBODY = Q(pk__in=())


def unit_condition(actor: Actor, permission: Permission, *, at: str = "") -> Q:
    """Rows whose unit is within reach; `at` is the way to it, such as `unit__`, empty for units."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return ~NOBODY
    if not reaches & {Reach.BELOW, Reach.UNIT}:
        return NOBODY
    assert actor.held is not None  # or nothing would be reached
    if Reach.BELOW in reaches:
        return Q(**{f"{at}path__startswith": actor.held.unit_path})
    return Q(**{f"{at}path": actor.held.unit_path})


def units(actor: Actor, permission: Permission) -> OwnedQuerySet[Unit]:
    """The units that the permission covers; a panel counts to whoever keeps it."""
    return Unit.objects.within(unit_or_panel_condition(actor, permission))


def unit_or_panel_condition(actor: Actor, permission: Permission, *, at: str = "") -> Q:
    """As `unit_condition`, with the panels that units within reach keep."""
    condition = unit_condition(actor, permission, at=at)
    if actor.held is not None and Reach.BELOW in actor.reaches(permission):
        condition |= Q(**{f"{at}keeper__path__startswith": actor.held.unit_path})
    return condition


def person_condition(actor: Actor, permission: Permission, *, on: date) -> Q:
    """People with an appointment within reach on the day, and oneself."""
    held_there = Appointment.objects.unscoped("a condition inside a scoped query").filter(
        unit_or_panel_condition(actor, permission, at="unit__"),
        Q(ends_on=None) | Q(ends_on__gt=on),
        person=OuterRef("pk"),
        starts_on__lte=on,
    )
    condition = Q(Exists(held_there)) if actor.reaches(permission) - {Reach.OWN} else NOBODY
    if Reach.OWN in actor.reaches(permission):
        condition |= Q(pk=actor.person_id)
    return condition


def people(actor: Actor, permission: Permission, *, on: date) -> OwnedQuerySet[Person]:
    """The people whom the permission covers on the day."""
    return Person.objects.within(person_condition(actor, permission, on=on))


def one(rows: OwnedQuerySet[Row], row_id: object) -> Row:
    """The row with this id out of those within reach; else the answer for what does not exist."""
    found = rows.filter(pk=row_id).first()
    if found is None:
        raise NotYours
    return found
