"""Who a signed-in account is today: the appointments that hold, and the one at work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from kaocheng.access.actor import Actor, Held, Helper
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Account, Appointment, Delegation
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.prepared import Prepared

NEVER_ACTED_FOR = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
NOBODY = Actor(account_id=None, person_id=None, name="")


def actor_of(user: Account | AnonymousUser, session: Mapping[str, Any]) -> tuple[Actor, str]:
    """The actor, and the page of the step of signing in that is still to do (or empty)."""
    if not isinstance(user, Account) or user.person.state != PersonState.ACTIVE:
        return NOBODY, "sign-in"
    held = appointments_today(user.person_id)
    actor = Actor(
        account_id=user.pk,
        person_id=user.person_id,
        name=user.person.name,
        held=_at_work(held, user.current_appointment_id),
        others=held,
    )
    step = still_to_do(user, session)
    if step or "acting_for" not in session:
        return actor, step
    acting = acting_for(user, int(session["acting_for"]))
    # Never fall back to the helper's own name in the middle of a form.
    return (acting, "") if acting else (actor, "acting-ended")


def still_to_do(user: Account, session: Mapping[str, Any]) -> str:
    """The page of the missing step: the second factor, the first change, setting a factor up.

    `sets_up` and `expired` were found at sign-in; `linked`: another system vouched for the person,
    so that a password of ours that was handed out does not matter.
    """
    if user.has_second_factor and not session.get("second_factor"):
        return "second-factor"
    if session.get("expired") or (user.must_change_password and not session.get("linked")):
        return "first-password"
    return "account-second-factor" if session.get("sets_up") else ""


def acting_for(user: Account, delegation_id: int) -> Actor | None:
    """The person whom the account's holder may act for today, with their name as the helper."""
    today = CLOCK.today()
    row = (
        Delegation.objects.unscoped("whose rights are about to be known")
        .filter(pk=delegation_id, helper=user.person_id, ended_at=None)
        .filter(starts_on__lte=today, ends_on__gte=today, person__state=PersonState.ACTIVE)
        .select_related("person", "person__account")
        .first()
    )
    if row is None:
        return None
    person = row.person
    held = tuple(one for one in appointments_today(person.pk) if one.role not in NEVER_ACTED_FOR)
    account = getattr(person, "account", None)
    return Actor(
        account_id=user.pk,
        person_id=person.pk,
        name=person.name,
        held=_at_work(held, account.current_appointment_id if account else None),
        others=held,
        helper=Helper(person_id=user.person_id, name=user.person.name),
    )


def _at_work(held: tuple[Held, ...], current: int | None) -> Held | None:
    chosen = next((one for one in held if one.appointment_id == current), None)
    return chosen or (held[0] if held else None)


def appointments_today(person_id: int) -> tuple[Held, ...]:
    """The appointments that hold on the clock's day, the oldest first."""
    rows = _HELD.ask(person_id, CLOCK.today())
    return tuple(
        Held(pk, role, unit_id, kind, name, path, _within(kind, parent))
        for pk, role, unit_id, kind, name, path, parent in rows
    )


def _held_rows(_shape: None, person_id: int, today: date) -> QuerySet[Any, Any]:
    return (
        Appointment.objects.unscoped("whose rights are about to be known")
        .filter(Q(ends_on=None) | Q(ends_on__gt=today), person_id=person_id, starts_on__lte=today)
        .order_by("starts_on", "id")
        .values_list(
            "pk", "role", "unit_id", "unit__kind", "unit__name", "unit__path", "unit__parent__name"
        )
    )


_HELD = Prepared(_held_rows)


def _within(kind: str, parent: str | None) -> str:
    is_part = kind in {UnitKind.GROUP, UnitKind.DEPARTMENT}
    return parent if is_part and parent else ""
