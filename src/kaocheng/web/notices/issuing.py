"""通知: writing, issuing, watching who signs, withdrawing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.notice import (
    discard_notice,
    issue_notice,
    revise_notice,
    withdraw_notice,
    write_notice,
)
from kaocheng.documents.tables import MEDIA_TYPES, Sheet, xlsx
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.notice import issued, kinds_below, notice_page
from kaocheng.queries.notice_board import OPENED, SIGNED, UNOPENED, whole_board
from kaocheng.queries.notice_board import notice_board as board_of
from kaocheng.web.asking import actor, by
from kaocheng.web.notices.forms import NoticeForm, WithdrawForm, day_of, say_beside
from kaocheng.web.paging import number_of
from kaocheng.web.saying import say


def list_issued(request: HttpRequest) -> HttpResponse:
    found = issued(actor(request), now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "notices/issued.html", {"found": found, "page": found.page})


def write(request: HttpRequest) -> HttpResponse:
    form = NoticeForm(request.POST if request.method == "POST" else None, kinds=_kinds(request))
    if request.method == "POST" and form.is_valid():
        try:
            answer = write_notice(by(request), **form.values())
        except Invalid as problem:
            form.say(problem)
        else:
            return redirect("notice", answer.id)
    return _form(request, form)


def revise(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    notice = notice_page(actor(request), notice_id, now=CLOCK.now())
    if not notice.is_ours:
        raise NotYours
    if not notice.is_draft:
        raise Refused("W62")
    initial = {
        "title": notice.title,
        "body": notice.body,
        "to_kinds": notice.to_kinds,
        "signers": notice.signer_choice,
        "sign_on": day_of(notice.sign_by),
    }
    posted = request.POST if request.method == "POST" else None
    form = NoticeForm(posted, kinds=_kinds(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            revise_notice(
                by(request), notice_id=notice_id, version=_version(request), **form.values()
            )
        except Invalid as problem:
            form.say(problem)
        else:
            return redirect("notice", notice_id)
    return _form(request, form, notice_id=notice_id, version=notice.version)


def issue(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    answer = issue_notice(by(request), notice_id=notice_id, version=_version(request))
    say(request, gettext("已发往 %(count)s 个单位") % {"count": answer.values["count"]})
    return redirect("notice-board", notice_id)


def discard(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    discard_notice(by(request), notice_id=notice_id)
    say(request, gettext("草稿已删除"))
    return redirect("notices-issued")


def withdraw(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    notice = notice_page(actor(request), notice_id, now=CLOCK.now())
    if not notice.is_ours or notice.is_draft or notice.is_withdrawn:
        raise NotYours
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_notice(by(request), notice_id=notice_id, because=form.cleaned_data["because"])
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已撤回，打开过的人会收到消息"))
            return redirect("notice", notice_id)
    return render(request, "notices/withdraw.html", {"notice": notice, "form": form})


def board(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    found = board_of(
        actor(request),
        notice_id,
        now=CLOCK.now(),
        chosen=request.GET.get("show", ""),
        page=number_of(request, "page"),
    )
    return render(request, "notices/board.html", {"found": found, "page": found.page})


def export(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    """The board as a table: unit, state, who opened it and who signed, when."""
    title, lines = whole_board(actor(request), notice_id)
    states = {
        SIGNED: gettext("已签收"),
        OPENED: gettext("已打开，未签收"),
        UNOPENED: gettext("未打开"),
    }
    sheet = Sheet(
        gettext("签收情况"),
        (
            gettext("单位"),
            gettext("状态"),
            gettext("打开人"),
            gettext("打开时间"),
            gettext("签收人"),
            gettext("签收时间"),
        ),
        tuple(
            (
                line.unit_name,
                states[line.state],
                line.opened_by,
                line.opened_at,
                line.signed_by,
                line.signed_at,
            )
            for line in lines
        ),
    )
    response = HttpResponse(
        xlsx(f"{title}{gettext('签收情况')}", [sheet]), content_type=MEDIA_TYPES["xlsx"]
    )
    response["Content-Disposition"] = f'attachment; filename="notice-{notice_id}.xlsx"'
    return response


def _form(
    request: HttpRequest, form: NoticeForm, *, notice_id: int | None = None, version: int = 0
) -> HttpResponse:
    context = {"form": form, "notice_id": notice_id, "version": version}
    return render(request, "notices/form.html", context)


def _kinds(request: HttpRequest) -> tuple[tuple[str, str, int], ...]:
    who: Actor = actor(request)
    return kinds_below(who)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
