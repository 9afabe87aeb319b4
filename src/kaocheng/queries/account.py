"""账号: one's own page, one's devices, whom one may help, and what the security office sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from kaocheng.access.account import helped_people
from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.task import own_tasks
from kaocheng.queries.setting import password_profile
from kaocheng.records.models import (
    Account,
    Appointment,
    Person,
    PersonalData,
    SignIn,
    SpareCode,
)
from kaocheng.records.models.account import Ending
from kaocheng.records.models.task import TaskState
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50


@dataclass(frozen=True)
class OwnAccount:
    """The page 我的."""

    login: str
    name: str
    staff_number: str
    password_changed_at: datetime | None
    # None: never by the calendar.
    password_days_left: int | None
    password_warns: bool
    second_factor: str
    spare_codes_left: int
    devices: int


@dataclass(frozen=True)
class Device:
    id: int
    device: str
    address: str
    started_at: datetime
    seen_at: datetime
    is_this: bool
    is_shared_pc: bool
    ended_at: datetime | None
    ended_because: str


@dataclass(frozen=True)
class Asked:
    """Somebody who has asked for a new password."""

    person_id: int
    name: str
    unit_name: str
    asked_at: datetime


@dataclass(frozen=True)
class Helped:
    """Somebody to whom a password may be handed; with what tells two of one name apart."""

    person_id: int
    name: str
    unit_name: str
    staff_number: str
    has_account: bool


def own_account(actor: Actor, at: datetime) -> OwnAccount:
    account = _own(actor)
    profile = password_profile()
    changed = account.password_changed_at
    left = None
    if profile.change_every_days and changed:
        left = max(profile.change_every_days - (at - changed).days, 0)
    return OwnAccount(
        login=account.login,
        name=account.person.name,
        staff_number=account.person.staff_number,
        password_changed_at=changed,
        password_days_left=left,
        password_warns=left is not None and left <= profile.warn_days,
        second_factor=factor_of(account),
        spare_codes_left=SpareCode.objects.filter(account=account, used_at=None).count(),
        devices=SignIn.objects.filter(account=account, ended_at=None).count(),
    )


def factor_of(account: Account) -> str:
    if account.totp_confirmed_at:
        return "totp"
    return "sms" if account.sms_confirmed_at else ""


def devices(actor: Actor, *, present: int | None, limit: int = PAGE) -> tuple[Device, ...]:
    """One's own devices: those that are signed in first, then the last that were."""
    rows = SignIn.objects.filter(account=actor.account_id).order_by(
        F("ended_at").desc(nulls_first=True), "-seen_at"
    )
    return tuple(device(row, present) for row in rows[:limit])


def phone_of(account_id: int) -> str:
    """Where a code goes; read for sending, shown only masked."""
    data = PersonalData.objects.filter(person__account=account_id).first()
    return data.phone if data else ""


def asked_for_help(actor: Actor, on: date) -> tuple[Asked, ...]:
    """Who waits for a new password, of those whom one may help."""
    if actor.held is None:
        return ()
    tasks = own_tasks(actor).filter(source_kind="account", state=TaskState.OPEN)
    asked = {int(task.source_id): task.made_at for task in tasks[:500]}
    found = list(
        helped_people(actor, on=on)
        .filter(account__in=asked)
        .select_related("account")
        .order_by("pinyin", "id")[:PAGE]
    )
    names = unit_names([person.pk for person in found], on)
    return tuple(
        Asked(person.pk, person.name, names.get(person.pk, ""), asked[person.account.pk])
        for person in found
    )


def helped_by_name(actor: Actor, typed: str, on: date) -> tuple[Helped, ...]:
    """People whom one may help, by the beginning of the name, of the pinyin or the staff number."""
    typed = typed.strip()
    if not typed:
        return ()
    rows = (
        helped_people(actor, on=on)
        .filter(named(typed))
        .select_related("account")
        .order_by("pinyin", "id")[:PAGE]
    )
    found = list(rows)
    names = unit_names([person.pk for person in found], on)
    return tuple(_helped(person, names) for person in found)


def helped_person(actor: Actor, person_id: int, on: date) -> Helped:
    person = helped_people(actor, on=on).select_related("account").filter(pk=person_id).first()
    if person is None:
        raise NotYours
    return _helped(person, unit_names([person.pk], on))


def unit_names(person_ids: list[int], on: date) -> dict[int, str]:
    """Where people work, in one query: what tells two of one name apart."""
    rows = valid(on).filter(person__in=person_ids).select_related("unit", "unit__parent")
    names: dict[int, str] = {}
    for row in rows.order_by("starts_on", "id"):
        above = row.unit.parent if row.unit.kind in {"group", "department"} else None
        name = f"{above.name} {row.unit.name}" if above else row.unit.name
        names.setdefault(row.person_id, name)
    return names


def named(typed: str) -> Q:
    return (
        Q(name__startswith=typed)
        | Q(pinyin__startswith=typed.lower())
        | Q(staff_number__iexact=typed)
    )


def valid(on: date) -> OwnedQuerySet[Appointment]:
    return Appointment.objects.unscoped("where people work, of those already within reach").filter(
        Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on
    )


def _own(actor: Actor) -> Account:
    account = Account.objects.select_related("person").filter(pk=actor.account_id or 0).first()
    if account is None:
        raise NotYours
    return account


def _helped(person: Person, names: dict[int, str]) -> Helped:
    return Helped(
        person_id=person.pk,
        name=person.name,
        unit_name=names.get(person.pk, ""),
        staff_number=person.staff_number,
        has_account=hasattr(person, "account"),
    )


def device(row: SignIn, present: int | None) -> Device:
    return Device(
        id=row.pk,
        device=row.device,
        address=row.address or "",
        started_at=row.started_at,
        seen_at=row.seen_at,
        is_this=row.pk == present,
        is_shared_pc=row.is_shared_pc,
        ended_at=row.ended_at,
        ended_because=Ending(row.ended_because).label if row.ended_because else "",
    )
