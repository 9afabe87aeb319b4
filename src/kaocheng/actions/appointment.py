"""Who holds which role where, from when to when: appointed, ended, changed."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from kaocheng.access.account import refuse_two_administrators
from kaocheng.access.grants import Permission
from kaocheng.access.person import people_to_move
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.roles import givable_roles, role_title
from kaocheng.access.scope import units
from kaocheng.access.unit import appointments
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.unit_past import bad_day, must_be_open, today
from kaocheng.records.models import Appointment, Unit
from kaocheng.records.models.appointment import AppointmentKind
from kaocheng.records.models.unit import UnitKind

ONE_DAY = timedelta(days=1)


@action("appointment.make")
def appoint(
    act: Act,
    *,
    person_id: int,
    unit_id: int,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    kind: str = AppointmentKind.REGULAR,
    reason: str = "",
) -> Answer:
    """Give a person a role in a unit; both within reach."""
    person = act.lock(people_to_move(act.actor, on=today(act)), person_id)
    unit = act.lock(units(act.actor, Permission.MANAGE_PEOPLE), unit_id)
    row = Appointment(
        person=person,
        unit=unit,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=kind,
        reason=reason,
    )
    start(act, row)
    return Answer.of(row)


@action("appointment.end")
def end_appointment(
    act: Act, *, appointment_id: int, ends_on: date, reason: str = "", version: int | None = None
) -> Answer:
    """End it: the day is the first on which it no longer holds."""
    row = act.lock(appointments(act.actor, Permission.MANAGE_PEOPLE), appointment_id)
    _must_not_be_own(act, row)
    must_be_givable(act, row.role, row.unit)
    if ends_on <= row.starts_on or (row.ends_on is not None and row.ends_on < today(act)):
        raise bad_day(ends_on, first=row.starts_on + ONE_DAY)
    row.ends_on = ends_on
    row.reason = reason or row.reason
    act.keep(row, "ends_on", "reason", version=version, ends_on=ends_on)
    return Answer.of(row)


@action("appointment.change_role")
def change_role(
    act: Act,
    *,
    appointment_id: int,
    role: str,
    on: date,
    reason: str = "",
    version: int | None = None,
) -> Answer:
    """End one role and start another in the same unit on the same day."""
    row = act.lock(appointments(act.actor, Permission.MANAGE_PEOPLE), appointment_id)
    _must_not_be_own(act, row)
    must_be_givable(act, row.role, row.unit)
    if on <= row.starts_on or (row.ends_on is not None and row.ends_on <= on):
        last = row.ends_on - ONE_DAY if row.ends_on else None
        raise bad_day(on, first=row.starts_on + ONE_DAY, last=last)
    new = Appointment(
        person=row.person,
        unit=row.unit,
        role=role,
        kind=row.kind,
        starts_on=on,
        ends_on=row.ends_on,
        reason=reason,
    )
    row.ends_on = on
    act.keep(row, "ends_on", version=version, ends_on=on)
    start(act, new)
    return Answer.of(new)


def start(act: Act, row: Appointment) -> None:
    """Write a new appointment after everything that must hold; its person is locked."""
    must_be_open(row.unit)
    must_be_givable(act, row.role, row.unit)
    if row.ends_on is not None and row.ends_on <= row.starts_on:
        raise Invalid({"ends_on": bad_day(row.ends_on, first=row.starts_on + ONE_DAY)})
    must_not_overlap(row)
    refuse_two_administrators(row.person_id, row.role, on=today(act))
    act.make(
        row,
        person=row.person_id,
        unit=row.unit_id,
        role=row.role,
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def end_now(act: Act, row: Appointment, *, on: date, reason: str) -> None:
    """End an appointment on the day; one that has not begun by then is taken back."""
    if row.starts_on >= on:
        act.audit(row, taken_back=True, starts_on=row.starts_on, unit=row.unit_id, role=row.role)
        Appointment.objects.unscoped("fetched under its scope").filter(pk=row.pk).delete()
        return
    row.ends_on, row.reason = on, row.reason or reason
    act.keep(row, "ends_on", "reason", ends_on=on)


def may_end(act: Act, row: Appointment) -> None:
    """Whoever leaves gives up everything; but a clerk does not see the own lead off.

    Nor does a school see off whom it has only borrowed, or who works in another one besides: that
    is for whoever answers for both. Panels and secondments end with the work they rest on.
    """
    held = act.actor.held
    if held is None:
        return  # The product itself sets up an installation.
    if row.unit_id == held.unit_id:
        must_be_givable(act, row.role, row.unit)
    rests_on_no_other = row.kind == AppointmentKind.REGULAR and row.unit.kind != UnitKind.PANEL
    if rests_on_no_other and not row.unit.path.startswith(held.unit_path):
        raise Refused("W48", unit=row.unit.name, role=role_title(row.role, row.unit.kind))


def must_be_givable(act: Act, role: str, unit: Unit) -> None:
    """That whoever acts may give or take this role there."""
    if act.actor.account_id is None:
        return  # The product itself sets up an installation.
    if role not in givable_roles(act.actor, unit_kind=unit.kind, unit_path=unit.path):
        raise Refused("W48", unit=unit.name, role=role_title(role, unit.kind))


def must_not_overlap(row: Appointment) -> None:
    """That the person does not hold the same role in the same unit on any day of it."""
    same = Appointment.objects.unscoped("the reader manages the person").filter(
        Q(ends_on=None) | Q(ends_on__gt=row.starts_on),
        person=row.person,
        unit=row.unit,
        role=row.role,
    )
    if row.ends_on is not None:
        same = same.filter(starts_on__lt=row.ends_on)
    other = same.exclude(pk=row.pk).first()
    if other is not None:
        raise Refused(
            "W47",
            name=row.person.name,
            day=other.starts_on,
            unit=row.unit.name,
            role=role_title(row.role, row.unit.kind),
        )


def _must_not_be_own(act: Act, row: Appointment) -> None:
    if row.person_id == act.actor.person_id:
        raise NotAllowed
