"""Deciding about results: freezing, opening again, signing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.result import (
    AT_ONCE,
    acknowledge_result,
    ask_freeze,
    freeze_results,
    reopen_results,
)
from kaocheng.queries.result_deciding import acknowledged_where, freezing, reopening
from kaocheng.records.models import Job
from kaocheng.web.asking import actor, by
from kaocheng.web.results.forms import FreezeForm, ReopenForm, say_beside
from kaocheng.web.saying import say


def freeze(request: HttpRequest, *, round_id: int) -> HttpResponse:
    found = freezing(actor(request), round_id)
    form = FreezeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        try:
            if found.rows > AT_ONCE:
                asked = ask_freeze(by(request), round_id=round_id, because=because)
                return redirect("job", Job.objects.get(effect_key=asked.id).pk)
            answer = freeze_results(by(request), round_id=round_id, because=because)
        except Refused as problem:
            if problem.message_id not in {"K76", "K77"}:
                raise
            form.add_error("because", f"{problem} {problem.remedy('zh')}")
        else:
            say(request, gettext("已冻结 %(count)s 条结果") % {"count": answer.values["count"]})
            return redirect("result-round", round_id)
    form.ask_reason(is_needed=bool(found.lacking or form.errors))
    return render(request, "results/freeze.html", {"found": found, "form": form})


def reopen(request: HttpRequest, *, set_id: int) -> HttpResponse:
    found = reopening(actor(request), set_id)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen_results(by(request), set_id=set_id, because=form.cleaned_data["because"])
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已重新打开，改好以后再冻结"))
            return redirect("result-round", found.round_id)
    return render(request, "results/reopen.html", {"found": found, "form": form})


def acknowledge(request: HttpRequest, *, row_id: int) -> HttpResponse:
    acknowledge_result(by(request), row_id=row_id)
    say(request, gettext("已签字确认"))
    round_id, result, subject_id = acknowledged_where(actor(request), row_id)
    return redirect("result", round_id, result, subject_id)
