"""密码: the first change, a later one, forgotten, and handed over by whoever may help."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid
from kaocheng.actions import account
from kaocheng.actions.secret import Secret, one_time_password
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.account import asked_for_help, helped_by_name, helped_person
from kaocheng.queries.setting import password_profile, setting
from kaocheng.records.models import Account
from kaocheng.web.account.fields import Field, with_problems
from kaocheng.web.account.session import (
    address_of,
    at_step,
    next_page,
    present_device,
    rebind,
)
from kaocheng.web.asking import actor, asking, by

PRESENT = Field("present", _("现在的密码"), kind="password", autocomplete="current-password")
NEW = Field("password", _("新密码"), kind="password", autocomplete="new-password")
AGAIN = Field("again", _("再输一遍新密码"), kind="password", autocomplete="new-password")


def first_password(request: HttpRequest) -> HttpResponse:
    """Before anything else: the password that was handed over, or has run out, is replaced."""
    at_step(request, "first-password")
    return _change(request, (NEW, AGAIN), "account/first_password.html")


def change(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    return _change(request, (PRESENT, NEW, AGAIN), "account/password.html")


def _change(request: HttpRequest, fields: tuple[Field, ...], template: str) -> HttpResponse:
    invalid = None
    if request.method == "POST":
        try:
            account.change_password(
                by(request),
                present=Secret(request.POST.get("present", "")) if PRESENT in fields else None,
                password=Secret(request.POST.get("password", "")),
                again=Secret(request.POST.get("again", "")),
                sign_in_id=present_device(request),
            )
        except Invalid as refused:
            invalid = refused
        else:
            stay_signed_in(request)
            return redirect(next_page(request) if PRESENT not in fields else "account")
    profile = password_profile()
    fields = tuple(
        replace(field, help=_rules(profile.least_length, profile.classes))
        if field.name == "password"
        else field
        for field in fields
    )
    context = {
        "fields": with_problems(fields, invalid, {}),
        "profile": profile,
        "expired": bool(request.session.get("expired")),
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, template, context, status=422 if invalid else 200)


def _rules(least: int, classes: int) -> str:
    if classes:
        said = _("至少 {least} 位，含大写字母、小写字母、数字、符号中的 {classes} 类")
        return str(said).format(least=least, classes=classes)
    return str(_("至少 {least} 位，几个互不相关的词连起来就好")).format(least=least)


def stay_signed_in(request: HttpRequest) -> None:
    """The changed password ends every session but this one, which gets a new key."""
    changed = Account.objects.get(pk=asking(request).actor.account_id or 0)
    auth.update_session_auth_hash(request, changed)
    request.session.pop("expired", None)
    if "sign_in" in request.session:
        rebind(request)


def forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody: whoever helps is told, if there is such a person."""
    done = False
    if request.method == "POST":
        account.ask_for_password(
            by(request),
            name=request.POST.get("name", "")[:40],
            staff_number=request.POST.get("staff_number", "")[:32],
            address=address_of(request),
        )
        done = True
    fields = (
        Field("name", _("姓名"), autocomplete="name", maxlength=40),
        Field("staff_number", _("师训编号"), maxlength=32, help=_("在校历次培训登记用的编号")),
    )
    context = {"fields": fields, "done": done, "help_contact": setting("help_contact")}
    return render(request, "account/forgotten.html", context)


def helping(request: HttpRequest) -> HttpResponse:
    """Who waits for a password, and a search for whoever stands before the desk unasked."""
    typed = request.GET.get("q", "")[:40]
    today = CLOCK.today()
    context = {
        "asked": asked_for_help(actor(request), today),
        "typed": typed,
        "found": helped_by_name(actor(request), typed, today),
    }
    return render(request, "account/helping.html", context)


def help_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Check the person, then hand over a password that is shown once."""
    only_in_person(actor(request))
    person = helped_person(actor(request), person_id, CLOCK.today())
    password = None
    if request.method == "POST" and request.POST.get("checked") == "on":
        asked = by(request)
        password = one_time_password(asked.key, f"person {person_id}")
        account.issue_one_time_password(asked, person_id=person_id, password=password)
    context = {
        "person": person,
        "password": password.value if password else "",
        "unchecked": request.method == "POST" and password is None,
    }
    return render(request, "account/help_person.html", context)
