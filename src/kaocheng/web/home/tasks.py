"""任务: one's own, and who owes what below."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.task import FILTERS, task_list
from kaocheng.queries.task_board import board, owed_below, top_unit
from kaocheng.web.asking import actor
from kaocheng.web.paging import choice_of, number_of


def own(request: HttpRequest) -> HttpResponse:
    tasks = task_list(
        actor(request),
        now=CLOCK.now(),
        chosen=choice_of(request, "show", FILTERS),
        page=number_of(request, "page"),
    )
    return render(request, "tasks/list.html", {"tasks": tasks, "page": tasks.page})


def below(request: HttpRequest) -> HttpResponse:
    """Units in rows; a unit with nothing under it shows its tasks instead."""
    who = actor(request)
    found = board(
        who,
        top_unit(who, number_of(request, "unit", 0)),
        now=CLOCK.now(),
        row_kind=request.GET.get("kind", ""),
        page=number_of(request, "page"),
    )
    if not found.row_kinds:
        return owed(request)
    return render(request, "tasks/below.html", {"board": found, "page": found.page})


def owed(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    found = owed_below(
        who,
        top_unit(who, number_of(request, "unit", 0)),
        now=CLOCK.now(),
        only_overdue=choice_of(request, "show", ("open", "overdue")) == "overdue",
        page=number_of(request, "page"),
    )
    return render(request, "tasks/owed.html", {"owed": found, "page": found.page})
