"""Accounts of the demo city: everybody has one, and one for each role is told to the newcomer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyotp
from django.contrib.auth.hashers import make_password

from kaocheng.actions.demo import places
from kaocheng.actions.demo.people import Town
from kaocheng.actions.secret import Secret
from kaocheng.records.models import Account, Person


@dataclass(frozen=True)
class Shown:
    """Whom a newcomer can look around as: `known` is the word under which they were hired."""

    role: str
    title: str
    login: str
    known: str
    unit: str
    start_page: str = "/home"
    has_second_factor: bool = False


SHOWN = (
    Shown("teacher", "教师", "teacher", f"teacher {places.SCHOOL}/语文组", places.SCHOOL),
    Shown("workshop_leader", "坊主", "leader", f"leader {places.SCHOOL}/语文组", places.SCHOOL),
    Shown("school_lead", "校长", "head", f"lead {places.SCHOOL}", places.SCHOOL),
    Shown("clerk", "学校信息员", "clerk", f"clerk {places.SCHOOL}", places.SCHOOL),
    Shown("town_officer", "镇教育办", "town", "town", places.TOWN, has_second_factor=True),
    Shown(
        "district_officer",
        "区工程办",
        "district",
        "district",
        places.DISTRICT,
        has_second_factor=True,
    ),
    Shown("city_officer", "市工程办", "city", "city", places.CITY, has_second_factor=True),
    Shown("reviewer", "评审专家", "reviewer", "reviewer", places.panel_of(places.DISTRICT)),
    Shown("system_admin", "系统管理员", "system", "system", places.CITY, has_second_factor=True),
    Shown(
        "security_admin", "安全管理员", "security", "security", places.CITY, has_second_factor=True
    ),
    Shown("audit_admin", "审计管理员", "audit", "audit", places.CITY, has_second_factor=True),
    Shown("company_lead", "公司负责人", "company", "company lead", places.COMPANY),
    Shown("company_employee", "公司员工", "employee", "company member 研发部", places.COMPANY),
    Shown("township_clerk", "镇政府信息员", "township", "township clerk", places.TOWNSHIP),
)


@dataclass(frozen=True)
class Card:
    """What a newcomer needs to sign in as one of them; a row of `demo-accounts.json`."""

    role: str
    title: str
    person: str
    account: str
    password: str
    totp_secret: str
    start_page: str
    unit: str

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def write_accounts(town: Town, *, password: Secret, at: datetime) -> tuple[Card, ...]:
    """An account for everybody at work, all with the one password of this installation.

    It is stretched once: a quarter of a second for each of 1,300 people would be five minutes.
    """
    kept = make_password(password.value)
    shown = {town.known[one.known].pk: one for one in SHOWN}
    accounts = [
        _account(hired.person, shown.get(hired.person.pk), kept, at)
        for hired in town.hired
        if hired.person.state == "active"
    ]
    Account.objects.bulk_create(accounts, batch_size=2_000)
    secrets = {account.person_id: account.totp_secret for account in accounts}
    return tuple(
        _card(one, town.known[one.known], password.value, secrets[town.known[one.known].pk])
        for one in SHOWN
    )


def renew_passwords(*, password: Secret) -> tuple[Card, ...]:
    """Another password for all of them, where the list of accounts got lost."""
    accounts = {one.login: one for one in Account.objects.select_related("person")}
    Account.objects.filter(is_demo=True).update(password=make_password(password.value))
    return tuple(
        _card(one, accounts[one.login].person, password.value, accounts[one.login].totp_secret)
        for one in SHOWN
    )


def _account(person: Person, shown: Shown | None, password: str, at: datetime) -> Account:
    has_second_factor = shown is not None and shown.has_second_factor
    return Account(
        login=shown.login if shown else person.staff_number.lower(),
        person=person,
        password=password,
        must_change_password=False,
        password_changed_at=at,
        totp_secret=pyotp.random_base32() if has_second_factor else "",
        totp_confirmed_at=at if has_second_factor else None,
        is_demo=True,
    )


def _card(shown: Shown, person: Person, password: str, totp_secret: str) -> Card:
    return Card(
        role=shown.role,
        title=shown.title,
        person=person.name,
        account=shown.login,
        password=password,
        totp_secret=totp_secret,
        start_page=shown.start_page,
        unit=shown.unit,
    )
