"""Corrections that wait: until one is signed and checked, what it replaces goes on counting."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from kaocheng.records.models import Entry
from kaocheng.records.models.register import LIVE, Standing

WHY = "an entry in sight, or locked, and what corrects it"
WAITS = (Standing.WAITING, Standing.CHECKING)
# Entries that say anew what another one, which still counts, says: never to be counted beside it.
BEHIND = Q(standing__in=WAITS, replaces__standing=Standing.COUNTS)


@dataclass(frozen=True)
class Correction:
    """The correction of an entry; `waits`: it does not count yet, and the other one does."""

    id: int
    standing: Standing

    @property
    def waits(self) -> bool:
        return self.standing in WAITS

    @property
    def words(self) -> str:
        return str(self.standing.label)


def is_behind(entry: Entry) -> bool:
    """The same as `BEHIND` of an entry that came with what it replaces."""
    replaced = entry.replaces
    return (
        entry.standing in WAITS and replaced is not None and (replaced.standing == Standing.COUNTS)
    )


def waiting_correction(entry: Entry) -> Entry | None:
    """The one that will take the entry's place; there is never more than one."""
    rows = Entry.objects.unscoped(WHY).filter(replaces=entry.pk, standing__in=WAITS)
    return rows.first()


def correction_of(entry: Entry) -> Correction | None:
    """The correction that stands or waits; else the last one, unless it was withdrawn."""
    named = Q(corrects=entry.pk) | Q(replaces=entry.pk, standing__in=LIVE)
    rows = Entry.objects.unscoped(WHY).filter(named).order_by("-pk")
    listed = [Correction(pk, Standing(it)) for pk, it in rows.values_list("pk", "standing")]
    if entry.standing != Standing.REPLACED:
        listed = [one for one in listed if one.standing != Standing.WITHDRAWN]
    standing = [one for one in listed if one.standing in LIVE]
    return next(iter(standing or listed), None)
