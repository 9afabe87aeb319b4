"""Who a signed-in account is today: the appointments that hold, and the one at work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import FilteredRelation, Q, QuerySet

from kaocheng.access.actor import Actor, Held, Helper
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Account, Appointment, Delegation, Person
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
    held = _read_with(user)
    if held is None:
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
    return tuple(map(_held, _HELD.ask(person_id, CLOCK.today())))


def _held_rows(_shape: None, person_id: int, today: date) -> QuerySet[Any, Any]:
    return (
        Appointment.objects.unscoped("whose rights are about to be known")
        .filter(_holds(on=today), person_id=person_id)
        .order_by("starts_on", "id")
        .values_list(*HELD)
    )


def _holds(*, on: date, at: str = "") -> Q:
    is_open = Q(**{f"{at}ends_on": None}) | Q(**{f"{at}ends_on__gt": on})
    return is_open & Q(**{f"{at}starts_on__lte": on})


def _held(row: tuple[Any, ...]) -> Held:
    pk, role, unit_id, kind, name, path, parent = row
    return Held(pk, role, unit_id, kind, name, path, _within(kind, parent))


def account_at_work(user_id: int) -> Account | None:
    """With the person and what they hold today: every page needs all three, in one query."""
    rows = _ACCOUNT.ask(user_id, CLOCK.today())
    if not rows:
        return None
    own, of_person = len(OWN), len(OWN) + len(OF_PERSON)
    account = Account.from_db(connection.alias, OWN, rows[0][:own])
    account.person = Person.from_db(connection.alias, OF_PERSON, rows[0][own:of_person])
    held = tuple(_held(row[of_person:]) for row in rows if row[of_person] is not None)
    account.held_today = held  # type: ignore[attr-defined]  # read below
    return account


def _read_with(user: Account) -> tuple[Held, ...] | None:
    found: tuple[Held, ...] | None = getattr(user, "held_today", None)
    return found


def _account_rows(_shape: None, user_id: int, today: date) -> QuerySet[Any, Any]:
    appointments = "person__appointments"
    held = FilteredRelation(appointments, condition=_holds(on=today, at=f"{appointments}__"))
    return (
        Account.objects.annotate(held=held)
        .filter(pk=user_id)
        .order_by("held__starts_on", "held__id")
        .values_list(
            *OWN,
            *(f"person__{name}" for name in OF_PERSON),
            *(f"held__{name}" for name in HELD),
        )
    )


OWN = tuple(field.attname for field in Account._meta.concrete_fields)
OF_PERSON = tuple(field.attname for field in Person._meta.concrete_fields)
HELD = ("pk", "role", "unit_id", "unit__kind", "unit__name", "unit__path", "unit__parent__name")
_HELD, _ACCOUNT = Prepared(_held_rows), Prepared(_account_rows)


def _within(kind: str, parent: str | None) -> str:
    is_part = kind in {UnitKind.GROUP, UnitKind.DEPARTMENT}
    return parent if is_part and parent else ""
