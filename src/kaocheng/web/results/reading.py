"""Reading results: rounds, the table of a round, the tree of one subject, and what leaves here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.documents.tables import MEDIA_TYPES, csv, xlsx
from kaocheng.engine.problems import Refused
from kaocheng.queries.result import faults_of_round, results_page
from kaocheng.queries.result_export import export_sheet
from kaocheng.queries.result_package import own_package
from kaocheng.queries.result_rounds import rounds_page
from kaocheng.queries.result_seats import seats_page
from kaocheng.queries.result_subject import subject_page
from kaocheng.queries.result_views import Asked
from kaocheng.web.asking import actor
from kaocheng.web.paging import choice_of, number_of


def list_rounds(request: HttpRequest) -> HttpResponse:
    found = rounds_page(actor(request), page=number_of(request, "page"))
    return render(request, "results/rounds.html", {"found": found, "page": found.page})


def show_round(request: HttpRequest, *, round_id: int) -> HttpResponse:
    found = results_page(actor(request), round_id, asked(request))
    return render(request, "results/table.html", {"found": found, "page": found.page})


def asked(request: HttpRequest) -> Asked:
    """What is chosen in the address; what is typed there wrongly chooses nothing."""
    return Asked(
        result=request.GET.get("result", ""),
        unit=number_of(request, "unit", 0),
        period=request.GET.get("period", ""),
        sort=request.GET.get("sort", ""),
        show=request.GET.get("show", ""),
        is_live=request.GET.get("live") == "1",
        page=number_of(request, "page"),
    )


def seats(request: HttpRequest, *, round_id: int, result: str) -> HttpResponse:
    found = seats_page(
        actor(request),
        round_id,
        result,
        item=request.GET.get("item", ""),
        group=request.GET.get("group", ""),
        page=number_of(request, "page"),
    )
    return render(request, "results/seats.html", {"found": found, "page": found.page})


def show_subject(
    request: HttpRequest, *, round_id: int, result: str, subject_id: int
) -> HttpResponse:
    is_live = request.GET.get("live") == "1"
    try:
        found = subject_page(actor(request), round_id, result, subject_id, is_live=is_live)
    except Refused as refused:
        faults = faults_of_round(actor(request), round_id, refused.problems)
        return render(request, "results/wrong.html", {"wrong": faults, "round_id": round_id})
    opened = request.GET.get("open") == "1"
    return render(request, "results/subject.html", {"found": found, "opened": opened})


def export(request: HttpRequest, *, round_id: int, result: str) -> HttpResponse:
    """The table as chosen on the page, all rows of it."""
    kind = choice_of(request, "kind", ("xlsx", "csv"))
    title, sheet = export_sheet(actor(request), round_id, result, asked(request))
    body = csv(sheet) if kind == "csv" else xlsx(title, [sheet])
    response = HttpResponse(body, content_type=MEDIA_TYPES["csv" if kind == "csv" else "xlsx"])
    name = f"results-{round_id}-{result}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def package(request: HttpRequest, *, round_id: int, result: str, subject_id: int) -> HttpResponse:
    """自己核算: scheme, parameters and one's own facts, with the command that computes them."""
    body = own_package(actor(request), round_id, result, subject_id)
    response = HttpResponse(body, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="check-{round_id}-{subject_id}.zip"'
    return response
