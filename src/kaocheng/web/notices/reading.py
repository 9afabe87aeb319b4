"""通知: what reached my unit, reading it, signing for it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.actions.notice import open_notice, sign_notice
from kaocheng.documents.paper import Issued, Paper, Text, pdf
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.notice import NoticePage, anchor_printed, audience, notice_page, received
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.saying import say


def list_received(request: HttpRequest) -> HttpResponse:
    found = received(actor(request), now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "notices/received.html", {"found": found, "page": found.page})


def show(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    """A draft is previewed by its unit; what was received counts as opened from here on."""
    who = actor(request)
    notice = notice_page(who, notice_id, now=CLOCK.now())
    if notice.is_draft:
        return _preview(request, notice)
    if notice.receipt and not notice.receipt.is_opened and who.helper is None:
        open_notice(by(request), notice_id=notice_id)
    return render(request, "notices/notice.html", {"notice": notice})


def _preview(request: HttpRequest, notice: NoticePage) -> HttpResponse:
    reached = audience(
        actor(request), kinds=notice.to_kinds, roles=notice.to_roles, now=CLOCK.now()
    )
    return render(request, "notices/preview.html", {"notice": notice, "audience": reached})


def sign(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    sign_notice(by(request), notice_id=notice_id)
    say(request, gettext("已签收。发文单位看得到是谁、什么时候签的"))
    return redirect("notice", notice_id)


def paper(request: HttpRequest, *, notice_id: int) -> HttpResponse:
    """The notice as it is printed: A4 by the rules of official papers."""
    notice = notice_page(actor(request), notice_id, now=CLOCK.now())
    anchor = anchor_printed(notice)
    of_log = (Text(gettext("操作日志校验码 %(code)s") % {"code": anchor}),) if anchor else ()
    sheet = Paper(
        title=notice.title,
        subtitle=notice.number or gettext("草稿，未编号"),
        blocks=(
            Text("\n".join(notice.paragraphs)),
            Issued(notice.from_name, notice.issued_on),
            *of_log,
        ),
        proof=gettext("校验码 %(code)s") % {"code": notice.proof},
    )
    response = HttpResponse(
        pdf(sheet, fonts=settings.ASSETS / "fonts"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="notice-{notice.id}.pdf"'
    return response
