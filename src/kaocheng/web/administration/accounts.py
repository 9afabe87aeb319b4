"""安全管理员: accounts made, locked, signed out, their second factors reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kaocheng.access.account import ADMINISTRATORS
from kaocheng.access.actor import By
from kaocheng.access.refusal import Invalid, NotYours
from kaocheng.actions import account, administrator, second_factor
from kaocheng.actions.perform import Answer
from kaocheng.actions.secret import one_time_password
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.account_office import (
    account_detail,
    accounts,
    administrators,
    with_account,
    without_account,
)
from kaocheng.web.account.fields import Field, with_problems
from kaocheng.web.asking import actor, by

FILTERS = {
    "": _("全部"),
    "locked": _("已停用"),
    "delayed": _("输错次数多，暂缓登录"),
    "without_factor": _("没有两步验证"),
}


def list_accounts(request: HttpRequest) -> HttpResponse:
    only = request.GET.get("only", "")
    only = only if only in FILTERS else ""
    typed = request.GET.get("q", "")[:40]
    number = request.GET.get("page", "1")
    context = {
        "page": accounts(
            actor(request),
            typed=typed,
            only=only,
            number=int(number) if number.isdigit() and len(number) < 9 else 1,
            at=CLOCK.now(),
            on=CLOCK.today(),
        ),
        "typed": typed,
        "only": only,
        "filters": FILTERS,
    }
    return render(request, "administration/accounts.html", context)


def show_account(request: HttpRequest, account_id: int) -> HttpResponse:
    context = {"page": account_detail(actor(request), account_id, CLOCK.now(), CLOCK.today())}
    return render(request, "administration/account.html", context)


# What the buttons of the page do, by the value they send.
DEEDS: dict[str, Callable[[By, int], Answer]] = {
    "lock": lambda asked, account_id: account.lock_account(asked, account_id=account_id),
    "unlock": lambda asked, account_id: account.unlock_account(asked, account_id=account_id),
    "end": lambda asked, account_id: account.end_sign_ins_of(asked, account_id=account_id),
    "reset": lambda asked, account_id: second_factor.reset_second_factor(
        asked, account_id=account_id
    ),
}


def change_account(request: HttpRequest, account_id: int) -> HttpResponse:
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise NotYours
    deed(by(request), account_id)
    return redirect("account-admin", account_id=account_id)


def make_account(request: HttpRequest) -> HttpResponse:
    """Find the person on the roster, give a login name, hand over the password."""
    typed = request.GET.get("q", "")[:40]
    chosen = request.GET.get("person") or request.POST.get("person", "")
    found = without_account(actor(request), typed, CLOCK.today())
    invalid, password = None, ""
    field = Field("login", _("登录名"), maxlength=40, help=_("一般用师训编号"))
    if request.method == "POST" and chosen.isdigit():
        asked = by(request)
        secret = one_time_password(asked.key, f"new account {chosen}")
        try:
            account.create_account(
                asked,
                person_id=int(chosen),
                login=request.POST.get("login", "")[:40],
                password=secret,
            )
            password = secret.value
        except Invalid as refused:
            invalid = refused
    person = next((one for one in found if str(one.person_id) == chosen), None)
    if person is not None:
        field = replace(field, value=person.staff_number)
    context = {
        "typed": typed,
        "found": found,
        "person": person,
        "chosen": chosen,
        "fields": with_problems((field,), invalid, request.POST),
        "person_problem": invalid.problems.get("person") if invalid else None,
        "password": password,
        "login": request.POST.get("login", ""),
    }
    return render(
        request, "administration/make_account.html", context, status=422 if invalid else 200
    )


def list_administrators(request: HttpRequest) -> HttpResponse:
    """The three posts, who holds them, and a search for somebody to appoint."""
    typed = request.GET.get("q", "")[:40]
    today = CLOCK.today()
    context = {
        "administrators": administrators(actor(request), today),
        "posts": {role.value: role.label for role in ADMINISTRATORS},
        "typed": typed,
        "found": with_account(actor(request), typed, today),
    }
    return render(request, "administration/administrators.html", context)


def appoint_administrator(request: HttpRequest) -> HttpResponse:
    person_id = request.POST.get("person", "")
    if not person_id.isdigit() or len(person_id) > 18:
        raise NotYours
    administrator.appoint_administrator(
        by(request), person_id=int(person_id), role=request.POST.get("role", "")
    )
    return redirect("accounts-administrators")


def end_administrator(request: HttpRequest, appointment_id: int) -> HttpResponse:
    administrator.end_administrator(by(request), appointment_id=appointment_id)
    return redirect("accounts-administrators")
