"""Whom somebody may help to sign in, and which administrators exclude one another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotAllowed, Refused
from kaocheng.access.scope import NOBODY, person_condition
from kaocheng.records.models import Appointment, Person
from kaocheng.records.models.appointment import Role
from kaocheng.records.scoped import OwnedQuerySet

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
_STAFF = frozenset({Role.MEMBER, Role.WORKSHOP_LEADER, Role.REVIEWER})
# Who may hand a new password to whom. Nobody to somebody who may do more than they themselves:
# whoever sets a password can use it.
HELPS: Mapping[str, frozenset[Role]] = {
    Role.CLERK: _STAFF,
    Role.LEAD: _STAFF | {Role.CLERK},
    Role.OFFICER: _STAFF | {Role.CLERK, Role.LEAD},
}


def helped_people(actor: Actor, *, on: date) -> OwnedQuerySet[Person]:
    """People within reach, other than oneself, who hold nothing that the helper may not touch."""
    return Person.objects.within(_helped(actor, on))


def _helped(actor: Actor, on: date) -> Q:
    if actor.held is None or not actor.may(Permission.HELP_WITH_SIGN_IN):
        return NOBODY
    within = person_condition(actor, Permission.HELP_WITH_SIGN_IN, on=on) & ~Q(pk=actor.person_id)
    if Reach.ALL in actor.reaches(Permission.HELP_WITH_SIGN_IN):
        return ~Q(pk=actor.person_id)
    helped = HELPS.get(actor.held.role, frozenset())
    held = Appointment.objects.unscoped("a condition inside a scoped query").filter(
        Q(ends_on=None) | Q(ends_on__gt=on), person=OuterRef("pk"), starts_on__lte=on
    )
    beyond = held.exclude(role__in=helped)
    if actor.held.role == Role.OFFICER:
        # The officer of a unit further down may be helped, a colleague of the same office not.
        beyond = beyond.exclude(
            Q(role=Role.OFFICER, unit__path__startswith=actor.held.unit_path)
            & ~Q(unit__path=actor.held.unit_path)
        )
    return within & ~Q(Exists(beyond))


def refuse_two_administrators(person_id: int, role: str, *, on: date) -> None:
    """三员分立: one person never holds two of the three, not even one after the other in advance.

    To be called before somebody is appointed, within the action.
    """
    if role not in ADMINISTRATORS:
        return
    held = (
        Appointment.objects.unscoped("a rule over all appointments of the person")
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), person=person_id, role__in=ADMINISTRATORS)
        .exclude(role=role)
        .first()
    )
    if held is not None:
        raise Refused("W35", role=Role(held.role).label)


def only_in_person(actor: Actor) -> None:
    """Refuses whoever acts (代办) for the person: own work, ratings, signatures, the account."""
    if actor.helper is not None:
        raise NotAllowed("W32", person=actor.name)
