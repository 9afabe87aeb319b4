"""Appointments of a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.unit import appointments
from kaocheng.records.models import Appointment
from kaocheng.records.scoped import OwnedQuerySet


def appointments_on(actor: Actor, day: date) -> OwnedQuerySet[Appointment]:
    """The appointments within the reader's reach that hold on the day."""
    return appointments(actor, Permission.SEE_PEOPLE).filter(
        Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day
    )
