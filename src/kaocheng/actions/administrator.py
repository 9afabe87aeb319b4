"""三员: appointed by the security administrator, and never two of the three in one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kaocheng.access.account import ADMINISTRATORS, only_in_person, refuse_two_administrators
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotAllowed, NotYours
from kaocheng.access.scope import one, people
from kaocheng.actions.account import set_one_time
from kaocheng.actions.ending import end
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.secret import Secret
from kaocheng.actions.unit import open_unit
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.pinyin import person_pinyin
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Account, Appointment, Person, SignIn
from kaocheng.records.models.account import Ending
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.unit import UnitKind


@action("administrator.appoint")
def appoint_administrator(act: Act, *, person_id: int, role: str) -> Answer:
    """Somebody with an account becomes one of the three, in the unit of whoever appoints."""
    held = act.actor.held
    if held is None or not act.actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    only_in_person(act.actor)
    if role not in ADMINISTRATORS or person_id == act.actor.person_id:
        raise NotYours
    # Two at once must not make one person two administrators.
    lock_name(f"administrator {person_id}")
    today = _today(act)
    person = one(people(act.actor, Permission.ADMINISTER_ACCOUNTS, on=today), person_id)
    if not Account.objects.filter(person=person, is_active=True).exists():
        raise NotYours
    refuse_two_administrators(person.pk, role, on=today)
    row = Appointment(person=person, role=role, unit_id=held.unit_id, starts_on=today)
    there = Appointment.objects.unscoped("whether the same holds already").filter(
        person=person, role=role, unit=held.unit_id, ends_on=None
    )
    if present := there.first():
        act.audit(present, role=role, again=True)
        return Answer.of(present)
    act.make(row, person=person.pk, role=role)
    return Answer.of(row)


@action("administrator.end")
def end_administrator(act: Act, *, appointment_id: int) -> Answer:
    """From today on no longer; nobody ends their own post, so that one always stays."""
    if not act.actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    only_in_person(act.actor)
    rows = Appointment.objects.unscoped("the permission covers the three posts everywhere")
    row = act.lock(rows.filter(role__in=ADMINISTRATORS, ends_on=None), appointment_id)
    if row.person_id == act.actor.person_id:
        raise NotAllowed
    today = _today(act)
    if row.starts_on >= today:
        # Begun today and ended today: it never held for a whole day, but the log keeps both.
        act.audit(row, role=row.role, person=row.person_id, removed=True)
        row.delete()
    else:
        row.ends_on = today
        act.keep(row, "ends_on", role=row.role, ends_on=today)
    end(SignIn.objects.filter(account__person=row.person_id), Ending.ADMINISTRATOR, act.at)
    return Answer("appointment", str(appointment_id))


@dataclass(frozen=True)
class First:
    """One of the first three, with the password that is handed over."""

    role: str
    name: str
    login: str
    password: Secret

    def __str__(self) -> str:
        return f"{self.role} {self.login} {self.password}"


@action("installation.begin")
def begin_installation(
    act: Act, *, unit_name: str, unit_kind: str, first: Sequence[First]
) -> Answer:
    """On empty records: the unit at the top and the three who let everybody else in."""
    lock_name("installation")
    if act.actor.account_id is not None or Person.objects.unscoped("is it empty").exists():
        raise NotAllowed
    if {one.role for one in first} != set(ADMINISTRATORS) or len(first) != len(ADMINISTRATORS):
        raise NotAllowed
    if unit_kind not in UnitKind.values:
        raise NotYours
    today = _today(act)
    unit = open_unit(act, None, unit_kind, unit_name, on=today)
    for one_of_them in first:
        person = Person(
            name=one_of_them.name,
            pinyin=person_pinyin(one_of_them.name),
            staff_number=one_of_them.login,
        )
        act.make(person)
        act.make(Appointment(person=person, role=one_of_them.role, unit=unit, starts_on=today))
        account = Account(login=one_of_them.login, person=person)
        set_one_time(act, account, one_of_them.password, save=False)
        act.make(account, role=Role(one_of_them.role).value)
    return Answer.of(unit)


def _today(act: Act) -> date:
    return act.at.astimezone(CHINA).date()
