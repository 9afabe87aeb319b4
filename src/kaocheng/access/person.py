"""Doors to people: those who work within reach, and those who last did."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.scope import people, person_condition, unit_or_panel_condition
from kaocheng.records.models import Appointment, Person, PersonalData
from kaocheng.records.scoped import OwnedQuerySet


def people_kept(actor: Actor, permission: Permission, *, on: date) -> OwnedQuerySet[Person]:
    """People at work within reach, and those who retired or left from there or start later.

    Who moved to another school is that school's; here only their entries stay.
    """
    condition = person_condition(actor, permission, on=on)
    if actor.reaches(permission) - {Reach.OWN}:
        condition |= _worked_last(actor, permission, on=on)
    return Person.objects.within(condition)


def personal_data(actor: Actor, *, on: date) -> QuerySet[PersonalData]:
    """ID numbers, phones and the like of those whose data the actor may see."""
    seen = people_kept(actor, Permission.SEE_PERSONAL_DATA, on=on)
    return PersonalData.objects.filter(person__in=seen.values("pk"))


def may_see_personal_data(actor: Actor, person_id: int, *, on: date) -> bool:
    """Whether this person's data may be shown to the actor."""
    return people_kept(actor, Permission.SEE_PERSONAL_DATA, on=on).filter(pk=person_id).exists()


def people_to_move(actor: Actor, *, on: date) -> OwnedQuerySet[Person]:
    """Whose appointments the actor may change, never their own."""
    managed = people(actor, Permission.MANAGE_PEOPLE, on=on)
    return managed.exclude(pk=actor.person_id) if actor.person_id is not None else managed


def _worked_last(actor: Actor, permission: Permission, *, on: date) -> Q:
    """Nobody's person at present, and their last appointment was within reach."""
    of_person = Appointment.objects.unscoped("a condition inside a scoped query").filter(
        person=OuterRef("pk")
    )
    at_present = of_person.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
    later = Appointment.objects.unscoped("a condition inside a scoped query").filter(
        person=OuterRef("person"), starts_on__gt=OuterRef("starts_on")
    )
    last_here = of_person.filter(
        unit_or_panel_condition(actor, permission, at="unit__"), ~Exists(later)
    )
    return ~Q(Exists(at_present)) & Q(Exists(last_here))
