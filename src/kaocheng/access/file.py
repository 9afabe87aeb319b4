"""Whose files one may see: one's own, and those that a permission over the unit opens."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.permissions import Permission
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.records.models import FileUse
from kaocheng.records.scoped import OwnedQuerySet

# Kinds of objects whose files others than the sender may see, and what it takes. A kind that is
# not listed stays with whoever handed the file in.
ALSO_SEEN_WITH: Mapping[str, Permission] = {
    # A roster holds ID numbers and phones.
    "rosterimport": Permission.SEE_PERSONAL_DATA,
}


def files(actor: Actor) -> OwnedQuerySet[FileUse]:
    """Files that the actor handed in, and those of the kinds above within reach."""
    condition = Q(person_id=actor.person_id) if actor.person_id is not None else NOBODY
    for object_kind, permission in ALSO_SEEN_WITH.items():
        condition |= Q(object_kind=object_kind) & unit_condition(actor, permission, at="unit__")
    return FileUse.objects.within(condition)
