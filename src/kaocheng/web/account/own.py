"""我的: the account, its second factor and its devices."""

from __future__ import annotations

import pyotp
import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid
from kaocheng.actions import account as accounts
from kaocheng.actions import second_factor
from kaocheng.actions.secret import Secret, spare_codes
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.second_factor import Way, senders
from kaocheng.queries.account import devices, own_account, phone_of
from kaocheng.web.account.fields import Field, with_problems
from kaocheng.web.account.session import at_step, new_key, present_device
from kaocheng.web.account.sign_in import send_code
from kaocheng.web.asking import actor, asking, by

CODE = Field(
    "code",
    _("验证码"),
    help=_("验证器上现在显示的 6 位数字"),
    autocomplete="one-time-code",
    inputmode="numeric",
    maxlength=10,
)


def account(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    context = {"own": own_account(actor(request), CLOCK.now())}
    return render(request, "account/account.html", context)


def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """A QR code for the device, and the code that it shows; also as a step of signing in."""
    at_step(request, "", "account-second-factor")
    only_in_person(actor(request))
    if request.method == "POST":
        return _confirm(request)
    return _set_up_form(request, None)


def _confirm(request: HttpRequest) -> HttpResponse:
    code = Secret(request.POST.get("code", "")[:20])
    try:
        if request.POST.get("way") == Way.SMS:
            kept = request.session.get("sent_code")
            sent = second_factor.Sent(*kept) if kept else None
            second_factor.confirm_sms(by(request), code=code, sent=sent)
        else:
            secret = Secret(request.session.get("new_totp", ""))
            second_factor.confirm_totp(by(request), secret=secret, code=code)
    except Invalid as invalid:
        return _set_up_form(request, invalid)
    for name in ("new_totp", "sets_up", "sent_code"):
        request.session.pop(name, None)
    request.session["second_factor"] = True
    new_key(request)
    return redirect("account-second-factor")


def _set_up_form(request: HttpRequest, invalid: Invalid | None) -> HttpResponse:
    own = own_account(actor(request), CLOCK.now())
    secret = request.session.setdefault("new_totp", pyotp.random_base32())
    way = request.POST.get("way", "totp")
    address = pyotp.TOTP(secret).provisioning_uri(name=own.login, issuer_name="考成")
    account_id = asking(request).actor.account_id
    assert account_id is not None
    context = {
        "own": own,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=4),
        "fields": with_problems((CODE,), invalid if way != Way.SMS else None, {}),
        "sms_fields": with_problems((CODE,), invalid if way == Way.SMS else None, {}),
        "password_fields": (
            Field("password", _("现在的密码"), kind="password", autocomplete="current-password"),
        ),
        "by_sms": Way.SMS in senders() and bool(phone_of(account_id)),
        "sent_to": request.session.get("sent_to", ""),
        "required": bool(request.session.get("sets_up")),
    }
    return render(
        request, "account/set_up_second_factor.html", context, status=422 if invalid else 200
    )


def send_sms(request: HttpRequest) -> HttpResponse:
    at_step(request, "", "account-second-factor")
    only_in_person(actor(request))
    send_code(request)
    return redirect("account-second-factor")


def drop_second_factor(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    try:
        second_factor.drop_second_factor(
            by(request), password=Secret(request.POST.get("password", ""))
        )
    except Invalid as invalid:
        context = {
            "fields": with_problems(
                (
                    Field(
                        "password",
                        _("现在的密码"),
                        kind="password",
                        autocomplete="current-password",
                    ),
                ),
                invalid,
                {},
            )
        }
        return render(request, "account/drop_second_factor.html", context, status=422)
    request.session.pop("second_factor", None)
    return redirect("account-second-factor")


def print_spare_codes(request: HttpRequest) -> HttpResponse:
    """Shown once, to be printed or copied; the page is never cached."""
    only_in_person(actor(request))
    asked = by(request)
    codes = spare_codes(asked.key, f"account {asked.actor.account_id}")
    second_factor.make_spare_codes(asked, codes=list(codes))
    context = {
        "codes": [code.value for code in codes],
        "own": own_account(actor(request), CLOCK.now()),
        "made_at": asked.at,
    }
    return render(request, "account/spare_codes.html", context)


def sessions(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    found = devices(actor(request), present=present_device(request))
    others = any(one.ended_at is None and not one.is_this for one in found)
    context = {"devices": found, "has_others": others}
    return render(request, "account/sessions.html", context)


def end_session(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    accounts.end_sign_in(by(request), sign_in_id=sign_in_id)
    return redirect("account-sessions")


def end_other_sessions(request: HttpRequest) -> HttpResponse:
    accounts.end_other_sign_ins(by(request), sign_in_id=present_device(request))
    return redirect("account-sessions")
