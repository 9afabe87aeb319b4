"""评价: my queue, what I may open by myself, the form of one review, files beside it."""

from __future__ import annotations

from dataclasses import replace

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.actor import By
from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.perform import Answer
from kaocheng.actions.review import open_own_review, save_review, submit_review
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.review import FILTERS, ReviewPage, own_to_open, review_page
from kaocheng.queries.review import queue as queue_of
from kaocheng.queries.review_evidence import evidence_file
from kaocheng.queries.review_form import Cells
from kaocheng.web.asking import actor, by
from kaocheng.web.files.views import CONTENT_POLICY
from kaocheng.web.paging import choice_of, number_of
from kaocheng.web.saying import say


def queue(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    found = queue_of(
        who,
        now=CLOCK.now(),
        chosen=choice_of(request, "show", FILTERS),
        page=number_of(request, "page"),
    )
    page = {
        "found": found,
        "page": found.page,
        "may_assign": who.may(Permission.ASSIGN_REVIEWS),
    }
    return render(request, "reviews/queue.html", page)


def own(request: HttpRequest) -> HttpResponse:
    lines = own_to_open(actor(request), now=CLOCK.now())
    return render(request, "reviews/own.html", {"lines": lines})


def open_own(
    request: HttpRequest, *, round_id: int, register: str, subject_id: int
) -> HttpResponse:
    """Where somebody else is at it already, the page asks whether to take it over."""
    asked = {"round_id": round_id, "register": register, "subject_id": subject_id}
    try:
        answer = open_own_review(
            by(request),
            round_id=round_id,
            register=register,
            subject_id=subject_id,
            period=request.POST.get("period", ""),
            take_over=request.POST.get("take_over") == "yes",
        )
    except Refused as problem:
        if problem.message_id != "K65":
            raise
        page = {"problem": problem, "period": request.POST.get("period", ""), **asked}
        return render(request, "reviews/take_over.html", page, status=problem.status)
    return redirect("review", answer.id)


def fill(request: HttpRequest, *, review_id: int) -> HttpResponse:
    """Everything typed is saved first; handing in comes second and may be refused."""
    who = actor(request)
    found = review_page(who, review_id, now=CLOCK.now())
    if request.method != "POST":
        return _page(request, found)
    sent = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    cells = found.layout.read(sent)
    asked = by(request)
    try:
        answer = save_review(asked, review_id=review_id, cells=cells)
    except Refused as problem:
        return _again(request, review_id, cells, problem)
    if request.POST.get("then") != "send":
        return _saved(request, review_id, answer)
    return _send(request, review_id, asked)


def file(request: HttpRequest, *, review_id: int, use_id: int) -> FileResponse:
    """Evidence beside a review of one's own, saved by its own program, never opened in the page."""
    found = evidence_file(actor(request), review_id, use_id)
    response = FileResponse(
        found.stream, as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response["Content-Length"] = str(found.size)
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _saved(request: HttpRequest, review_id: int, answer: Answer) -> HttpResponse:
    missing, wrong = int(answer.values["missing"]), int(answer.values["wrong"])
    if wrong:
        words = gettext("已保存，有 %(count)s 处填得不对，改好才能提交")
        say(request, words % {"count": wrong}, "wa")
    elif missing:
        say(request, gettext("已保存，还差 %(count)s 项") % {"count": missing})
    else:
        say(request, gettext("已保存，都填好了，可以提交"))
    return redirect("review", review_id)


def _send(request: HttpRequest, review_id: int, asked: By) -> HttpResponse:
    key = f"{asked.key[:58]}-send" if asked.key else ""
    try:
        submit_review(replace(asked, key=key), review_id=review_id)
    except Refused as problem:
        return _again(request, review_id, None, problem)
    say(request, gettext("已提交"))
    return redirect("review", review_id)


def _again(
    request: HttpRequest, review_id: int, cells: Cells | None, problem: Refused
) -> HttpResponse:
    """The page with what was typed and what is wrong; what is not theirs answers for itself."""
    if problem.status in {403, 404}:
        raise problem
    problems = problem.problems if isinstance(problem, Invalid) else None
    found = review_page(actor(request), review_id, now=CLOCK.now(), typed=cells, problems=problems)
    return _page(request, found, problem)


def _page(request: HttpRequest, found: ReviewPage, problem: Refused | None = None) -> HttpResponse:
    page = {"found": found, "problem": problem}
    return render(request, "reviews/review.html", page, status=problem.status if problem else 200)
