"""Who a signed-in account is today: the appointments that hold, and the one at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from kaocheng.access.actor import Actor, Held
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Account, Appointment, Unit
from kaocheng.records.models.unit import UnitKind

NOBODY = Actor(account_id=None, person_id=None, name="")


def actor_of(user: Account | AnonymousUser, session: Mapping[str, Any]) -> tuple[Actor, str]:
    """The actor, and the page of the step of signing in that is still to do (or empty)."""
    if not isinstance(user, Account):
        return NOBODY, "sign-in"
    held = appointments_today(user.person_id)
    at_work = next((one for one in held if one.appointment_id == user.current_appointment_id), None)
    actor = Actor(
        account_id=user.pk,
        person_id=user.person_id,
        name=user.person.name,
        held=at_work or (held[0] if held else None),
        others=held,
    )
    return actor, still_to_do(user, session)


def still_to_do(user: Account, session: Mapping[str, Any]) -> str:
    """The page of the missing step: the second factor first, then the first change."""
    if user.has_second_factor and not session.get("second_factor"):
        return "second-factor"
    if user.must_change_password:
        return "first-password"
    return ""


def appointments_today(person_id: int) -> tuple[Held, ...]:
    """The appointments that hold on the clock's day, the oldest first."""
    today = CLOCK.today()
    rows = (
        Appointment.objects.unscoped("whose rights are about to be known")
        .filter(Q(ends_on=None) | Q(ends_on__gt=today), person_id=person_id, starts_on__lte=today)
        .select_related("unit__parent")
        .order_by("starts_on", "id")
    )
    return tuple(
        Held(
            appointment_id=row.pk,
            role=row.role,
            unit_id=row.unit_id,
            unit_kind=row.unit.kind,
            unit_name=row.unit.name,
            unit_path=row.unit.path,
            within=_within(row.unit),
        )
        for row in rows
    )


def _within(unit: Unit) -> str:
    is_part = unit.kind in {UnitKind.GROUP, UnitKind.DEPARTMENT}
    return unit.parent.name if is_part and unit.parent else ""
