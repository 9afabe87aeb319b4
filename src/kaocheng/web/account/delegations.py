"""代办: granted, entered from a slip, ended, taken up and laid down."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions import delegation
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.account import helped_by_name
from kaocheng.queries.delegation import colleagues_of, delegations_page, slip_person
from kaocheng.queries.setting import setting
from kaocheng.web.account.fields import Field, with_problems
from kaocheng.web.account.session import at_step, new_key
from kaocheng.web.asking import actor, by


def delegations(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    return _page(request, None)


def _page(request: HttpRequest, invalid: Invalid | None) -> HttpResponse:
    today = CLOCK.today()
    context = {
        "page": delegations_page(actor(request), today),
        "fields": with_problems((_until(today),), invalid, request.POST),
        "helper_problem": invalid.problems.get("helper") if invalid else None,
        "chosen": request.POST.get("helper", ""),
    }
    return render(request, "account/delegations.html", context, status=422 if invalid else 200)


def _until(today: date) -> Field:
    return Field(
        "ends_on",
        _("到哪一天为止"),
        kind="date",
        value=(today + timedelta(days=min(30, int(setting("delegation_days"))))).isoformat(),
    )


def grant(request: HttpRequest) -> HttpResponse:
    only_in_person(actor(request))
    try:
        delegation.grant_delegation(
            by(request),
            helper_id=_number(request, "helper"),
            ends_on=_day(request),
        )
    except Invalid as invalid:
        return _page(request, invalid)
    return redirect("delegations")


def slip(request: HttpRequest) -> HttpResponse:
    """For the clerk: first whose slip it is, then who helps and until when."""
    only_in_person(actor(request))
    today = CLOCK.today()
    typed = request.GET.get("q", "")[:40]
    person_id = request.GET.get("person", "") or request.POST.get("person", "")
    person = slip_person(actor(request), int(person_id), today) if person_id.isdigit() else None
    invalid = None
    if request.method == "POST":
        if person is None:
            raise NotYours
        try:
            delegation.enter_slip(
                by(request),
                person_id=person.person_id,
                helper_id=_number(request, "helper"),
                ends_on=_day(request),
                slip_number=request.POST.get("slip_number", ""),
            )
        except Invalid as refused:
            invalid = refused
        else:
            return redirect("delegations")
    fields = (
        _until(today),
        Field("slip_number", _("代办单编号"), maxlength=40, help=_("纸质代办单上的编号或日期")),
    )
    context = {
        "person": person,
        "typed": typed,
        "found": helped_by_name(actor(request), typed, today) if not person else (),
        "colleagues": colleagues_of(person.person_id, today) if person else (),
        "fields": with_problems(fields, invalid, request.POST),
        "helper_problem": invalid.problems.get("helper") if invalid else None,
        "chosen": request.POST.get("helper", ""),
    }
    return render(request, "account/delegation_slip.html", context, status=422 if invalid else 200)


def end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    delegation.end_delegation(by(request), delegation_id=delegation_id)
    return redirect("delegations")


def act_for(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """From now on in the other's name, until `act_for_self`, sign-out or the last day."""
    delegation.take_up(by(request), delegation_id=delegation_id)
    request.session["acting_for"] = delegation_id
    new_key(request)
    return redirect("home")


def act_for_self(request: HttpRequest) -> HttpResponse:
    at_step(request, "", "acting-ended")
    request.session.pop("acting_for", None)
    new_key(request)
    return redirect("home")


def acting_ended(request: HttpRequest) -> HttpResponse:
    """The right to act is over: said before anything is done in another name than thought."""
    at_step(request, "acting-ended")
    return render(request, "account/acting_ended.html", {})


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdigit() or len(text) > 18:
        raise Invalid({name: Refused("W34")})
    return int(text)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("ends_on", ""))
    except ValueError:
        raise Invalid({"ends_on": Refused("W33", days=setting("delegation_days"))}) from None
