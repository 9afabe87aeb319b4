"""Running a round: starting, telling what has happened, finishing, excusing, archiving."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, NotYours
from kaocheng.actions.obligation import excuse, finish
from kaocheng.actions.round import archive_round, note_event, start_round
from kaocheng.actions.round_ticket import note_ticket
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.obligation import Whole, whole
from kaocheng.queries.round import choices, one_round
from kaocheng.queries.round_events import event_page
from kaocheng.queries.ticket import ticket_page
from kaocheng.web.asking import actor, by
from kaocheng.web.rounds.forms import EventForm, ExcuseForm, StartForm, TicketForm, say_beside
from kaocheng.web.saying import say


def start(request: HttpRequest) -> HttpResponse:
    possible = choices(actor(request), today=CLOCK.today())
    form = StartForm(request.POST if request.method == "POST" else None, possible)
    if request.method == "POST" and form.is_valid():
        try:
            answer = start_round(by(request), **form.values())
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("考核工作已经开始，该办的事已分到各人的待办"))
            return redirect("round", answer.id)
    return render(request, "rounds/start.html", {"form": form, "possible": possible})


def events(request: HttpRequest, *, round_id: int) -> HttpResponse:
    who = actor(request)
    work = one_round(who, round_id)
    found = event_page(who, work, now=CLOCK.now())
    form = EventForm(request.POST if request.method == "POST" else None, found.tellable)
    if request.method == "POST" and form.is_valid():
        try:
            note_event(by(request), round_id=round_id, **form.values())
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已记下，有关的期限已重新算过"))
            return redirect("round-events", round_id)
    return render(request, "rounds/events.html", {"found": found, "form": form})


def ticket(request: HttpRequest, *, round_id: int, entry_id: int) -> HttpResponse:
    who = actor(request)
    work = one_round(who, round_id)
    found = ticket_page(who, work, entry_id, now=CLOCK.now())
    form = TicketForm(request.POST if request.method == "POST" else None, found.tellable)
    if request.method == "POST" and form.is_valid():
        try:
            note_ticket(by(request), round_id=round_id, entry_id=found.line.id, **form.values())
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已记下，有关的期限已重新算过"))
            return redirect("round-ticket", round_id, found.line.id)
    return render(request, "rounds/ticket.html", {"found": found, "form": form})


def archive(request: HttpRequest, *, round_id: int) -> HttpResponse:
    archive_round(by(request), round_id=round_id)
    say(request, gettext("已归档"))
    return redirect("round", round_id)


def finish_one(request: HttpRequest, *, round_id: int, obligation_id: int) -> HttpResponse:
    _in_round(request, round_id, obligation_id)
    finish(by(request), obligation_id=obligation_id)
    say(request, gettext("已办结"))
    return redirect("round-mine", round_id)


def excuse_one(request: HttpRequest, *, round_id: int, obligation_id: int) -> HttpResponse:
    found = _in_round(request, round_id, obligation_id)
    if not found.head.runs:
        raise NotYours
    form = ExcuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        excuse(by(request), obligation_id=obligation_id, because=form.cleaned_data["because"])
        say(request, gettext("已免办"))
        return redirect("obligation", round_id, obligation_id)
    return render(request, "rounds/excuse.html", {"found": found, "form": form})


def _in_round(request: HttpRequest, round_id: int, obligation_id: int) -> Whole:
    who = actor(request)
    return whole(who, one_round(who, round_id), obligation_id, now=CLOCK.now())
