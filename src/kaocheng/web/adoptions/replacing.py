"""采用: another text in place of the one at work, compared before anything is done."""

from __future__ import annotations

from dataclasses import replace as without
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.actions.adoption_replacement import replace_adoption
from kaocheng.actions.scheme import keep_scheme
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption_texts import replacement_page
from kaocheng.web.adoptions.forms import version_of
from kaocheng.web.asking import actor, by
from kaocheng.web.saying import say


def replace(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    """The text in the library, or a kept one, beside the one at work; `to` is its digest."""
    folder = Path(settings.SCHEMES)
    given = request.POST if request.method == "POST" else request.GET
    found = replacement_page(
        actor(request), adoption_id, folder=folder, to=given.get("to", ""), now=CLOCK.now()
    )
    if request.method == "POST" and found.chosen is not None and not found.broken:
        scheme_id = found.chosen.scheme_id
        if scheme_id is None:
            # The key of the form is for the replacement itself.
            keeping = without(by(request), key="")
            scheme_id = int(keep_scheme(keeping, folder=folder / found.head.pack).id)
        answer = replace_adoption(
            by(request),
            adoption_id=adoption_id,
            scheme_id=scheme_id,
            version=version_of(request.POST),
        )
        say(request, gettext("新文本已换上，请看还要定的事"))
        return redirect("adoption", answer.id)
    return render(request, "adoptions/replace.html", {"found": found, "head": found.head})
