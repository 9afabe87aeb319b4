"""交接: who gives what to whom, signed by both."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kaocheng.access.refusal import Refused
from kaocheng.actions.handover import (
    begin_for_absent,
    begin_handover,
    cancel_handover,
    sign_away,
    sign_for,
    witness_handover,
)
from kaocheng.documents.paper import pdf
from kaocheng.queries.handover import (
    Choice,
    choice,
    handover_page,
    handovers,
    paper_of,
    people_to_hand_over,
)
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import attachment
from kaocheng.web.saying import say


class BeginForm(forms.Form):
    """To whom, and what has to be said about it."""

    taker = forms.TypedChoiceField(label=gettext_lazy("接收人"), coerce=int)
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("还没办完的事办到哪一步、找谁；不要写密码"),
    )
    because = forms.CharField(
        label=gettext_lazy("移交人不在岗的原因"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("移交人还在岗就空着，由本人签字；填了就由您代为移交，清单上会写明"),
    )

    def __init__(self, found: Choice, data: QueryDict | None = None) -> None:
        super().__init__(data)
        taker = self.fields["taker"]
        assert isinstance(taker, forms.TypedChoiceField)
        taker.choices = [("", ""), *found.takers]
        if found.is_own:
            del self.fields["because"]


def handovers_page(request: HttpRequest) -> HttpResponse:
    page = handovers(actor(request), page=request.GET.get("page"))
    return render(request, "handovers/handovers.html", {"page": page})


def new(request: HttpRequest) -> HttpResponse:
    """Whose, where that can be somebody else; then to whom, with the list as it stands."""
    who = actor(request)
    people = people_to_hand_over(who)
    chosen = request.POST.get("giver") or request.GET.get("giver") or ""
    giver_id = int(chosen) if chosen.isdigit() else who.person_id
    assert giver_id is not None
    found = choice(who, giver_id)
    form = BeginForm(found, request.POST or None)
    page = {"found": found, "people": people, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "handovers/new.html", page, status=422 if form.errors else 200)
    answer = _begin(request, giver_id, form)
    say(request, _("交接清单已建好"))
    return redirect("handover", int(answer))


def handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    shown = handover_page(actor(request), handover_id)
    return render(request, "handovers/handover.html", {"handover": shown})


def give(request: HttpRequest, handover_id: int) -> HttpResponse:
    keys = tuple(sorted(set(request.POST.getlist("item"))))
    sign_away(by(request), handover_id=handover_id, keys=keys, version=_version(request))
    say(request, _("已签字移交，清单已锁定，等接收人签收"))
    return redirect("handover", handover_id)


def take(request: HttpRequest, handover_id: int) -> HttpResponse:
    sign_for(by(request), handover_id=handover_id, version=_version(request))
    say(request, _("已签收"))
    return redirect("handover", handover_id)


def witness(request: HttpRequest, handover_id: int) -> HttpResponse:
    witness_handover(by(request), handover_id=handover_id, version=_version(request))
    say(request, _("已监交签字，任职从今天起变更"))
    return redirect("handover", handover_id)


def cancel(request: HttpRequest, handover_id: int) -> HttpResponse:
    cancel_handover(by(request), handover_id=handover_id)
    say(request, _("交接已取消，什么都没有变"))
    return redirect("handover", handover_id)


def paper(request: HttpRequest, handover_id: int) -> HttpResponse:
    address = request.build_absolute_uri(reverse("handover", args=[handover_id]))
    found = paper_of(actor(request), handover_id, address=address)
    raw = pdf(found, fonts=settings.ASSETS / "fonts")
    return attachment(raw, "application/pdf", f"{_('交接清单')}-{handover_id}.pdf")


def _begin(request: HttpRequest, giver_id: int, form: BeginForm) -> str:
    kept = form.cleaned_data
    people = {"giver_id": giver_id, "taker_id": kept["taker"], "note": kept["note"]}
    if kept.get("because"):
        return begin_for_absent(by(request), because=kept["because"], **people).id
    return begin_handover(by(request), **people).id


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("W01")
    return int(text)
