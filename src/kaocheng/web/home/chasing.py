"""催办: one matter, who is missing, and the words and the picture for the WeChat group."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.actions.reminder import remind_matter
from kaocheng.documents.picture import Count, Picture, png
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.task_board import top_unit
from kaocheng.queries.task_chase import MatterPage, matter_page, matters
from kaocheng.queries.time_words import moment_words
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.saying import say


def list_matters(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    top = top_unit(who, number_of(request, "unit", 0))
    found = matters(who, top, now=CLOCK.now(), page=number_of(request, "page"))
    return render(request, "tasks/matters.html", {"matters": found, "page": found.page})


def show_matter(request: HttpRequest, *, kind: str, id: str) -> HttpResponse:
    found = _matter(request, kind, id)
    names = request.GET.get("text") != "counts"
    return render(
        request, "tasks/matter.html", {"found": found, "page": found.page, "names": names}
    )


def draw_matter(request: HttpRequest, *, kind: str, id: str) -> HttpResponse:
    """A picture to forward: counts and names of units; people only as numbers."""
    found = _matter(request, kind, id)
    matter = found.matter
    picture = Picture(
        title=matter.title,
        subtitle=f"{matter.due.date}，{matter.due.left}" if matter.due else "",
        counts=(
            Count(gettext("已办"), str(matter.done), "ok"),
            Count(gettext("还没办"), str(matter.open), "wa" if matter.open else "plain"),
            Count(gettext("已逾期"), str(matter.overdue), "no" if matter.overdue else "plain"),
        ),
        heading=gettext("还没有办完的"),
        names=tuple(
            f"{one.name}　{len(one.people)} 人" if one.people else one.name for one in found.missing
        ),
        foot=gettext("请登录“考成”办理。已经办好的，请忽略。"),
    )
    response = HttpResponse(png(picture, fonts=settings.ASSETS / "fonts"), content_type="image/png")
    response["Content-Disposition"] = 'inline; filename="reminder.png"'
    return response


def remind(request: HttpRequest, *, kind: str, id: str) -> HttpResponse:
    answer = remind_matter(by(request), source_kind=kind, source_id=id)
    if later := answer.values.get("later"):
        moment = moment_words(datetime.fromisoformat(later), now=CLOCK.now())
        say(
            request,
            gettext("现在是休息时间，不打扰。已安排在 %(moment)s 提醒") % {"moment": moment},
            "wa",
        )
    else:
        say(request, gettext("已提醒 %(count)s 人") % {"count": answer.values["count"]})
    return redirect("matter", kind, id)


def _matter(request: HttpRequest, kind: str, id: str) -> MatterPage:
    return matter_page(
        actor(request), kind=kind, id=id, now=CLOCK.now(), page=number_of(request, "page")
    )
