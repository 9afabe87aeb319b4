"""登录、退出, and the steps between the password and the first page."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Refused
from kaocheng.actions import second_factor, sign_in
from kaocheng.actions.secret import Secret
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.second_factor import NotSent, Way, senders
from kaocheng.gateways.single_sign_on import cas_server, oidc_provider
from kaocheng.queries.account import phone_of
from kaocheng.queries.setting import setting
from kaocheng.records.models import Account
from kaocheng.web.account.fields import Field
from kaocheng.web.account.session import (
    address_of,
    at_step,
    begin_session,
    device_of,
    new_key,
    next_page,
)
from kaocheng.web.asking import asking, by

# How many answers may be held back at once: more would tie up the server for an attacker.
_HELD_BACK = threading.BoundedSemaphore(4)
# Tests put their own here.
wait: Callable[[float], None] = time.sleep


def sign_in_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _sign_in(request)
    present = asking(request)
    if present.actor.account_id is not None and not present.still_to_do:
        return redirect(next_page(request))
    return _form(request, None)


def _sign_in(request: HttpRequest) -> HttpResponse:
    shared_pc = request.POST.get("shared_pc") == "on"
    address = address_of(request)
    answer = sign_in.sign_in(
        by(request),
        login=request.POST.get("login", "")[:64],
        password=Secret(request.POST.get("password", "")),
        address=address,
        device=device_of(request),
        shared_pc=shared_pc,
    )
    if answer.said:
        _hold_back(sign_in.slow_seconds(address, CLOCK.now()))
        return _form(request, Refused(answer.said, **answer.values))
    begin_session(request, answer, shared_pc=shared_pc, linked=False)
    return redirect(next_page(request))


def _form(request: HttpRequest, problem: Refused | None) -> HttpResponse:
    oidc, cas = oidc_provider(), cas_server()
    context = {
        "problem": problem,
        "fields": (
            Field(
                "login",
                _("登录名"),
                value=request.POST.get("login", ""),
                help=_("一般是师训编号"),
                autocomplete="username",
                maxlength=64,
            ),
            Field("password", _("密码"), kind="password", autocomplete="current-password"),
        ),
        "shared_pc": request.POST.get("shared_pc") == "on",
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "oidc": oidc.title if oidc else "",
        "cas": cas.title if cas else "",
        "help_contact": setting("help_contact"),
    }
    return render(request, "account/sign_in.html", context, status=422 if problem else 200)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Also for whoever is not signed in any more: the button must work on an old page."""
    sign_in_id = request.session.get("sign_in")
    if sign_in_id is not None and asking(request).actor.account_id is not None:
        sign_in.sign_out(by(request), sign_in_id=sign_in_id)
    auth.logout(request)
    response = redirect("sign-in")
    # What the browser kept for this site goes too, on shared computers above all.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def second_factor_page(request: HttpRequest) -> HttpResponse:
    at_step(request, "second-factor")
    problem = None
    if request.method == "POST":
        answer = second_factor.pass_second_factor(
            by(request), code=Secret(request.POST.get("code", "")[:20]), sent=_sent(request)
        )
        if not answer.said:
            request.session["second_factor"] = True
            request.session.pop("sent_code", None)
            new_key(request)
            return redirect(next_page(request))
        problem = Refused(answer.said, **answer.values)
    account = Account.objects.get(pk=asking(request).actor.account_id or 0)
    context = {
        "fields": (
            Field(
                "code",
                _("验证码"),
                help=_("手机验证器上的 6 位数字，或打印的备用码"),
                autocomplete="one-time-code",
                inputmode="text",
                maxlength=20,
                problems=(problem,) if problem else (),
            ),
        ),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "by_phone": account.sms_confirmed_at is not None,
        "sent_to": request.session.get("sent_to", ""),
    }
    return render(request, "account/second_factor.html", context, status=422 if problem else 200)


def second_factor_code(request: HttpRequest) -> HttpResponse:
    """Send a code to the phone, at most once a minute."""
    back = request.POST.get("back") or "second-factor"
    at_step(
        request, *(("second-factor",) if back == "second-factor" else ("account-second-factor", ""))
    )
    send_code(request)
    target = "second-factor" if back == "second-factor" else "account-second-factor"
    return redirect(f"{reverse(target)}?{urlencode({'next': next_page(request)})}")


def send_code(request: HttpRequest) -> None:
    """The digest and the end of the code stay in the session; how it went is said on the page."""
    session = request.session
    seconds = CLOCK.now().timestamp()
    account_id = asking(request).actor.account_id
    assert account_id is not None
    phone = phone_of(account_id)
    sender = senders().get(Way.SMS)
    if sender is None or not phone or seconds < session.get("sent_at", 0) + 60:
        return
    session["sent_at"] = seconds
    code = f"{secrets.randbelow(1_000_000):06d}"
    try:
        sender.send(phone, code)
    except NotSent:
        session["sent_to"] = ""
        session.pop("sent_code", None)
        return
    until = seconds + second_factor.CODE_HOLDS.total_seconds()
    session["sent_code"] = [second_factor.sent_code_digest(code), until]
    session["sent_to"] = f"{phone[:3]}****{phone[-2:]}"


def _sent(request: HttpRequest) -> second_factor.Sent | None:
    kept = request.session.get("sent_code")
    return second_factor.Sent(*kept) if kept else None


def _hold_back(seconds: float) -> None:
    if seconds and _HELD_BACK.acquire(blocking=False):
        try:
            wait(seconds)
        finally:
            _HELD_BACK.release()
