"""投票: the ballots in which I vote, and the paper of one."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.ballot import vote_in_ballot
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.ballot import ballots_of_mine, vote_page
from kaocheng.queries.ballot_form import read_paper
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.saying import say


def mine(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    found = ballots_of_mine(who, now=CLOCK.now(), page=number_of(request, "page"))
    page = {"found": found, "page": found.page, "may_hold": who.may(Permission.RUN_ROUNDS)}
    return render(request, "reviews/ballots.html", page)


def vote(request: HttpRequest, *, ballot_id: int) -> HttpResponse:
    """What is sent is kept nowhere but as a paper: no key, no draft, no page that repeats it."""
    who = actor(request)
    found = vote_page(who, ballot_id, now=CLOCK.now())
    if request.method != "POST":
        return render(request, "reviews/vote.html", {"found": found})
    sent = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    paper = read_paper(found.asked, sent)
    try:
        vote_in_ballot(replace(by(request), key=""), ballot_id=ballot_id, paper=paper)
    except Refused as problem:
        if problem.status in {403, 404}:
            raise
        wrong = problem.problems if isinstance(problem, Invalid) else {}
        again = vote_page(who, ballot_id, now=CLOCK.now(), paper=paper, problems=wrong)
        page = {"found": again, "problem": problem}
        return render(request, "reviews/vote.html", page, status=problem.status)
    say(request, gettext("已投出。查不到是谁投的"))
    return redirect("ballot", ballot_id)
