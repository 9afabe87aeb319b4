"""帮助: a drawer on every page, and a page of its own where there is no script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.web.errors import is_partial


def help_page(request: HttpRequest, *, page: str) -> HttpResponse:
    template = "help/part.html" if is_partial(request) else "help/page.html"
    return render(request, template, {"page": page})
