"""帮助: a drawer on every page, and a page of its own where there is no script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaocheng.web.asking import actor
from kaocheng.web.errors import is_partial
from kaocheng.web.help.text import help_on


def help_page(request: HttpRequest, *, page: str) -> HttpResponse:
    """What the reader's role needs on that page; the general text where there is no such page."""
    held = actor(request).held
    blocks = [one for one in help_on(page) if one.is_for(held.role if held else "")]
    template = "help/part.html" if is_partial(request) else "help/page.html"
    return render(request, template, {"blocks": blocks})
