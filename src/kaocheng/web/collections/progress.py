"""收集表: what we ask for, how far it is, who is reminded, and the merged table."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.collection import (
    chase_collection,
    close_collection,
    note_export,
    reopen_collection,
)
from kaocheng.actions.collection_part import return_part
from kaocheng.documents import tables
from kaocheng.documents.picture import Count, Picture, png
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.collection import Reminder, board, forms_asked, reminder
from kaocheng.queries.collection_export import merged
from kaocheng.queries.collection_part import part_page
from kaocheng.queries.time_words import moment_words
from kaocheng.web import dates
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import attachment
from kaocheng.web.collections.forms import ReturnForm, due_at
from kaocheng.web.saying import say


def forms(request: HttpRequest) -> HttpResponse:
    page = forms_asked(actor(request), page=request.GET.get("page"))
    return render(request, "collections/asked.html", {"page": page})


def board_page(request: HttpRequest, collection_id: int) -> HttpResponse:
    shown = board(
        actor(request),
        collection_id,
        shown=request.GET.get("shown", ""),
        page=request.GET.get("page"),
    )
    return render(request, "collections/board.html", {"form": shown})


def chase(request: HttpRequest, collection_id: int) -> HttpResponse:
    answer = chase_collection(by(request), collection_id=collection_id)
    if answer.values["told"]:
        say(request, _("已催办 %(units)s 个单位，%(told)s 人收到提醒") % answer.values)
    else:
        say(request, _("今天已经催办过，不再重复提醒"), "")
    return redirect("collection", collection_id)


def reminder_page(request: HttpRequest, collection_id: int) -> HttpResponse:
    found = reminder(actor(request), collection_id)
    page = {"form": found, "collection_id": collection_id, "text": found.text(_deadline(found))}
    return render(request, "collections/reminder.html", page)


def picture_file(request: HttpRequest, collection_id: int) -> HttpResponse:
    found = reminder(actor(request), collection_id)
    drawn = Picture(
        title=found.title,
        subtitle=_deadline(found),
        counts=(
            Count(_("应交"), str(found.total)),
            Count(_("已交"), str(found.submitted), "ok"),
            Count(_("未交"), str(len(found.missing)), "no" if found.missing else "plain"),
        ),
        heading=_("还没有交的单位"),
        names=found.missing,
        foot=f"考成 · {dates.moment(CLOCK.now())}",
    )
    raw = png(drawn, fonts=settings.ASSETS / "fonts")
    return attachment(raw, "image/png", f"{found.title}-催办.png")


def close(request: HttpRequest, collection_id: int) -> HttpResponse:
    close_collection(by(request), collection_id=collection_id)
    say(request, _("已截止，不再收新的内容"))
    return redirect("collection", collection_id)


def reopen(request: HttpRequest, collection_id: int) -> HttpResponse:
    try:
        day = date.fromisoformat(request.POST.get("due_on", ""))
        reopen_collection(by(request), collection_id=collection_id, due_at=due_at(day))
    except ValueError:
        say(request, _("请先选新的截止日期"), "no")
    except Invalid as problem:
        for one in problem.problems.values():
            say(request, str(one), "no")
    else:
        say(request, _("已重新开放，没交的单位又有了任务"))
    return redirect("collection", collection_id)


def export(request: HttpRequest, collection_id: int) -> HttpResponse:
    """A table for Excel, or the rows alone as CSV; who took it stands in the log."""
    kind: tables.Kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    note_export(by(request), collection_id=collection_id, kind=kind)
    found = merged(actor(request), collection_id)
    raw = tables.csv(found.table) if kind == "csv" else tables.xlsx(found.title, found.sheets)
    return attachment(raw, tables.MEDIA_TYPES[kind], f"{found.title}-汇总.{kind}")


def return_page(request: HttpRequest, part_id: int) -> HttpResponse:
    """Ask for the reason, then give the part back."""
    shown = part_page(actor(request), part_id)
    if not shown.may_return:
        raise Refused("W73", title=shown.title, state=shown.state_label)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return_part(by(request), part_id=part_id, because=form.cleaned_data["because"])
        say(request, _("已退回，对方收到了原因"))
        return redirect("collection-part", part_id)
    page = {"part": shown, "form": form}
    return render(request, "collections/return.html", page, status=422 if form.errors else 200)


def _deadline(found: Reminder) -> str:
    return _("%(moment)s 前交") % {"moment": moment_words(found.due_at, now=CLOCK.now())}
