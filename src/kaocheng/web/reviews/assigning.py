"""派评: tables of ratings, the board of one, one subject with its marks, returning, checking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.review import check_review, return_review
from kaocheng.actions.review_assignment import (
    assign_all_reviews,
    assign_review,
    reassign_review,
)
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.review_board import Board, office_review, tables_to_assign
from kaocheng.queries.review_board import board as board_of
from kaocheng.queries.review_marks import subject_board
from kaocheng.web.asking import actor, by
from kaocheng.web.notices.forms import end_of, say_beside
from kaocheng.web.paging import choice_of, number_of
from kaocheng.web.reviews.forms import AssignAllForm, AssignForm, ReturnForm
from kaocheng.web.saying import say

SHOWN = ("all", "nobody")


def tables(request: HttpRequest) -> HttpResponse:
    return render(request, "reviews/tables.html", {"lines": tables_to_assign(actor(request))})


def board(request: HttpRequest, *, round_id: int, register: str) -> HttpResponse:
    return _board(request, round_id, register)


def assign_all(request: HttpRequest, *, round_id: int, register: str) -> HttpResponse:
    found = _found(request, round_id, register)
    form = AssignAllForm(request.POST, is_peer=found.is_peer, periods=found.periods)
    if not form.is_valid():
        return _board(request, round_id, register, form=form)
    try:
        answer = assign_all_reviews(
            by(request), round_id=round_id, register=register, **form.values()
        )
    except Refused as problem:
        if problem.status in {403, 404}:
            raise
        return _board(request, round_id, register, form=form, problem=problem)
    words = gettext("已派 %(count)s 份") % answer.values
    if answer.values["tied"]:
        words += gettext("；须回避没有派的 %(tied)s 份，请另派") % answer.values
    say(request, words, "wa" if answer.values["tied"] else "ok")
    return redirect("review-board", round_id, register)


def subject(request: HttpRequest, *, round_id: int, register: str, subject_id: int) -> HttpResponse:
    return _subject(request, round_id, register, subject_id)


def assign(request: HttpRequest, *, round_id: int, register: str, subject_id: int) -> HttpResponse:
    shown = subject_board(actor(request), round_id, register, subject_id, now=CLOCK.now())
    form = AssignForm(request.POST, periods=shown.periods)
    chosen = [int(text) for text in request.POST.getlist("assessor") if text.isdecimal()]
    if not form.is_valid():
        return _subject(request, round_id, register, subject_id, form=form)
    try:
        answer = assign_review(
            by(request),
            round_id=round_id,
            register=register,
            subject_id=subject_id,
            assessor_ids=chosen,
            period=form.cleaned_data.get("period", ""),
            is_blind=form.cleaned_data["is_blind"],
            due_at=end_of(form.cleaned_data["due_on"]),
        )
    except Refused as problem:
        if problem.status in {403, 404}:
            raise
        return _subject(request, round_id, register, subject_id, form=form, problem=problem)
    say(request, gettext("已派 %(count)s 份") % answer.values)
    return redirect("review-subject", round_id, register, subject_id)


def give_back(request: HttpRequest, *, review_id: int) -> HttpResponse:
    review = office_review(actor(request), review_id)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return_review(by(request), review_id=review_id, because=form.cleaned_data["because"])
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已退回，评价人会收到消息；改好提交以前不计入"))
            return redirect("review-subject", review.round_id, review.register, review.subject_id)
    return render(request, "reviews/return.html", {"review": review, "form": form})


def check(request: HttpRequest, *, review_id: int) -> HttpResponse:
    review = office_review(actor(request), review_id)
    check_review(by(request), review_id=review_id)
    say(request, gettext("已复核"))
    return redirect("review-subject", review.round_id, review.register, review.subject_id)


def reassign(request: HttpRequest, *, review_id: int) -> HttpResponse:
    review = office_review(actor(request), review_id)
    chosen = request.POST.get("assessor", "")
    if not chosen.isdecimal():
        raise Refused("W63", field=gettext("改派给谁"))
    reassign_review(by(request), review_id=review_id, assessor_id=int(chosen))
    say(request, gettext("已改派，原来的人会从待办里去掉这一份"))
    return redirect("review-subject", review.round_id, review.register, review.subject_id)


def _found(request: HttpRequest, round_id: int, register: str) -> Board:
    return board_of(
        actor(request),
        round_id,
        register,
        now=CLOCK.now(),
        shown=choice_of(request, "show", SHOWN),
        page=number_of(request, "page"),
        period=request.GET.get("period", ""),
    )


def _board(
    request: HttpRequest,
    round_id: int,
    register: str,
    *,
    form: AssignAllForm | None = None,
    problem: Refused | None = None,
) -> HttpResponse:
    found = _found(request, round_id, register)
    shown = form or AssignAllForm(is_peer=found.is_peer, periods=found.periods)
    page = {"found": found, "page": found.page, "form": shown, "problem": problem}
    status = problem.status if problem else 422 if form else 200
    return render(request, "reviews/board.html", page, status=status)


def _subject(
    request: HttpRequest,
    round_id: int,
    register: str,
    subject_id: int,
    *,
    form: AssignForm | None = None,
    problem: Refused | None = None,
) -> HttpResponse:
    found = subject_board(
        actor(request),
        round_id,
        register,
        subject_id,
        now=CLOCK.now(),
        period=request.GET.get("period", ""),
    )
    page = {"found": found, "form": form or AssignForm(periods=found.periods), "problem": problem}
    status = problem.status if problem else 422 if form else 200
    return render(request, "reviews/subject.html", page, status=status)
