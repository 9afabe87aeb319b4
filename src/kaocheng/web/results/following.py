"""What follows from results: lists, decisions, and who is barred from what."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid
from kaocheng.actions.consequence import decide_consequence, propose_consequences
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.consequence import bars as bars_of
from kaocheng.queries.consequence import consequence_page, consequences
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.results.forms import DecideForm, say_beside
from kaocheng.web.saying import say

MOST_ASKED = 60


def list_round(request: HttpRequest, *, round_id: int) -> HttpResponse:
    found = consequences(
        actor(request),
        round_id,
        chosen=request.GET.get("state", ""),
        page=number_of(request, "page"),
    )
    return render(request, "results/consequences.html", {"found": found, "page": found.page})


def propose(request: HttpRequest, *, round_id: int) -> HttpResponse:
    answer = propose_consequences(by(request), round_id=round_id)
    say(request, gettext("新提出 %(count)s 条") % {"count": answer.values["count"]})
    return redirect("consequences", round_id)


def show(request: HttpRequest, *, consequence_id: int) -> HttpResponse:
    return _page(request, consequence_id, None)


def decide(request: HttpRequest, *, consequence_id: int) -> HttpResponse:
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            decide_consequence(
                by(request),
                consequence_id=consequence_id,
                is_confirmed=request.POST.get("decision") == "confirm",
                **form.cleaned_data,
            )
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已记下决定"))
            return redirect("consequence", consequence_id)
    return _page(request, consequence_id, form)


def bars(request: HttpRequest) -> HttpResponse:
    found = bars_of(
        actor(request),
        asked=request.GET.get("q", "").strip()[:MOST_ASKED],
        what=request.GET.get("what", "")[:MOST_ASKED],
        on=_day(request),
        page=number_of(request, "page"),
    )
    return render(request, "results/bars.html", {"found": found, "page": found.page})


def _day(request: HttpRequest) -> date:
    """The day asked for, else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return CLOCK.now().astimezone(CHINA).date()


def _page(request: HttpRequest, consequence_id: int, form: DecideForm | None) -> HttpResponse:
    found = consequence_page(actor(request), consequence_id)
    initial = {"starts_on": found.line.starts_on, "ends_on": found.line.ends_on}
    return render(
        request,
        "results/consequence.html",
        {"found": found, "form": form or DecideForm(initial=initial)},
    )
