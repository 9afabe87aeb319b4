"""Appointments go over from one unit to another on a day, and can be brought back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q

from kaocheng.access.refusal import Refused
from kaocheng.records.models import Appointment, Unit
from kaocheng.records.scoped import OwnedQuerySet


@dataclass
class Carried:
    """What was done, by ids, as the log keeps it and as it is taken back.

    `ended` maps an appointment to the end it had; `replaced` those that had not begun, which
    changed their unit; `dropped` those that the person has in the other unit anyway.
    """

    ended: dict[str, str] = field(default_factory=dict)
    started: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)

    def as_kept(self) -> dict[str, Any]:
        return asdict(self)


def open_in(unit: Unit, *, on: date) -> OwnedQuerySet[Appointment]:
    """Appointments of the unit that hold on the day or begin later."""
    rows = Appointment.objects.unscoped("the unit was fetched under its scope")
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=on), unit=unit)


def carry_over(
    unit: Unit, into: Unit, *, on: date, reason: str, people: Iterable[int] | None = None
) -> Carried:
    """End them here and start the same there; of some people, or of all."""
    rows = open_in(unit, on=on).order_by("pk").select_for_update()
    if people is not None:
        rows = rows.filter(person__in=list(people))
    done = Carried()
    has_already = {(row.person_id, row.role) for row in open_in(into, on=on)}
    new = []
    for row in rows:
        is_double = (row.person_id, row.role) in has_already
        if row.starts_on >= on and is_double:
            done.dropped.append(_kept(row))
            Appointment.objects.unscoped("locked above").filter(pk=row.pk).delete()
            continue
        if row.starts_on >= on:
            done.replaced.append(row.pk)
            _write(row.pk, unit=into)
            continue
        done.ended[str(row.pk)] = row.ends_on.isoformat() if row.ends_on else ""
        _write(row.pk, ends_on=on)
        if not is_double:
            new.append(
                Appointment(
                    person_id=row.person_id,
                    role=row.role,
                    unit=into,
                    kind=row.kind,
                    starts_on=on,
                    ends_on=row.ends_on,
                    reason=reason,
                )
            )
    done.started = [row.pk for row in Appointment.objects.bulk_create(new)]
    return done


def bring_back(kept: dict[str, Any], unit: Unit, *, on: date) -> None:
    """Take back what `carry_over` did; refused where anything of it has changed since."""
    done = Carried(**kept)
    rows = Appointment.objects.unscoped("what the action itself wrote, by its ids")
    started = rows.filter(pk__in=done.started, version=1, starts_on=on)
    ended = rows.filter(pk__in=[int(pk) for pk in done.ended], ends_on=on)
    replaced = rows.filter(pk__in=done.replaced)
    complete = (
        (started, len(done.started)),
        (ended, len(done.ended)),
        (replaced, len(done.replaced)),
    )
    if any(found.count() != count for found, count in complete):
        raise Refused("W46")
    started.delete()
    replaced.update(unit=unit, version=F("version") + 1)
    for pk, end in done.ended.items():
        _write(int(pk), ends_on=date.fromisoformat(end) if end else None)
    Appointment.objects.bulk_create([_again(one, unit) for one in done.dropped])


def _write(pk: int, **values: object) -> None:
    rows = Appointment.objects.unscoped("locked by the caller").filter(pk=pk)
    rows.update(version=F("version") + 1, **values)


def _kept(row: Appointment) -> dict[str, Any]:
    return {
        "person_id": row.person_id,
        "role": row.role,
        "kind": row.kind,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else "",
        "reason": row.reason,
    }


def _again(kept: dict[str, Any], unit: Unit) -> Appointment:
    days = {
        name: kept[name] and date.fromisoformat(kept[name]) for name in ("starts_on", "ends_on")
    }
    return Appointment(
        unit=unit,
        person_id=kept["person_id"],
        role=kept["role"],
        kind=kept["kind"],
        starts_on=days["starts_on"],
        ends_on=days["ends_on"] or None,
        reason=kept["reason"],
    )
