"""首页: what do I owe, by when, what is next."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.home import Home, OfficeHome, PersonHome, UnitHome, home_of
from kaocheng.queries.home_admin import AdminHome
from kaocheng.web.asking import actor


def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; says nothing else."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok\n", content_type="text/plain")


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
