"""Whose collection forms: those that one's unit asks with, and those that it has to fill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from django.db.models import BooleanField, Case, Q, Value, When

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.scope import NOBODY, units
from kaocheng.records.models import Collection, CollectionPart, CollectionRow, Unit
from kaocheng.records.models.collection import Field
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet


def asked_by_us(actor: Actor) -> OwnedQuerySet[Collection]:
    """The forms of the actor's unit, for whoever may ask with them."""
    return Collection.objects.within(_unit(actor, Permission.COLLECT, "unit"))


def our_parts(actor: Actor) -> OwnedQuerySet[CollectionPart]:
    """What the actor's unit has to fill."""
    return CollectionPart.objects.within(_unit(actor, Permission.FILL_COLLECTIONS, "unit"))


def parts_to_send(actor: Actor) -> OwnedQuerySet[CollectionPart]:
    """What the actor may hand in for their unit."""
    return CollectionPart.objects.within(_unit(actor, Permission.SUBMIT_COLLECTIONS, "unit"))


def parts_to_split(actor: Actor) -> OwnedQuerySet[CollectionPart]:
    """What the actor may split among the groups of their unit."""
    return CollectionPart.objects.within(_unit(actor, Permission.COLLECT, "unit"))


def parts_asked_by_us(actor: Actor) -> OwnedQuerySet[CollectionPart]:
    """What others fill for us: for a form of our unit, or for our unit's own part."""
    return CollectionPart.objects.within(_asked_by_us(actor))


def parts_in_sight(actor: Actor) -> OwnedQuerySet[CollectionPart]:
    """What the actor may read: our own part, what is below it, and the parts of our forms."""
    return CollectionPart.objects.within(
        _unit(actor, Permission.FILL_COLLECTIONS, "unit")
        | _asked_by_us(actor)
        | _unit(actor, Permission.COLLECT, "collection__unit")
    )


def with_rights(
    actor: Actor, parts: OwnedQuerySet[CollectionPart]
) -> OwnedQuerySet[CollectionPart]:
    """Each part with whether `our_parts`, `parts_asked_by_us` and so on would give it."""
    return parts.annotate(
        is_ours=_whether(_unit(actor, Permission.FILL_COLLECTIONS, "unit")),
        is_asked=_whether(_asked_by_us(actor)),
        may_send=_whether(_unit(actor, Permission.SUBMIT_COLLECTIONS, "unit")),
        may_split=_whether(_unit(actor, Permission.COLLECT, "unit")),
    )


def rows_of(part: CollectionPart) -> OwnedQuerySet[CollectionRow]:
    """The rows of a part that a door has let through, in their order."""
    return CollectionRow.objects.within(Q(part=part)).order_by("position")


def units_to_ask(actor: Actor, kinds: Iterable[str]) -> OwnedQuerySet[Unit]:
    """The open units of these kinds below the actor's, by pinyin; a panel has nobody to fill."""
    below = units(actor, Permission.COLLECT).filter(kind__in=tuple(kinds), closes_on=None)
    below = below.exclude(kind=UnitKind.PANEL)
    if actor.held is not None:
        below = below.exclude(pk=actor.held.unit_id)
    return below.order_by("pinyin", "pk")


def sees_personal_data(actor: Actor) -> bool:
    """Whether personal values that others filled are shown, and may be asked for."""
    return bool(actor.reaches(Permission.SEE_PERSONAL_DATA) & {Reach.BELOW, Reach.ALL})


class Filled(Protocol):
    """A row of a part, however it was read."""

    @property
    def filled_by_id(self) -> int: ...

    @property
    def values(self) -> Mapping[str, str]: ...


def may_see_value(actor: Actor, field: Field, row: Filled) -> bool:
    """Personal values are for whoever filled them and for those who may see personal data."""
    return (
        not field.is_personal
        or row.filled_by_id == actor.person_id
        or sees_personal_data(actor)
        or not row.values.get(field.id)
    )


def _asked_by_us(actor: Actor) -> Q:
    return _unit(actor, Permission.COLLECT, "above__unit") | (
        _unit(actor, Permission.COLLECT, "collection__unit") & Q(above=None)
    )


def _whether(condition: Q) -> Case:
    return Case(
        When(condition, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )


def _unit(actor: Actor, permission: Permission, at: str) -> Q:
    """Only the unit itself: what stands below it has its own people for this."""
    if actor.held is None or not actor.may(permission):
        return NOBODY
    return Q(**{at: actor.held.unit_id})
