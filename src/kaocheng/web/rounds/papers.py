"""What goes out of a round: the calendar for a phone, the weekly circular as text and on paper."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.documents.agenda import agenda_ics
from kaocheng.documents.paper import Grid, Issued, Paper, Text, pdf
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.circular import Circular
from kaocheng.queries.circular import circular as circular_of
from kaocheng.queries.round import one_round
from kaocheng.queries.round_days import agenda_of
from kaocheng.web.asking import actor


def calendar(request: HttpRequest, *, round_id: int) -> HttpResponse:
    """All days of the round for the calendar of a phone."""
    who = actor(request)
    work = one_round(who, round_id)
    text = agenda_ics(agenda_of(who, work), title=work.title)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="round-{round_id}.ics"'
    return response


def show_circular(request: HttpRequest, *, round_id: int) -> HttpResponse:
    return render(request, "rounds/circular.html", {"found": _circular(request, round_id)})


def circular_paper(request: HttpRequest, *, round_id: int) -> HttpResponse:
    found = _circular(request, round_id)
    day = found.issued_on
    rows = tuple(
        (
            line.title,
            str(line.figures.total),
            str(line.figures.done),
            str(line.this_week),
            str(line.figures.open),
            str(line.figures.missed),
        )
        for line in found.duties
    )
    table = Grid(
        ("事项", "应完成", "已完成", "本周完成", "未完成", "逾期"),
        rows,
        widths=(5, 2, 2, 2, 2, 2),
        sides=("l", "r", "r", "r", "r", "r"),
    )
    paper = Paper(
        title=found.title,
        blocks=(
            Text("\n".join(found.paragraphs)),
            *((table,) if rows else ()),
            Issued(found.issued_by, f"{day.year}年{day.month}月{day.day}日"),
        ),
    )
    response = HttpResponse(
        pdf(paper, fonts=settings.ASSETS / "fonts"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="circular-{round_id}-{found.week}.pdf"'
    return response


def _circular(request: HttpRequest, round_id: int) -> Circular:
    who = actor(request)
    work = one_round(who, round_id)
    return circular_of(who, work, now=CLOCK.now(), week_of=_day(request.GET.get("week", "")))


def _day(text: str) -> date | None:
    """A day of the week that is asked for; today's where nothing readable stands there."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
