"""Doors to units and to what hangs on them."""

from __future__ import annotations

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.scope import unit_condition, unit_or_panel_condition, units
from kaocheng.records.models import Appointment, RosterImport, Unit
from kaocheng.records.scoped import OwnedQuerySet


def units_to_reorganise(actor: Actor) -> OwnedQuerySet[Unit]:
    """What the actor may rename, move, merge or close: units below, never their own.

    That a school becomes another one is decided above it.
    """
    within = units(actor, Permission.MANAGE_UNITS)
    return within.exclude(pk=actor.held.unit_id) if actor.held else within


def appointments(actor: Actor, permission: Permission) -> OwnedQuerySet[Appointment]:
    """Appointments in units that the permission covers, of all times, panels included."""
    return Appointment.objects.within(unit_or_panel_condition(actor, permission, at="unit__"))


def roster_imports(actor: Actor) -> OwnedQuerySet[RosterImport]:
    """Imports that the actor made under the present appointment: a file holds what it holds."""
    condition = unit_condition(actor, Permission.IMPORT_ROSTER, at="unit__")
    return RosterImport.objects.within(condition).filter(asked_by=actor.person_id)
