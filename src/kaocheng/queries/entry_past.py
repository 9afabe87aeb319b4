"""Where the subjects of entries belonged on the day: an entry keeps the unit of that time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from kaocheng.records.models import Appointment, Subject, Unit
from kaocheng.records.models.appointment import AppointmentKind

WHY = "where somebody belonged is a fact of the entry"


def units_then(days: Mapping[Subject, set[date]]) -> dict[tuple[int, date], int]:
    """The unit's id by (subject id, day), where it is another than the subject's; two queries.

    The appointment may be in a group of the unit: then it is the unit above of the subject's kind.
    """
    people = {subject.person_id for subject in days if subject.person_id is not None}
    if not people:
        return {}
    rows = (
        Appointment.objects.unscoped(WHY)
        .filter(person__in=people)
        .exclude(kind=AppointmentKind.ACTING)
        .select_related("unit")
        .order_by("starts_on", "pk")
    )
    held: dict[int, list[Appointment]] = {}
    for row in rows:
        held.setdefault(row.person_id, []).append(row)
    above = _units_above(rows)
    found: dict[tuple[int, date], int] = {}
    for subject, asked in days.items():
        for day in asked:
            there = [one for one in held.get(subject.person_id or 0, []) if _covers(one, day)]
            if there and not any(_is_within(one.unit, subject.unit) for one in there):
                found[subject.pk, day] = _of_kind(there[-1].unit, subject.unit.kind, above)
    return found


def _units_above(rows: object) -> dict[int, Unit]:
    paths = [row.unit.path for row in rows]  # type: ignore[attr-defined]  # appointments
    ids = {int(part) for path in paths for part in path.split("/") if part}
    return Unit.objects.unscoped(WHY).filter(Q(pk__in=ids)).in_bulk()


def _covers(one: Appointment, day: date) -> bool:
    return one.starts_on <= day and (one.ends_on is None or one.ends_on > day)


def _is_within(inner: Unit, outer: Unit) -> bool:
    """In the unit, or the unit in which the subject's group is."""
    return inner.path.startswith(outer.path) or outer.path.startswith(inner.path)


def _of_kind(unit: Unit, kind: str, above: Mapping[int, Unit]) -> int:
    for part in reversed([int(one) for one in unit.path.split("/") if one]):
        if part in above and above[part].kind == kind:
            return part
    return unit.pk
