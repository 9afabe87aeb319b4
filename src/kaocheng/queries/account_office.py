"""账号 as the security administrator sees them: all of them, one of them, and the three posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from kaocheng.access.account import ADMINISTRATORS
from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotAllowed, NotYours
from kaocheng.access.roles import role_title
from kaocheng.access.scope import people
from kaocheng.queries.account import (
    PAGE,
    Device,
    Helped,
    device,
    factor_of,
    named,
    unit_names,
    valid,
)
from kaocheng.records.models import Account, SignIn, SignInDelay
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.person import PersonState


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
    held = valid(on).filter(person=account.person_id).select_related("unit").order_by("starts_on")
    since = at - timedelta(days=90)
    rows = SignIn.objects.filter(account=account, started_at__gt=since).order_by("-seen_at")
    return AccountDetail(
        row=_account_row(account, unit_names([account.person_id], on)),
        is_own=account.pk == actor.account_id,
        roles=tuple(f"{row.unit.name}　{role_title(row.role, row.unit.kind)}" for row in held),
        second_factor=factor_of(account),
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        one_time_until=account.one_time_until,
        devices=tuple(device(row, None) for row in rows[:PAGE]),
    )


@dataclass(frozen=True)
class Administrator:
    """One of the three posts, as it is held today."""

    appointment_id: int
    role: str
    title: str
    name: str
    unit_name: str
    since: date
    is_own: bool


def administrators(actor: Actor, on: date) -> tuple[Administrator, ...]:
    """Who the three are, in the fixed order of the posts."""
    if not actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    rows = (
        valid(on)
        .filter(role__in=ADMINISTRATORS)
        .select_related("person", "unit")
        .order_by("person__pinyin", "id")
    )
    found = sorted(rows, key=lambda row: ADMINISTRATORS.index(Role(row.role)))
    return tuple(
        Administrator(
            appointment_id=row.pk,
            role=row.role,
            title=str(Role(row.role).label),
            name=row.person.name,
            unit_name=row.unit.name,
            since=row.starts_on,
            is_own=row.person_id == actor.person_id,
        )
        for row in found
    )


def with_account(actor: Actor, typed: str, on: date) -> tuple[Helped, ...]:
    """People who could be appointed: at work, with an account that may sign in."""
    typed = typed.strip()
    if not typed:
        return ()
    rows = list(
        people(actor, Permission.ADMINISTER_ACCOUNTS, on=on)
        .filter(account__is_active=True, state=PersonState.ACTIVE)
        .filter(named(typed))
        .exclude(pk=actor.person_id or 0)
        .order_by("pinyin", "id")[:PAGE]
    )
    names = unit_names([person.pk for person in rows], on)
    return tuple(
        Helped(one.pk, one.name, names.get(one.pk, ""), one.staff_number, has_account=True)
        for one in rows
    )


def without_account(actor: Actor, typed: str, on: date) -> tuple[Helped, ...]:
    """People on the roster for whom an account can be made."""
    typed = typed.strip()
    if not typed:
        return ()
    rows = list(
        people(actor, Permission.ADMINISTER_ACCOUNTS, on=on)
        .filter(account=None, state=PersonState.ACTIVE)
        .filter(named(typed))
        .order_by("pinyin", "id")[:PAGE]
    )
    names = unit_names([person.pk for person in rows], on)
    return tuple(
        Helped(one.pk, one.name, names.get(one.pk, ""), one.staff_number, has_account=False)
        for one in rows
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
