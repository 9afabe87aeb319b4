"""首页: what do I owe, by when, what is next."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


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
    return render(request, "home/home.html", {})
