"""Second factors: a TOTP device or codes by SMS, printed codes for the day without the phone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import check_password

from kaocheng.access.account import helped_people, only_in_person
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.secret import Secret
from kaocheng.actions.sign_in import wait_after
from kaocheng.gateways.clock import CHINA
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Account, SignInDelay, SpareCode

STEP_SECONDS = 30
CODE_HOLDS = timedelta(minutes=5)


class Sent:
    """A code that went to the phone: its digest and until when it holds; lives in the session."""

    def __init__(self, code_digest: str, until: float) -> None:
        self.code_digest = code_digest
        self.until = until

    def __str__(self) -> str:
        return self.code_digest


@action("account.pass_second_factor")
def pass_second_factor(act: Act, *, code: Secret, sent: Sent | None = None) -> Answer:
    """`said` why not, since the attempt has to be counted; any of the ways of the account."""
    account = _own(act)
    name = digest(f"second factor {account.pk}")
    lock_name(f"sign-in {name}")
    delay = SignInDelay.objects.filter(name_digest=name, address=None).first() or SignInDelay(
        name_digest=name, address=None, account=account, failed_at=act.at, failures=0
    )
    if delay.blocked_until and delay.blocked_until > act.at:
        act.audit(account, refused="W21")
        until = delay.blocked_until.astimezone(CHINA)
        return Answer.of(account, said="W21", until=f"{until + timedelta(minutes=1):%H:%M}")
    way = _way(act, account, _digits(code.value), sent)
    if not way:
        delay.failures += 1
        delay.failed_at = act.at
        wait = wait_after(delay.failures)
        delay.blocked_until = act.at + wait if wait else None
        delay.save()
        act.audit(account, refused="W23", failures=delay.failures)
        return Answer.of(account, said="W23")
    SignInDelay.objects.filter(name_digest=name).delete()
    act.audit(account, second_factor=way)
    return Answer.of(account, way=way)


@action("account.confirm_totp")
def confirm_totp(act: Act, *, secret: Secret, code: Secret) -> Answer:
    """The device shows the right code, so it counts from now on."""
    only_in_person(act.actor)
    account = _own(act)
    if account.totp_confirmed_at:
        raise NotAllowed
    # Without a secret, the page that showed it belongs to a session that is over.
    shown = secret.value
    step = _step_of(shown, _digits(code.value), act.at.timestamp()) if shown else None
    if step is None:
        raise Invalid({"code": Refused("W23")})
    account.totp_secret = secret.value
    account.totp_confirmed_at = act.at
    account.totp_last_step = step
    _keep(account, "totp_secret", "totp_confirmed_at", "totp_last_step")
    act.audit(account, second_factor="totp")
    return Answer.of(account)


@action("account.confirm_sms")
def confirm_sms(act: Act, *, code: Secret, sent: Sent | None) -> Answer:
    only_in_person(act.actor)
    account = _own(act)
    if sent is None or not _is_sent(_digits(code.value), sent, act.at.timestamp()):
        raise Invalid({"code": Refused("W23")})
    account.sms_confirmed_at = act.at
    _keep(account, "sms_confirmed_at")
    act.audit(account, second_factor="sms")
    return Answer.of(account)


@action("account.make_spare_codes")
def make_spare_codes(act: Act, *, codes: Sequence[Secret]) -> Answer:
    """Only digests are kept; the ones printed before work no longer."""
    only_in_person(act.actor)
    account = _own(act)
    if not account.has_second_factor:
        raise Refused("W39")
    SpareCode.objects.filter(account=account).delete()
    SpareCode.objects.bulk_create(
        [SpareCode(account=account, digest=_spare_digest(account, one.value)) for one in codes]
    )
    act.audit(account, spare_codes=len(codes))
    return Answer.of(account)


@action("account.drop_second_factor")
def drop_second_factor(act: Act, *, password: Secret) -> Answer:
    """By the person, who shows the password; where the post needs one, it is set up anew."""
    only_in_person(act.actor)
    account = _own(act)
    if not check_password(password.value[:128], account.password):
        raise Invalid({"password": Refused("W30")})
    _forget(account)
    act.audit(account, second_factor="none")
    return Answer.of(account)


@action("account.reset_second_factor")
def reset_second_factor(act: Act, *, account_id: int) -> Answer:
    """By the security administrator, after checking who stands there: the phone is lost."""
    only_in_person(act.actor)
    if not act.actor.may(Permission.ADMINISTER_ACCOUNTS):
        raise NotAllowed
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotYours
    act.lock(helped_people(act.actor, on=act.at.astimezone(CHINA).date()), account.person_id)
    _forget(account)
    act.audit(account, second_factor="none")
    return Answer.of(account)


def sent_code_digest(code: str) -> str:
    return digest(f"sent code {code}")


def _way(act: Act, account: Account, code: str, sent: Sent | None) -> str:
    """By which of the account's ways the code is right, marked as used; empty if by none."""
    if account.totp_confirmed_at:
        step = _step_of(account.totp_secret, code, act.at.timestamp())
        if step is not None and step > account.totp_last_step:
            account.totp_last_step = step
            _keep(account, "totp_last_step")
            return "totp"
    if account.sms_confirmed_at and sent and _is_sent(code, sent, act.at.timestamp()):
        return "sms"
    if len(code) == 10:
        used = SpareCode.objects.filter(
            account=account, digest=_spare_digest(account, code), used_at=None
        ).update(used_at=act.at)
        return "spare code" if used else ""
    return ""


def _step_of(secret: str, code: str, seconds: float) -> int | None:
    """The time step, of this one and its two neighbours, whose code it is."""
    totp = pyotp.TOTP(secret)
    present = int(seconds) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS), code):
            return step
    return None


def _is_sent(code: str, sent: Sent, seconds: float) -> bool:
    return seconds < sent.until and hmac.compare_digest(sent_code_digest(code), sent.code_digest)


def _digits(code: str) -> str:
    """As it is compared: without the spaces and dashes that people copy along."""
    kept = "".join(one for one in code if one not in " -－　")
    return kept.lower() if kept.isascii() else ""


def _spare_digest(account: Account, code: str) -> str:
    key = settings.SECRET_KEY.encode()
    message = f"spare {account.pk} {_digits(code)}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _forget(account: Account) -> None:
    account.totp_secret = ""
    account.totp_confirmed_at = None
    account.totp_last_step = 0
    account.sms_confirmed_at = None
    _keep(account, "totp_secret", "totp_confirmed_at", "totp_last_step", "sms_confirmed_at")
    SpareCode.objects.filter(account=account).delete()


def _own(act: Act) -> Account:
    account = Account.objects.select_for_update().filter(pk=act.actor.account_id or 0).first()
    if account is None:
        raise NotYours
    return account


def _keep(account: Account, *fields: str) -> None:
    account.version += 1
    account.save(update_fields=[*fields, "version"])
