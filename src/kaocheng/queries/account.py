"""账号: one's own page, one's devices, whom one may help, and what the security office sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from kaocheng.access.account import helped_people
from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotAllowed, NotYours
from kaocheng.access.scope import people
from kaocheng.access.task import own_tasks
from kaocheng.queries.setting import password_profile
from kaocheng.records.models import (
    Account,
    Appointment,
    Person,
    PersonalData,
    SignIn,
    SignInDelay,
    SpareCode,
)
from kaocheng.records.models.account import Ending
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.person import PersonState
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


@dataclass(frozen=True)
class AccountRow:
    account_id: int
    person_id: int
    name: str
    login: str
    unit_name: str
    is_active: bool
    person_is_active: bool
    has_second_factor: bool
    blocked_until: datetime | None
    open_devices: int


@dataclass(frozen=True)
class Page:
    """One page of a list, with the names that the part for turning pages asks for."""

    rows: tuple[AccountRow, ...]
    number: int
    num_pages: int
    count: int

    @property
    def paginator(self) -> Page:
        return self

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.num_pages

    @property
    def has_other_pages(self) -> bool:
        return self.num_pages > 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


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
    return tuple(_device(row, present) for row in rows[:limit])


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
        .filter(
            Q(name__startswith=typed)
            | Q(pinyin__startswith=typed.lower())
            | Q(staff_number__iexact=typed)
        )
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


def accounts(actor: Actor, *, typed: str, only: str, number: int, at: datetime, on: date) -> Page:
    """For the security administrator; `only`: "", "locked", "delayed" or "without_factor"."""
    if not actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    rows = Account.objects.select_related("person").order_by("person__pinyin", "pk")
    typed = typed.strip()
    if typed:
        rows = rows.filter(
            Q(person__name__startswith=typed)
            | Q(person__pinyin__startswith=typed.lower())
            | Q(login__iexact=typed)
            | Q(person__staff_number__iexact=typed)
        )
    delays = SignInDelay.objects.filter(account=OuterRef("pk"), blocked_until__gt=at)
    if only == "locked":
        rows = rows.filter(is_active=False)
    elif only == "delayed":
        rows = rows.filter(Exists(delays))
    elif only == "without_factor":
        rows = rows.filter(totp_confirmed_at=None, sms_confirmed_at=None)
    total = rows.count()
    pages = max(-(-total // PAGE), 1)
    number = min(max(number, 1), pages)
    shown = list(
        rows.annotate(
            open_devices=Count("sign_ins", filter=Q(sign_ins__ended_at=None)),
            blocked=delays.order_by("-blocked_until").values("blocked_until")[:1],
        )[(number - 1) * PAGE : number * PAGE]
    )
    names = unit_names([row.person_id for row in shown], on)
    return Page(tuple(_account_row(row, names) for row in shown), number, pages, total)


@dataclass(frozen=True)
class AccountDetail:
    row: AccountRow
    is_own: bool
    roles: tuple[str, ...]
    second_factor: str
    password_changed_at: datetime | None
    must_change_password: bool
    one_time_until: datetime | None
    devices: tuple[Device, ...]


def account_detail(actor: Actor, account_id: int, at: datetime, on: date) -> AccountDetail:
    if not actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    delays = SignInDelay.objects.filter(account=OuterRef("pk"), blocked_until__gt=at)
    account = (
        Account.objects.select_related("person")
        .annotate(
            open_devices=Count("sign_ins", filter=Q(sign_ins__ended_at=None)),
            blocked=delays.order_by("-blocked_until").values("blocked_until")[:1],
        )
        .filter(pk=account_id)
        .first()
    )
    if account is None:
        raise NotYours
    held = _valid(on).filter(person=account.person_id).select_related("unit").order_by("starts_on")
    since = at - timedelta(days=90)
    rows = SignIn.objects.filter(account=account, started_at__gt=since).order_by("-seen_at")
    return AccountDetail(
        row=_account_row(account, unit_names([account.person_id], on)),
        is_own=account.pk == actor.account_id,
        roles=tuple(f"{row.unit.name}　{Role(row.role).label}" for row in held),
        second_factor=factor_of(account),
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        one_time_until=account.one_time_until,
        devices=tuple(_device(row, None) for row in rows[:PAGE]),
    )


def without_account(actor: Actor, typed: str, on: date) -> tuple[Helped, ...]:
    """People on the roster for whom an account can be made."""
    typed = typed.strip()
    if not typed:
        return ()
    rows = list(
        people(actor, Permission.ADMINISTER_ACCOUNTS, on=on)
        .filter(account=None, state=PersonState.ACTIVE)
        .filter(
            Q(name__startswith=typed)
            | Q(pinyin__startswith=typed.lower())
            | Q(staff_number__iexact=typed)
        )
        .order_by("pinyin", "id")[:PAGE]
    )
    names = unit_names([person.pk for person in rows], on)
    return tuple(
        Helped(one.pk, one.name, names.get(one.pk, ""), one.staff_number, has_account=False)
        for one in rows
    )


def unit_names(person_ids: list[int], on: date) -> dict[int, str]:
    """Where people work, in one query: what tells two of one name apart."""
    rows = _valid(on).filter(person__in=person_ids).select_related("unit", "unit__parent")
    names: dict[int, str] = {}
    for row in rows.order_by("starts_on", "id"):
        above = row.unit.parent if row.unit.kind in {"group", "department"} else None
        name = f"{above.name} {row.unit.name}" if above else row.unit.name
        names.setdefault(row.person_id, name)
    return names


def _valid(on: date) -> OwnedQuerySet[Appointment]:
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


def _device(row: SignIn, present: int | None) -> Device:
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


def _account_row(account: Account, names: dict[int, str]) -> AccountRow:
    return AccountRow(
        account_id=account.pk,
        person_id=account.person_id,
        name=account.person.name,
        login=account.login,
        unit_name=names.get(account.person_id, ""),
        is_active=account.is_active,
        person_is_active=account.person.state == PersonState.ACTIVE,
        has_second_factor=account.has_second_factor,
        blocked_until=account.blocked,  # type: ignore[attr-defined]  # annotated by the caller
        open_devices=account.open_devices,  # type: ignore[attr-defined]
    )
