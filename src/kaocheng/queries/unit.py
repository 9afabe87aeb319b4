"""Units as pages show them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from kaocheng.records.models import UnitPast


def unit_as_of(unit_id: int, day: date) -> UnitPast | None:
    """What the unit was called and where it stood on the day; nothing before it or after its end.

    Whoever asks has fetched the unit, or something that names it, through a door.
    """
    return (
        UnitPast.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=day), unit=unit_id, starts_on__lte=day
        )
        .order_by("-starts_on")
        .first()
    )
