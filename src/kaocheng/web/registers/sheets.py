"""月度核对单: mine to confirm or dispute, those of my unit to watch."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Refused
from kaocheng.actions.monthly_sheet import confirm_sheet, dispute_sheet, make_sheets
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.sheet import sheet_page, sheets
from kaocheng.web.asking import actor, by
from kaocheng.web.registers.forms import ids_of
from kaocheng.web.saying import say


def list_sheets(request: HttpRequest) -> HttpResponse:
    only_open = request.GET.get("show") == "open"
    found = sheets(actor(request), only_open=only_open)
    return render(request, "registers/sheets.html", {"lines": found, "only_open": only_open})


def show(request: HttpRequest, *, sheet_id: int) -> HttpResponse:
    found = sheet_page(actor(request), sheet_id, now=CLOCK.now())
    return render(request, "registers/sheet.html", {"found": found})


def confirm(request: HttpRequest, *, sheet_id: int) -> HttpResponse:
    confirm_sheet(by(request), sheet_id=sheet_id)
    say(request, gettext("已核对，这些条目现在计入"))
    return redirect("sheet", sheet_id)


def dispute(request: HttpRequest, *, sheet_id: int) -> HttpResponse:
    dispute_sheet(
        by(request),
        sheet_id=sheet_id,
        entry_ids=ids_of(request.POST, "entry"),
        note=request.POST.get("note", ""),
    )
    say(request, gettext("已提出异议，登记的人会收到消息；其余的已计入"))
    return redirect("sheet", sheet_id)


def make(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """The sheets of a month, for all who have something to check in it."""
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')}-01")
    except ValueError:
        raise Refused("K29", what=gettext("月份"), most=7) from None
    answer = make_sheets(by(request), adoption_id=adoption_id, register=register, month=month)
    say(request, gettext("已生成 %(count)s 张核对单") % {"count": answer.values["count"]})
    return redirect("register", adoption_id, register)
