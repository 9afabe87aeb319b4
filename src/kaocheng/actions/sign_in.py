"""Signing in and out, and what slows down guessing.

Three counters, each a row of SignInDelay:
- (name, address) where the person has signed in from that address before: a stranger elsewhere
  cannot lock them out of their own school;
- (name, nowhere) for all other addresses together;
- (nobody, address): only makes the answer to a wrong password come later, since a whole school
  sits behind one address.
A name that does not exist is counted and answered like one that does.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.contrib.auth.hashers import make_password, verify_password
from django.db.models import F, Q

from kaocheng.actions.ending import end
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.secret import Secret
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.passwords import PROFILES
from kaocheng.queries.actor import appointments_today
from kaocheng.queries.setting import demo_is_on, several
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Account, Message, SignIn, SignInDelay
from kaocheng.records.models.account import Ending
from kaocheng.records.models.person import PersonState

FREE_FAILURES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(days=1)
# An address that somebody has used stays theirs for so long.
KNOWN_FOR = timedelta(days=90)
# One address: so many wrong ones within the window are ordinary for a school on a Monday.
SLOW_AFTER, SLOW_WINDOW, SLOW_SECONDS = 20, timedelta(minutes=10), 2.0


@action("account.sign_in")
def sign_in(
    act: Act, *, login: str, password: Secret, address: str | None, device: str, shared_pc: bool
) -> Answer:
    """A sign-in, or `said` why not: the refusal has to be counted, so it is no exception."""
    address = network_of(address)
    account = account_named(login)
    name = digest(f"account {account.pk}" if account else f"name {_plain(login)}")
    lock_name(f"sign-in {name}")
    delay = _delay(name, address if _is_known(account, address, act.at) else None, account, act.at)
    if delay.blocked_until and delay.blocked_until > act.at:
        return _refuse(act, delay, account, "W21", until=_time(delay.blocked_until))
    is_right, is_kept_weakly = _checked(account, password)
    if not is_right:
        return _failed(act, delay, account, address)
    assert account is not None
    problem = why_not(account, act.at)
    if problem:
        return _refuse(act, delay, account, problem)
    SignInDelay.objects.filter(name_digest=name, address=delay.address).delete()
    if is_kept_weakly:
        _keep_as_today(account, password)
    return begin(act, account, address=address, device=device, shared_pc=shared_pc, way="password")


def begin(
    act: Act, account: Account, *, address: str | None, device: str, shared_pc: bool, way: str
) -> Answer:
    """The row of the device, and what the session has to know."""
    known = several(
        "password_profile", "second_factor_roles", "session_idle_minutes", "session_hours"
    )
    profile = PROFILES[known["password_profile"]]
    days_left = _days_left(account, profile.change_every_days, act.at)
    expired = way == "password" and days_left is not None and days_left <= 0
    if days_left is not None and 0 < days_left <= profile.warn_days:
        _warn(account, days_left, act.at)
    roles = {held.role for held in appointments_today(account.person_id)}
    row = SignIn(
        account=account,
        # The session exists only after this; `bind_session` writes its digest.
        session_digest=f"waiting-{secrets.token_hex(16)}",
        device=device[:120],
        address=address,
        started_at=act.at,
        seen_at=act.at,
        is_shared_pc=shared_pc,
    )
    row.save()
    act.audit(account, way=way, device=device[:120], shared_pc=shared_pc)
    return Answer.of(
        row,
        account=account.pk,
        sets_up=not account.has_second_factor and bool(roles & set(known["second_factor_roles"])),
        expired=expired,
        idle_minutes=min(known["session_idle_minutes"], 30 if shared_pc else 480),
        hours=known["session_hours"],
        started=act.at.timestamp(),
    )


@action("account.sign_in_linked")
def sign_in_linked(
    act: Act, *, staff_number: str, way: str, address: str | None, device: str
) -> Answer:
    """By another system that vouches for the staff number; never makes an account."""
    accounts = Account.objects.select_related("person")
    account = accounts.filter(person__staff_number=staff_number).first() if staff_number else None
    delay = _delay(digest(f"linked {staff_number}"), None, account, act.at)
    if account is None or _unusable(account):
        delay.failures += 1
        return _refuse(act, delay, account, "W36")
    return begin(act, account, address=network_of(address), device=device, shared_pc=False, way=way)


@action("account.sign_out")
def sign_out(act: Act, *, sign_in_id: int) -> Answer:
    account = Account.objects.get(pk=act.actor.account_id or 0)
    rows = SignIn.objects.filter(pk=sign_in_id, account=account, ended_at=None)
    end(rows, Ending.SIGNED_OUT, act.at)
    act.audit(account, sign_in=sign_in_id)
    return Answer.of(account)


def why_not(account: Account, at: datetime) -> str:
    """The message of what keeps the holder of the right password out; empty if nothing does."""
    if problem := _unusable(account):
        return problem
    return "W31" if account.one_time_until and account.one_time_until <= at else ""


def account_named(login: str) -> Account | None:
    """By login name or by staff number, however it was typed: full width, capitals, spaces."""
    typed = unicodedata.normalize("NFKC", login).strip()
    if not typed or len(typed) > 64 or "\0" in typed:
        return None
    ways = {typed, typed.lower(), typed.upper()}
    found = Account.objects.select_related("person").filter(
        Q(login__in=ways) | Q(person__staff_number__in=ways)
    )
    by_login = sorted(found[:6], key=lambda account: account.login not in ways)
    return by_login[0] if by_login else None


def network_of(address: str | None) -> str | None:
    """The address as it is counted: one of IPv6 is a whole /64, which one home has."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return None
    if parsed.version == 4:
        return str(parsed)
    if mapped := parsed.ipv4_mapped:
        return str(mapped)
    return str(ip_network((parsed, 64), strict=False).network_address)


def slow_seconds(address: str | None, at: datetime) -> float:
    """How much later a wrong password from this address is answered."""
    address = network_of(address)
    row = SignInDelay.objects.filter(name_digest="", address=address).first() if address else None
    busy = row is not None and row.failures > SLOW_AFTER and row.failed_at > at - SLOW_WINDOW
    return SLOW_SECONDS if busy else 0.0


def wait_after(failures: int) -> timedelta | None:
    """Nothing for the first four, then a minute, two, four … half an hour."""
    if failures < FREE_FAILURES:
        return None
    doubled: int = 2 ** min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def bind_session(sign_in_id: int, session_digest: str) -> None:
    """The session of a sign-in has another key from now on; the log says nothing of that."""
    SignIn.objects.filter(pk=sign_in_id).update(session_digest=session_digest)


def note_seen(sign_in_id: int, at: datetime) -> None:
    """At most once a minute: that the device is still in use."""
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(seen_at=at)


def end_idle(sign_in_id: int, at: datetime) -> None:
    """The limit of the session is over; the session itself is flushed by whoever holds it."""
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(
        ended_at=at, ended_because=Ending.IDLE
    )


def _delay(name: str, address: str | None, account: Account | None, at: datetime) -> SignInDelay:
    row = SignInDelay.objects.filter(name_digest=name, address=address).first()
    if row is None or row.failed_at < at - FORGOTTEN_AFTER:
        pk = row.pk if row else None
        row = SignInDelay(
            pk=pk, name_digest=name, address=address, account=account, failed_at=at, failures=0
        )
    return row


def _is_known(account: Account | None, address: str | None, at: datetime) -> bool:
    if account is None or address is None:
        return False
    used = SignIn.objects.filter(account=account, address=address, started_at__gt=at - KNOWN_FOR)
    return used.exists()


def _checked(account: Account | None, password: Secret) -> tuple[bool, bool]:
    """Whether it is right, and whether it is kept in an older way.

    One run of the hash either way, so that the time says nothing about the name.
    """
    typed = password.value[:128]
    if account is None or not account.has_usable_password():
        make_password(typed)
        return False, False
    return verify_password(typed, account.password)


def _keep_as_today(account: Account, password: Secret) -> None:
    """In the way of keeping that holds now; not over what was set meanwhile."""
    there = Account.objects.filter(pk=account.pk, password=account.password)
    there.update(password=make_password(password.value[:128]))


def _failed(act: Act, delay: SignInDelay, account: Account | None, address: str | None) -> Answer:
    delay.failures += 1
    delay.failed_at = act.at
    wait = wait_after(delay.failures)
    delay.blocked_until = act.at + wait if wait else None
    if address:
        _count_address(address, act.at)
    SignInDelay.objects.filter(failed_at__lt=act.at - FORGOTTEN_AFTER).delete()
    if delay.blocked_until:
        return _refuse(act, delay, account, "W21", until=_time(delay.blocked_until))
    return _refuse(act, delay, account, "W20")


def _count_address(address: str, at: datetime) -> None:
    """One statement, so that two at once are both counted."""
    rows = SignInDelay.objects.filter(name_digest="", address=address)
    if rows.filter(failed_at__gt=at - SLOW_WINDOW).update(failures=F("failures") + 1, failed_at=at):
        return
    SignInDelay.objects.bulk_create(
        [SignInDelay(name_digest="", address=address, failures=1, failed_at=at)],
        update_conflicts=True,
        unique_fields=["name_digest", "address"],
        update_fields=["failures", "failed_at"],
    )


def _refuse(
    act: Act, delay: SignInDelay, account: Account | None, said: str, **values: object
) -> Answer:
    delay.save()
    act.audit(account or delay, refused=said, failures=delay.failures)
    return Answer("signin", "", said=said, values=values)


def _unusable(account: Account) -> str:
    if not account.is_active or account.person.state != PersonState.ACTIVE:
        return "W22"
    return "W22" if account.is_demo and not demo_is_on() else ""


def _days_left(account: Account, change_every_days: int, at: datetime) -> int | None:
    if not change_every_days or account.is_demo or account.password_changed_at is None:
        return None
    return change_every_days - (at - account.password_changed_at).days


def _warn(account: Account, days_left: int, at: datetime) -> None:
    """A message in the product, once for each password."""
    changed = account.password_changed_at
    assert changed is not None
    Message.objects.bulk_create(
        [
            Message(
                person_id=account.person_id,
                subject=f"密码还有 {days_left} 天到期",
                body="到期后登录时须先换新密码。现在换，不影响手头的事。",
                page="/account/password",
                effect_key=f"password-{account.pk}-{changed.date()}",
                made_at=at,
            )
        ],
        ignore_conflicts=True,
    )


def _plain(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()


def _time(moment: datetime) -> str:
    local = moment.astimezone(CHINA)
    # Up to the next whole minute: whoever comes then is let in.
    rounded = local + timedelta(seconds=59 - (local.second + 59) % 60)
    return f"{rounded:%H:%M}"
