"""考核进度: which rounds run, how far everybody is, what is overdue, what is mine."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.obligation import mine, of_subject, overdue, whole
from kaocheng.queries.round import one_round, round_list
from kaocheng.queries.round_board import board
from kaocheng.queries.round_days import agenda_page
from kaocheng.queries.ticket import ticket_list
from kaocheng.web.asking import actor
from kaocheng.web.paging import number_of


def list_rounds(request: HttpRequest) -> HttpResponse:
    found = round_list(actor(request), now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "rounds/list.html", {"found": found, "page": found.page})


def show_board(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    found = board(
        who,
        one_round(who, round_id),
        now=CLOCK.now(),
        unit_id=number_of(request, "unit", 0),
        chosen=request.GET.get("show", ""),
        page=number_of(request, "page"),
    )
    return render(request, "rounds/board.html", {"found": found, "page": found.page})


def list_mine(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    work = one_round(who, round_id)
    found = mine(who, work, now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "rounds/mine.html", {"found": found, "page": found.page})


def list_overdue(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    found = overdue(
        who,
        one_round(who, round_id),
        now=CLOCK.now(),
        duty=request.GET.get("duty", ""),
        page=number_of(request, "page"),
    )
    return render(request, "rounds/overdue.html", {"found": found, "page": found.page})


def show_subject(request: HttpRequest, *, round_id: int, subject_id: int) -> HttpResponse:
    who = actor(request)
    work = one_round(who, round_id)
    found = of_subject(who, work, subject_id, now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "rounds/subject.html", {"found": found, "page": found.page})


def show_agenda(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    work = one_round(who, round_id)
    found = agenda_page(
        who,
        work,
        now=CLOCK.now(),
        everything=request.GET.get("show") == "all",
        page=number_of(request, "page"),
    )
    return render(request, "rounds/agenda.html", {"found": found, "page": found.page})


def list_tickets(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    found = ticket_list(
        who,
        one_round(who, round_id),
        now=CLOCK.now(),
        chosen=request.GET.get("show", ""),
        register=request.GET.get("register", ""),
        page=number_of(request, "page"),
    )
    return render(request, "rounds/tickets.html", {"found": found, "page": found.page})


def show_obligation(request: HttpRequest, *, round_id: int, obligation_id: int) -> HttpResponse:
    who = actor(request)
    found = whole(who, one_round(who, round_id), obligation_id, now=CLOCK.now())
    return render(request, "rounds/obligation.html", {"found": found})
