"""Whose adopted schemes: one's own unit's, those above that hold for it, those below an office."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor, Held
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.records.models import Adoption, Amendment, Subject, Unit
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

WHY = "a condition inside a scoped query"


def adoptions_in_sight(actor: Actor, permission: Permission) -> OwnedQuerySet[Adoption]:
    """What is adopted by the actor's unit or one above it, and what they are assessed by.

    Where the permission reaches below, also what units below adopted; a panel sees what its keeper
    does. A draft is seen only in the unit that prepares it. One query, whatever there is.
    """
    return Adoption.objects.within(in_sight_condition(actor, permission))


def in_sight_condition(actor: Actor, permission: Permission, *, at: str = "") -> Q:
    """The rows of adoptions in sight; `at` is the way to the adoption, such as `adoption__`."""
    held = actor.held
    if held is None or not actor.may(permission):
        return NOBODY
    known = _own(actor, at=at) if may_prepare(actor) else NOBODY
    seen = _above(held, at=at) | _about_oneself(actor, at=at)
    if actor.reaches(permission) & {Reach.BELOW, Reach.ALL}:
        seen |= unit_condition(actor, permission, at=f"{at}unit__")
    return known | (seen & ~Q(**{f"{at}state": AdoptionState.DRAFT}))


def own_adoptions(actor: Actor, permission: Permission) -> OwnedQuerySet[Adoption]:
    """What the actor's own unit adopted: nobody changes what another unit settled."""
    return Adoption.objects.within(
        _own(actor, at="") if actor.may(permission) else NOBODY,
    )


def own_amendments(actor: Actor, permission: Permission) -> OwnedQuerySet[Amendment]:
    """The amendments of what the actor's own unit adopted."""
    return Amendment.objects.within(
        _own(actor, at="adoption__") if actor.may(permission) else NOBODY,
    )


def may_prepare(actor: Actor) -> bool:
    """Whether the actor sees the drafts of their unit."""
    return actor.may(Permission.ADOPT) or actor.may(Permission.APPROVE)


def _own(actor: Actor, *, at: str) -> Q:
    return Q(**{f"{at}unit": actor.held.unit_id}) if actor.held else NOBODY


def _above(held: Held, *, at: str) -> Q:
    """Adopted by the unit of the appointment, or by one on the way up from it."""
    if held.unit_kind == UnitKind.PANEL:
        keeper = Unit.objects.unscoped(WHY).filter(
            panels=held.unit_id, path__startswith=OuterRef(f"{at}unit__path")
        )
        return Q(Exists(keeper))
    return Q(**{f"{at}unit__in": [int(part) for part in held.unit_path.split("/") if part]})


def _about_oneself(actor: Actor, *, at: str) -> Q:
    if actor.person_id is None:
        return NOBODY
    own = Subject.objects.unscoped(WHY).filter(adoption=OuterRef(f"{at}pk"), person=actor.person_id)
    return Q(Exists(own))
