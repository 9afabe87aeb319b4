"""Who may see, grant and end what somebody does for somebody else (代办)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from kaocheng.access.account import ADMINISTRATORS, only_in_person
from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.scope import NOBODY, person_condition
from kaocheng.records.models import Appointment, Delegation, Person
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

__all__ = ["colleagues", "delegations", "holds_administrator", "only_in_person", "people_of_slips"]


def delegations(actor: Actor, *, on: date) -> OwnedQuerySet[Delegation]:
    """Those that one has given or got, and those of the people whose slips one enters."""
    condition = Q(person=actor.person_id) | Q(helper=actor.person_id)
    if actor.reaches(Permission.MANAGE_PEOPLE) & {Reach.UNIT, Reach.BELOW, Reach.ALL}:
        condition |= Q(person__in=people_of_slips(actor, on=on).values("pk"))
    return Delegation.objects.within(condition)


def people_of_slips(actor: Actor, *, on: date) -> OwnedQuerySet[Person]:
    """People for whom a signed slip may be entered."""
    return Person.objects.within(person_condition(actor, Permission.MANAGE_PEOPLE, on=on))


def colleagues(person_id: int, *, on: date) -> OwnedQuerySet[Person]:
    """People at work in the same school or office: its groups count, what lies above does not."""
    paths = {
        home_path(row)
        for row in _valid(on).filter(person=person_id).exclude(role__in=ADMINISTRATORS)
    }
    there = Q()
    for path in paths:
        there |= Q(unit__path__startswith=path)
    if not paths:
        return Person.objects.within(NOBODY)
    held = _valid(on).filter(there).exclude(role__in=ADMINISTRATORS)
    return Person.objects.within(
        Q(pk__in=held.values("person"), state=PersonState.ACTIVE) & ~Q(pk=person_id)
    )


def holds_administrator(person_id: int, *, on: date) -> bool:
    return _valid(on).filter(person=person_id, role__in=ADMINISTRATORS).exists()


def home_path(row: Appointment) -> str:
    """The path of the school or office to which a group or department belongs."""
    unit = row.unit
    if unit.kind in {UnitKind.GROUP, UnitKind.DEPARTMENT} and unit.parent is not None:
        return unit.parent.path
    return unit.path


def _valid(on: date) -> OwnedQuerySet[Appointment]:
    return (
        Appointment.objects.unscoped("who works beside whom, and nothing else of them")
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
        .select_related("unit", "unit__parent")
    )
