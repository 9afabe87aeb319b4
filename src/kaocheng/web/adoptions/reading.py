"""采用: the list, one adoption, its days, its amendments, its findings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption import SHOWN, adoption_list, adoption_page, amendment_list
from kaocheng.queries.adoption_calendar import calendar_page
from kaocheng.queries.adoption_findings import check_page
from kaocheng.web.asking import actor
from kaocheng.web.paging import choice_of, number_of


def list_adoptions(request: HttpRequest) -> HttpResponse:
    found = adoption_list(
        actor(request), shown=choice_of(request, "show", SHOWN), page=number_of(request, "page")
    )
    return render(request, "adoptions/adoptions.html", {"found": found, "page": found.page})


def show(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    found = adoption_page(actor(request), adoption_id, now=CLOCK.now())
    return render(request, "adoptions/adoption.html", {"found": found, "head": found.head})


def calendar(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    found = calendar_page(
        actor(request), adoption_id, page=number_of(request, "page"), now=CLOCK.now()
    )
    context = {"found": found, "head": found.head, "page": found.page}
    return render(request, "adoptions/calendar.html", context)


def amendments(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    found = amendment_list(
        actor(request), adoption_id, page=number_of(request, "page"), now=CLOCK.now()
    )
    context = {"found": found, "head": found.head, "page": found.page}
    return render(request, "adoptions/amendments.html", context)


def check(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    found = check_page(actor(request), adoption_id, now=CLOCK.now())
    return render(request, "adoptions/check.html", {"found": found, "head": found.head})
