"""People are added, corrected, transferred, seconded, and leave; what they were stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from kaocheng.access.grants import Permission
from kaocheng.access.person import people_kept, people_to_move
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.scope import people, units
from kaocheng.actions.appointment import end_now, may_end, start
from kaocheng.actions.open_account import open_accounts
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.unit_past import today
from kaocheng.methods.pinyin import person_pinyin
from kaocheng.records.models import Account, Appointment, Person, PersonalData
from kaocheng.records.models.appointment import AppointmentKind
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

PERSONAL = ("id_number", "phone", "email", "born_on")


@action("person.add")
def add_person(
    act: Act,
    *,
    unit_id: int,
    role: str,
    starts_on: date,
    name: str,
    staff_number: str = "",
    gender: str = "",
    subject: str = "",
    title: str = "",
    id_number: str = "",
    phone: str = "",
    email: str = "",
    born_on: date | None = None,
    seed: str = "",
) -> Answer:
    """Add somebody new with their first appointment; with a seed, an account is opened too."""
    unit = act.lock(units(act.actor, Permission.MANAGE_PEOPLE), unit_id)
    must_be_unused(staff_number=staff_number, id_number=id_number)
    person = Person(
        name=name,
        pinyin=person_pinyin(name),
        staff_number=staff_number,
        gender=gender,
        subject=subject,
        title=title,
        is_demo=unit.is_demo,
    )
    act.make(person, name=digest(name), unit=unit.pk)
    PersonalData.objects.create(
        person=person, id_number=id_number, phone=phone, email=email, born_on=born_on
    )
    start(act, Appointment(person=person, unit=unit, role=role, starts_on=starts_on))
    if seed:
        open_accounts(act, [person], seed=seed)
    return Answer.of(person)


@action("person.correct")
def correct_person(
    act: Act,
    *,
    person_id: int,
    name: str,
    staff_number: str,
    gender: str,
    subject: str,
    title: str,
    version: int | None = None,
) -> Answer:
    """Correct what was entered wrong: there is no “as of” for it, the log says who changed it."""
    person = act.lock(people_kept(act.actor, Permission.MANAGE_PEOPLE, on=today(act)), person_id)
    if staff_number != person.staff_number:
        must_be_unused(staff_number=staff_number, but=person)
    new = {
        "name": name,
        "staff_number": staff_number,
        "gender": gender,
        "subject": subject,
        "title": title,
    }
    changed = [field for field, value in new.items() if getattr(person, field) != value]
    for field, value in new.items():
        setattr(person, field, value)
    person.pinyin = person_pinyin(name)
    values = {field: digest(new[field]) for field in changed}
    act.keep(person, *new, "pinyin", version=version, changed=changed, digests=values)
    return Answer.of(person)


@action("person.correct_personal")
def correct_personal_data(
    act: Act,
    *,
    person_id: int,
    id_number: str,
    phone: str,
    email: str,
    born_on: date | None,
    version: int | None = None,
) -> Answer:
    """ID number, phone and the like, by who may see them; the log holds digests only."""
    day = today(act)
    managed = people_kept(act.actor, Permission.MANAGE_PEOPLE, on=day)
    seen = people_kept(act.actor, Permission.SEE_PERSONAL_DATA, on=day)
    person = act.lock(managed.filter(pk__in=seen.values("pk")), person_id)
    data = PersonalData.objects.filter(person=person).first() or PersonalData(person=person)
    if id_number and id_number != data.id_number:
        must_be_unused(id_number=id_number, but=person)
    new: Mapping[str, object] = {
        "id_number": id_number,
        "phone": phone,
        "email": email,
        "born_on": born_on,
    }
    changed = {
        field: digest(new[field]) for field in PERSONAL if getattr(data, field) != new[field]
    }
    act.keep(person, version=version, personal=changed)
    for field in PERSONAL:
        setattr(data, field, new[field])
    data.save()
    return Answer.of(person)


@action("person.retire")
def retire_person(act: Act, *, person_id: int, on: date, version: int | None = None) -> Answer:
    """Retire somebody: every appointment ends on the day, what they did stays where it is."""
    return _leave(act, person_id, PersonState.RETIRED, on=on, reason="退休", version=version)


@action("person.leave")
def let_go(
    act: Act, *, person_id: int, on: date, reason: str = "", version: int | None = None
) -> Answer:
    """Somebody leaves to where the product does not reach."""
    return _leave(act, person_id, PersonState.LEFT, on=on, reason=reason or "调离", version=version)


@action("person.transfer")
def transfer_person(
    act: Act,
    *,
    person_id: int,
    unit_id: int,
    role: str,
    on: date,
    reason: str = "",
    version: int | None = None,
) -> Answer:
    """Move somebody to another unit: what they entered stays the old one's, panels stay theirs."""
    person = act.lock(people_to_move(act.actor, on=today(act)), person_id)
    unit = act.lock(units(act.actor, Permission.MANAGE_PEOPLE), unit_id)
    act.keep(person, version=version, transferred_to=unit.pk, on=on)
    for row in _open(person, on=on).exclude(unit__kind=UnitKind.PANEL).select_related("unit"):
        if row.kind == AppointmentKind.REGULAR:
            may_end(act, row)
            end_now(act, row, on=on, reason=reason or "调动")
    start(
        act,
        Appointment(person=person, unit=unit, role=role, starts_on=on, reason=reason or "调入"),
    )
    return Answer.of(person)


@action("person.second")
def second_person(
    act: Act,
    *,
    person_id: int,
    unit_id: int,
    role: str,
    starts_on: date,
    ends_on: date,
    reason: str = "",
) -> Answer:
    """Lend somebody to another unit until a day; both units see them as long as it lasts."""
    person = act.lock(people_to_move(act.actor, on=today(act)), person_id)
    unit = act.lock(units(act.actor, Permission.MANAGE_PEOPLE), unit_id)
    row = Appointment(
        person=person,
        unit=unit,
        role=role,
        kind=AppointmentKind.SECONDED,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason or "借调",
    )
    start(act, row)
    return Answer.of(row)


def must_be_unused(
    *, staff_number: str = "", id_number: str = "", but: Person | None = None
) -> None:
    """That nobody else has the number; says nothing about who has it."""
    problems = {}
    others = Person.objects.unscoped("a number is unique whoever asks")
    own = but.pk if but else 0
    if staff_number and others.filter(staff_number=staff_number).exclude(pk=own).exists():
        problems["staff_number"] = Refused("W51", field="师训编号")
    taken = Account.objects.filter(login=staff_number).exclude(person=own)
    if staff_number and "staff_number" not in problems and taken.exists():
        problems["staff_number"] = Refused("W51", field="登录名")
    data = PersonalData.objects.filter(id_number=id_number).exclude(person=own)
    if id_number and data.exists():
        problems["id_number"] = Refused("W51", field="身份证号")
    if problems:
        raise Invalid(problems)


def _leave(
    act: Act, person_id: int, state: str, *, on: date, reason: str, version: int | None
) -> Answer:
    person = act.lock(people(act.actor, Permission.MANAGE_PEOPLE, on=today(act)), person_id)
    if person.pk == act.actor.person_id:
        raise NotAllowed
    for row in _open(person, on=on).select_related("unit"):
        may_end(act, row)
        end_now(act, row, on=on, reason=reason)
    if state == PersonState.RETIRED:
        person.retires_on = on
    if on <= today(act):
        person.state = state
    act.keep(person, "state", "retires_on", version=version, on=on, state=state)
    return Answer.of(person)


def _open(person: Person, *, on: date) -> OwnedQuerySet[Appointment]:
    rows = Appointment.objects.unscoped("the person was fetched under its scope")
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=on), person=person).order_by("pk")
