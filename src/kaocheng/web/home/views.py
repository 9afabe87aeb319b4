"""首页: what do I owe, by when, what is next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.health import what_is_missing
from kaocheng.queries.home import Home, OfficeHome, PersonHome, UnitHome, home_of
from kaocheng.queries.home_admin import AdminHome
from kaocheng.web.asking import actor


def health(request: HttpRequest) -> HttpResponse:
    """200 when the server can do its work; otherwise 503 and what is missing."""
    del request
    missing = what_is_missing()
    text = " ".join(missing) if missing else "ok"
    return HttpResponse(
        f"{text}\n", content_type="text/plain; charset=utf-8", status=503 if missing else 200
    )


def root(request: HttpRequest) -> HttpResponse:
    del request
    return redirect("home")


def home(request: HttpRequest) -> HttpResponse:
    found = home_of(actor(request), now=CLOCK.now())
    return render(request, TEMPLATES[type(found)], {"home": found})


TEMPLATES: dict[type[Home], str] = {
    PersonHome: "home/person.html",
    UnitHome: "home/unit.html",
    OfficeHome: "home/office.html",
    AdminHome: "home/admin.html",
}
