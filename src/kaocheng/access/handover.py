"""Whose handovers: one's own on either side, and those of the units that one answers for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.delegation import colleagues, home_path
from kaocheng.access.grants import WORKERS, Permission, Reach
from kaocheng.access.person import people_kept
from kaocheng.access.refusal import NotYours
from kaocheng.access.roles import givable_roles
from kaocheng.access.scope import NOBODY, unit_or_panel_condition
from kaocheng.records.models import Appointment, Handover, Person
from kaocheng.records.models.person import PersonState
from kaocheng.records.scoped import OwnedQuerySet


def handovers_in_sight(actor: Actor) -> OwnedQuerySet[Handover]:
    """Those that one gives, takes or made, and those of the units below."""
    return Handover.objects.within(_own(actor) | Q(made_by=actor.person_id) | _answered_for(actor))


def handovers_given(actor: Actor) -> OwnedQuerySet[Handover]:
    return Handover.objects.within(Q(giver=actor.person_id))


def handovers_taken(actor: Actor) -> OwnedQuerySet[Handover]:
    return Handover.objects.within(Q(taker=actor.person_id))


def handovers_to_witness(actor: Actor) -> OwnedQuerySet[Handover]:
    """Those of others; nobody witnesses what they give or take."""
    return Handover.objects.within(_answered_for(actor) & ~_own(actor))


def givers(actor: Actor, *, on: date) -> OwnedQuerySet[Person]:
    """Whose things may be handed over: one's own, and those of people below, gone ones too."""
    return people_kept(actor, Permission.HAND_OVER, on=on)


def takers(giver_id: int, *, on: date) -> OwnedQuerySet[Person]:
    """The colleagues of the giver, in the same school or office; of one who left, the last ones."""
    every = Appointment.objects.unscoped("who works beside whom, and nothing else of them")
    current = Q(ends_on=None) | Q(ends_on__gt=on)
    theirs = every.filter(person=giver_id, starts_on__lte=on).select_related("unit__parent")
    last = theirs.order_by("-ends_on").first()
    if last is None or theirs.filter(current).exists():
        return colleagues(giver_id, on=on)
    there = every.filter(current, unit__path__startswith=home_path(last), starts_on__lte=on)
    return Person.objects.within(
        Q(pk__in=there.values("person"), state=PersonState.ACTIVE) & ~Q(pk=giver_id)
    )


def in_reach_of(actor: Actor) -> Q:
    """What belongs to a unit that the actor answers for: no more of it does anybody hand over.

    People who work in two places hold things of both; whoever answers for one of them neither sees
    nor moves what belongs to the other. Whatever is handed over has a `unit`.
    """
    return unit_or_panel_condition(actor, Permission.HAND_OVER, at="unit__")


def takers_below(actor: Actor, giver_id: int, *, on: date) -> OwnedQuerySet[Person]:
    """Of the takers, those whom the actor may give to: of what is their own, any of them."""
    rows = takers(giver_id, on=on)
    if giver_id == actor.person_id:
        return rows
    return rows.filter(pk__in=givers(actor, on=on).values("pk"))


def handed_roles(giver_id: int, *, on: date) -> OwnedQuerySet[Appointment]:
    """What the giver holds besides being a member; administrators are appointed, not handed on."""
    held = Appointment.objects.within(
        Q(person=giver_id) & (Q(ends_on=None) | Q(ends_on__gt=on)) & Q(starts_on__lte=on)
    )
    return held.filter(role__in=set(WORKERS) - {"member"})


def may_give(actor: Actor, appointments: Iterable[Appointment]) -> bool:
    """Whether the actor may give every one of these roles, none of them their own.

    The giver may hold one in a unit of others besides: that is for whoever answers for both.
    """
    rows = list(appointments)
    within = unit_or_panel_condition(actor, Permission.MANAGE_PEOPLE, at="unit__")
    reached = Appointment.objects.within(within).filter(pk__in=[row.pk for row in rows])
    return reached.count() == len(rows) and all(
        row.person_id != actor.person_id
        and row.role in givable_roles(actor, unit_kind=row.unit.kind, unit_path=row.unit.path)
        for row in rows
    )


def must_be_colleague(actor: Actor, giver_id: int, taker_id: int, *, on: date) -> None:
    if not takers_below(actor, giver_id, on=on).filter(pk=taker_id).exists():
        raise NotYours


def _own(actor: Actor) -> Q:
    return Q(giver=actor.person_id) | Q(taker=actor.person_id)


def _answered_for(actor: Actor) -> Q:
    if actor.held is None or Reach.BELOW not in actor.reaches(Permission.HAND_OVER):
        return NOBODY
    return Q(unit__path__startswith=actor.held.unit_path)
