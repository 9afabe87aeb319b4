"""首页: what do I owe, by when, what is next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kaocheng.queries.health import what_is_missing


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
    return render(request, "home/home.html", {})
