"""Choices of the reader, each a plain form of the frame."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kaocheng.access.refusal import Refused
from kaocheng.actions.appointment_switch import switch_appointment
from kaocheng.actions.preference import LANGUAGES, choose_language, choose_type_size
from kaocheng.web.asking import actor, by
from kaocheng.web.languages import COOKIE, TYPE_COOKIE

A_YEAR = 365 * 24 * 3600


def switch(request: HttpRequest) -> HttpResponse:
    """Another appointment may not reach the present page: its home is next."""
    chosen = request.POST.get("appointment", "")
    if not chosen.isdecimal():
        raise Refused("W01")
    switch_appointment(by(request), appointment_id=int(chosen))
    return redirect("home")


def language(request: HttpRequest) -> HttpResponse:
    """Kept with the account, and on the device for the page of signing in."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        raise Refused("W01")
    if _has_own_account(request):
        choose_language(by(request), language=chosen)
    return _back(request, COOKIE, chosen)


def type_size(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("size", "")
    if chosen not in {"large", "normal"}:
        raise Refused("W01")
    if _has_own_account(request):
        choose_type_size(by(request), large=chosen == "large")
    return _back(request, TYPE_COOKIE, chosen)


def _has_own_account(request: HttpRequest) -> bool:
    asker = actor(request)
    return asker.account_id is not None and asker.helper is None


def _back(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(wanted if is_ours else reverse("home"))
    response.set_cookie(
        cookie, value, max_age=A_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return response
