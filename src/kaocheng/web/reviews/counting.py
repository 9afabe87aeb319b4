"""投票: calling a vote, watching who is still to vote, closing, counting, the paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.ballot import COUNTS, close_ballot, count_ballot, open_ballot
from kaocheng.documents.paper import Facts, Grid, Issued, Paper, Signature, Signatures, Text, pdf
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.ballot import (
    CountPage,
    ballots_of_office,
    count_page,
    new_ballot,
    rounds_for_ballots,
)
from kaocheng.web.asking import actor, by
from kaocheng.web.notices.forms import say_beside
from kaocheng.web.paging import number_of
from kaocheng.web.reviews.forms import BallotForm
from kaocheng.web.saying import say


def held(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    found = ballots_of_office(who, now=CLOCK.now(), page=number_of(request, "page"))
    page = {"found": found, "page": found.page, "rounds": rounds_for_ballots(who)}
    return render(request, "reviews/held.html", page)


def new(request: HttpRequest, *, round_id: int) -> HttpResponse:
    found = new_ballot(actor(request), round_id)
    choices = {
        "about": list(found.abouts),
        "unit": [("", gettext("方案写明的人")), *found.units],
        "subject": [("", gettext("名册里的全部")), *found.subjects],
    }
    form = BallotForm(request.POST if request.method == "POST" else None, choices=choices)
    if len(found.subjects) == 0:
        del form.fields["subject"]
    if request.method == "POST" and form.is_valid():
        try:
            answer = open_ballot(by(request), round_id=round_id, **form.values())
        except Invalid as problem:
            say_beside(form, problem)
        except Refused as problem:
            if problem.status in {403, 404}:
                raise
            form.add_error(None, f"{problem} {problem.remedy('zh')}")
        else:
            return redirect("ballot-board", answer.id)
    page = {"found": found, "form": form}
    return render(request, "reviews/ballot_new.html", page, status=422 if form.errors else 200)


def board(request: HttpRequest, *, ballot_id: int) -> HttpResponse:
    found = count_page(actor(request), ballot_id)
    return render(request, "reviews/ballot_board.html", {"found": found})


def close(request: HttpRequest, *, ballot_id: int) -> HttpResponse:
    close_ballot(by(request), ballot_id=ballot_id)
    say(request, gettext("投票已结束，票已计好"))
    return redirect("ballot-board", ballot_id)


def count(request: HttpRequest, *, ballot_id: int) -> HttpResponse:
    found = count_page(actor(request), ballot_id)
    if found.ballot.is_secret or not found.is_open:
        raise NotYours
    sent = request.POST if request.method == "POST" else None
    problem: Refused | None = None
    if sent is not None:
        try:
            count_ballot(
                by(request),
                ballot_id=ballot_id,
                counts={name: sent.get(name, "") for name in COUNTS},
                tellers=sent.get("tellers", ""),
                minutes=sent.get("minutes", ""),
            )
        except Refused as refusal:
            if refusal.status in {403, 404}:
                raise
            problem = refusal
        else:
            say(request, gettext("票数已记下，结果见下"))
            return redirect("ballot-board", ballot_id)
    page = {"found": found, "fields": _fields(sent, problem), "problem": problem}
    page |= {name: sent.get(name, "") if sent else "" for name in ("tellers", "minutes")}
    return render(
        request, "reviews/ballot_count.html", page, status=problem.status if problem else 200
    )


def _fields(sent: object, problem: Refused | None) -> list[dict[str, object]]:
    wrong = problem.problems if isinstance(problem, Invalid) else {}
    values: dict[str, str] = dict(sent.items()) if sent else {}  # type: ignore[attr-defined]  # a QueryDict
    return [
        {"name": name, "title": title, "value": values.get(name, ""), "problem": wrong.get(name)}
        for name, title in COUNTS.items()
    ]


def paper(request: HttpRequest, *, ballot_id: int) -> HttpResponse:
    """计票单: to be printed and signed, filled in once the count is taken."""
    found = count_page(actor(request), ballot_id)
    raw = pdf(_sheet(found), fonts=settings.ASSETS / "fonts")
    response = HttpResponse(raw, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="ballot-{ballot_id}.pdf"'
    return response


def _sheet(found: CountPage) -> Paper:
    ballot = found.ballot
    is_done = not found.is_open
    numbers = tuple(str(getattr(ballot, name)) if is_done else "" for name in COUNTS)
    day = ballot.closed_at.astimezone(CHINA) if ballot.closed_at else None
    tellers = ballot.tellers if is_done else ""
    blocks = (
        Facts((("考核工作", found.round_title), ("计票人、监票人", tellers))),
        Grid(tuple(COUNTS.values()), (numbers,)),
        Text(ballot.minutes if is_done else f"通过的条件：{found.rule or '按会议议定'}。"),
        Signatures((Signature("计票人"), Signature("监票人"), Signature("主持人"))),
        Issued(ballot.unit.name, f"{day.year}年{day.month}月{day.day}日" if day else ""),
    )
    return Paper(title="计票单", subtitle=ballot.title, blocks=blocks)
