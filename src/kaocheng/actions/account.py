"""账号: made for people, their passwords, and who helps whom when one is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib.auth.hashers import check_password, make_password

from kaocheng.access.account import helped_people, only_in_person
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.access.scope import one, people
from kaocheng.actions.asking_for_help import (
    MOST_ASKED,
    ask_whoever_helps,
    count_asking,
    settle_asking,
)
from kaocheng.actions.ending import end
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.secret import Secret
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.passwords import Fault, Profile, faults
from kaocheng.queries.setting import password_profile
from kaocheng.records.models import Account, Person, PersonalData, SignIn, SignInDelay
from kaocheng.records.models.account import Ending

ONE_TIME_HOLDS = timedelta(hours=72)
KEPT = 5  # as many as any profile looks back


@action("account.change_password")
def change_password(
    act: Act, *, present: Secret | None, password: Secret, again: Secret, sign_in_id: int | None
) -> Answer:
    """Set an own password; all other devices are signed out.

    `present` is None only where the person has just signed in with a one-time password.
    """
    only_in_person(act.actor)
    account = _own(act)
    if present is not None and not check_password(present.value[:128], account.password):
        raise Invalid({"present": Refused("W30")})
    if present is None and not account.must_change_password and not _is_expired(act, account):
        raise Invalid({"present": Refused("W30")})
    refuse_weak(account, password, again)
    account.earlier_passwords = [account.password, *account.earlier_passwords][:KEPT]
    account.password = make_password(password.value)
    account.password_changed_at = act.at
    account.must_change_password = False
    account.one_time_until = None
    _keep(
        account,
        "earlier_passwords",
        "password",
        "password_changed_at",
        "must_change_password",
        "one_time_until",
    )
    others = SignIn.objects.filter(account=account).exclude(pk=sign_in_id or 0)
    act.audit(account, ended=end(others, Ending.PASSWORD, act.at))
    return Answer.of(account)


@action("account.ask_for_password")
def ask_for_password(act: Act, *, name: str, staff_number: str, address: str | None) -> Answer:
    """Tell whoever helps that somebody stands before a closed door; never says who exists."""
    asked = count_asking(address, act.at)
    if asked.failures > MOST_ASKED:
        act.audit(asked, refused=True)
        return Answer("account", "")
    found = Person.objects.unscoped("nobody is signed in, and the answer is always the same")
    person = found.filter(name=name.strip(), staff_number=staff_number.strip()).first()
    account = Account.objects.filter(person=person, is_active=True).first() if person else None
    if person is None or account is None or not staff_number.strip():
        act.audit(asked, found=False)
        return Answer("account", "")
    told = ask_whoever_helps(act, account, person)
    act.audit(account, told=told)
    return Answer("account", "")


@action("account.issue_one_time_password")
def issue_one_time_password(act: Act, *, person_id: int, password: Secret) -> Answer:
    """For somebody who stands before the helper; to be changed at once, within 72 hours."""
    only_in_person(act.actor)
    person = act.lock(helped_people(act.actor, on=_today(act)), person_id)
    account = Account.objects.select_for_update().filter(person=person).first()
    if account is None:
        raise NotYours
    set_one_time(act, account, password)
    end(SignIn.objects.filter(account=account), Ending.PASSWORD, act.at)
    SignInDelay.objects.filter(account=account).delete()
    settle_asking(act, account)
    act.audit(account, holds_until=account.one_time_until)
    return Answer.of(account)


@action("account.create")
def create_account(act: Act, *, person_id: int, login: str, password: Secret) -> Answer:
    """By the security administrator, for a person who is already on the roster."""
    only_in_person(act.actor)
    person = one(people(act.actor, Permission.ADMINISTER_ACCOUNTS, on=_today(act)), person_id)
    if Account.objects.filter(person=person).exists():
        raise Invalid({"person": Refused("W22")})
    login = login.strip()
    if not login or Account.objects.filter(login=login).exists():
        raise Invalid({"login": Refused("W38", title="登录名")})
    account = Account(login=login, person=person)
    set_one_time(act, account, password, save=False)
    act.make(account, login_given=True)
    return Answer.of(account)


@action("account.lock")
def lock_account(act: Act, *, account_id: int) -> Answer:
    account = _administered(act, account_id)
    account.is_active = False
    _keep(account, "is_active")
    ended = end(SignIn.objects.filter(account=account), Ending.ADMINISTRATOR, act.at)
    act.audit(account, is_active=False, ended=ended)
    return Answer.of(account)


@action("account.unlock")
def unlock_account(act: Act, *, account_id: int) -> Answer:
    """Let it sign in again, and forget the wrong attempts."""
    account = _administered(act, account_id)
    account.is_active = True
    _keep(account, "is_active")
    forgotten, _ = SignInDelay.objects.filter(account=account).delete()
    act.audit(account, is_active=True, delays_forgotten=forgotten)
    return Answer.of(account)


@action("account.end_sign_ins")
def end_sign_ins_of(act: Act, *, account_id: int) -> Answer:
    account = _administered(act, account_id)
    ended = end(SignIn.objects.filter(account=account), Ending.ADMINISTRATOR, act.at)
    act.audit(account, ended=ended)
    return Answer.of(account)


@action("account.end_sign_in")
def end_sign_in(act: Act, *, sign_in_id: int) -> Answer:
    """One of one's own devices."""
    only_in_person(act.actor)
    account = _own(act)
    rows = SignIn.objects.filter(account=account, pk=sign_in_id)
    if not rows.exists():
        raise NotYours
    act.audit(account, sign_in=sign_in_id, ended=end(rows, Ending.ELSEWHERE, act.at))
    return Answer.of(account)


@action("account.end_other_sign_ins")
def end_other_sign_ins(act: Act, *, sign_in_id: int | None) -> Answer:
    only_in_person(act.actor)
    account = _own(act)
    rows = SignIn.objects.filter(account=account).exclude(pk=sign_in_id or 0)
    act.audit(account, ended=end(rows, Ending.ELSEWHERE, act.at))
    return Answer.of(account)


def set_one_time(act: Act, account: Account, password: Secret, *, save: bool = True) -> None:
    """Also for the import of a roster: a password to hand over, that must be changed."""
    if account.password:
        account.earlier_passwords = [account.password, *account.earlier_passwords][:KEPT]
    account.password = make_password(password.value)
    account.must_change_password = True
    account.one_time_until = act.at + ONE_TIME_HOLDS
    account.password_changed_at = act.at
    if save:
        _keep(
            account,
            "earlier_passwords",
            "password",
            "must_change_password",
            "one_time_until",
            "password_changed_at",
        )


def refuse_weak(account: Account, password: Secret, again: Secret) -> None:
    """All that is wrong at once, beside its field."""
    profile = password_profile()
    person = account.person
    data = PersonalData.objects.filter(person=person).first()
    words = (
        account.login,
        person.name,
        person.pinyin,
        person.staff_number,
        data.phone if data else "",
    )
    earlier: Sequence[str] = (account.password, *account.earlier_passwords)[: profile.earlier]
    used = tuple(check_password(password.value[:128], one) for one in earlier)
    found = faults(password.value, profile, about_person=words, used_before=used)
    problems: dict[str, Refused] = {}
    for position, fault in enumerate(found):
        problems[f"password_{position}" if position else "password"] = _said(fault, profile)
    if password.value != again.value:
        problems["again"] = Refused("W29")
    if problems:
        raise Invalid(problems)


def _said(fault: Fault, profile: Profile) -> Refused:
    return {
        Fault.TOO_SHORT: Refused("W24", least=profile.least_length),
        Fault.TOO_PLAIN: Refused("W25", classes=profile.classes),
        Fault.KNOWN_ABOUT_PERSON: Refused("W26"),
        Fault.USED_BEFORE: Refused("W27", count=profile.earlier),
        Fault.COMMON: Refused("W28"),
    }[fault]


def _own(act: Act) -> Account:
    account = (
        Account.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=act.actor.account_id or 0)
        .first()
    )
    if account is None:
        raise NotYours
    return account


def _administered(act: Act, account_id: int) -> Account:
    """Any account but one's own."""
    only_in_person(act.actor)
    if not act.actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or account.pk == act.actor.account_id:
        raise NotYours
    return account


def _keep(account: Account, *fields: str) -> None:
    """The row is locked, so the version only counts."""
    account.version += 1
    account.save(update_fields=[*fields, "version"])


def _is_expired(act: Act, account: Account) -> bool:
    days = password_profile().change_every_days
    changed = account.password_changed_at
    return bool(days and changed and (act.at - changed).days >= days)


def _today(act: Act) -> date:
    return act.at.astimezone(CHINA).date()
