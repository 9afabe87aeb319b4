"""方案库: every pack with its notice, rules, process, papers and worked examples."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.queries.scheme import PackCard, gallery_folder, gallery_page, pack_cards
from kaocheng.web.asking import actor
from kaocheng.web.languages import keep_characters

# Pages of the gallery bring their style along and have no script.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KINDS = {
    "grade": _("评定等次"),
    "pay": _("绩效工资"),
    "points": _("计分"),
    "checklist": _("清单核对"),
}
STATUS = {
    "issued": _("印发稿"),
    "discussion": _("讨论稿"),
    "comment": _("征求意见稿"),
    "draft": _("送审稿"),
}


@dataclass(frozen=True)
class ShownPack:
    card: PackCard
    kinds: tuple[str | Promise, ...]
    status: str | Promise


def schemes(request: HttpRequest) -> HttpResponse:
    cards = pack_cards(settings.SCHEMES, kept_in=settings.DATA)
    shown = [
        ShownPack(one, tuple(KINDS[kind] for kind in one.kinds), STATUS.get(one.status, ""))
        for one in cards
    ]
    who = actor(request)
    context = {
        "packs": shown,
        "may_adopt": who.may(Permission.ADOPT),
        "sees_adopted": who.may(Permission.SEE_ROUNDS),
    }
    return render(request, "schemes/schemes.html", context)


def scheme(request: HttpRequest, *, name: str) -> HttpResponse:
    """Pages link to one another within the pack, and up to the list as `../index.html`."""
    del request
    if name == "index.html":
        return redirect("schemes")
    return redirect("scheme-page", name=name, page="index.html")


def scheme_page(request: HttpRequest, *, name: str, page: str) -> HttpResponse:
    """As it was written; while that is still under way, the page says so."""
    folder = gallery_folder(settings.SCHEMES, kept_in=settings.DATA)
    path = gallery_page(folder, name, page)
    if path is not None:
        response = HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8")
        response["Content-Security-Policy"] = POLICY
        return keep_characters(response)
    known = {one.name: one for one in pack_cards(settings.SCHEMES, kept_in=settings.DATA)}
    if folder.is_dir() or name not in known:
        raise NotYours
    return render(request, "schemes/waiting.html", {"card": known[name]}, status=503)
