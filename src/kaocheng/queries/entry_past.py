"""Where the subjects of entries belonged on the day: an entry keeps the unit of that time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kaocheng.records.models import Appointment, Subject, Unit
from kaocheng.records.models.appointment import AppointmentKind

WHY = "where somebody belonged is a fact of the entry"


def units_then(days: Mapping[Subject, set[date]]) -> dict[tuple[int, date], int]:
    """The unit's id by (subject id, day), where it is another than the subject's.

    One query, and a second one where somebody was elsewhere.

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
    elsewhere: list[tuple[Subject, date, Unit]] = []
    for subject, asked in days.items():
        for day in asked:
            there = [one for one in held.get(subject.person_id or 0, []) if _covers(one, day)]
            if there and not any(_is_within(one.unit, subject.unit) for one in there):
                elsewhere.append((subject, day, there[-1].unit))
    above = _units_above([unit for _, _, unit in elsewhere])
    return {
        (subject.pk, day): _of_kind(unit, subject.unit.kind, above)
        for subject, day, unit in elsewhere
    }


def _units_above(units: Sequence[Unit]) -> dict[int, Unit]:
    ids = {int(part) for unit in units for part in unit.path.split("/") if part}
    return Unit.objects.unscoped(WHY).in_bulk(ids) if ids else {}


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
