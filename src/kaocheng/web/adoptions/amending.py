"""采用: an amendment whose day has not come is taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.actions.amendment import withdraw_amendment
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption import amendment_page
from kaocheng.web.adoptions.forms import EndForm
from kaocheng.web.asking import actor, by
from kaocheng.web.saying import say


def withdraw(request: HttpRequest, *, amendment_id: int) -> HttpResponse:
    head, line = amendment_page(actor(request), amendment_id, now=CLOCK.now())
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        withdraw_amendment(by(request), amendment_id=amendment_id, because=because)
        said = gettext("第 %(number)s 号修订已撤回，到那天不会变") % {"number": line.number}
        say(request, said)
        return redirect("adoption-amendments", head.id)
    return render(request, "adoptions/withdraw.html", {"head": head, "line": line, "form": form})
