"""Whose messages: everybody reads their own, and nobody anybody else's."""

from __future__ import annotations

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.scope import NOBODY
from kaocheng.records.models import Message
from kaocheng.records.scoped import OwnedQuerySet


def own_messages(actor: Actor) -> OwnedQuerySet[Message]:
    """The actor's messages; not those of the person for whom a helper acts."""
    if actor.person_id is None or actor.helper is not None:
        return Message.objects.within(NOBODY)
    return Message.objects.within(Q(person_id=actor.person_id))
