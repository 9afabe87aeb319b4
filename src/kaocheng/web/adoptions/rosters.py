"""名册 of an adoption: from the directory, from a pasted table, and what is lacking in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.adoption import choose_sheets
from kaocheng.actions.adoption_roster import empty_roster, fill_roster, list_roster
from kaocheng.actions.perform import Answer
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption_forms import RosterPage, roster_list, roster_page
from kaocheng.queries.adoption_roster import PEOPLE_WORDS, headings
from kaocheng.web.adoptions.forms import PasteForm, pasted, version_of
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.saying import say

MOST_TOLD = 50


def list_rosters(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    found = roster_list(actor(request), adoption_id, now=CLOCK.now())
    return render(request, "adoptions/rosters.html", {"found": found, "head": found.head})


def choose(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    """Registers whose entries of a month everyone concerned is shown before they count."""
    choose_sheets(
        by(request),
        adoption_id=adoption_id,
        version=version_of(request.POST),
        registers=request.POST.getlist("register"),
    )
    say(request, gettext("已保存"))
    return redirect("adoption-rosters", adoption_id)


def show(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    return _page(request, _found(request, adoption_id, register), PasteForm())


def fill(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """From the directory: units of a kind, or people of some roles."""
    source: dict[str, object] = {"from": "people", "roles": request.POST.getlist("roles")}
    kind = request.POST.get("kind", "")
    if kind:
        source = {"from": "units", "kind": kind}
    _found(request, adoption_id, register)
    answer = fill_roster(by(request), adoption_id=adoption_id, roster=register, source=source)
    _say(request, answer)
    return redirect("adoption-roster", adoption_id, register)


def paste(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """Every wrong cell is told by its row and heading; nothing is written while there is one."""
    found = _found(request, adoption_id, register)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    lines = pasted(form.cleaned_data["table"])
    try:
        answer = list_roster(by(request), adoption_id=adoption_id, roster=register, lines=lines)
    except Invalid as problem:
        told = _told(found, lines, problem.problems)
        return _page(request, found, form, told=told, status=problem.status)
    _say(request, answer)
    return redirect("adoption-roster", adoption_id, register)


def empty(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    _found(request, adoption_id, register)
    empty_roster(by(request), adoption_id=adoption_id, roster=register)
    say(request, gettext("名册已清空"))
    return redirect("adoption-roster", adoption_id, register)


def _found(request: HttpRequest, adoption_id: int, register: str) -> RosterPage:
    return roster_page(
        actor(request),
        adoption_id,
        register,
        page=number_of(request, "page"),
        now=CLOCK.now(),
    )


def _told(
    found: RosterPage, lines: Sequence[Sequence[str]], problems: Mapping[str, Refused]
) -> list[tuple[str, str, Refused]]:
    """(row, heading, what is wrong), in the order of the rows."""
    header = headings(found.roster, lines[0]) if lines else ()
    told = []
    for key, one in problems.items():
        line, column = (int(part) for part in key.split("/"))
        name = header[column - 1] if 0 < column <= len(header) else ""
        field = found.roster.fields.get(name)
        told.append((line, column, field.title if field else name, one))
    ordered = sorted(told, key=lambda one: one[:2])
    return [(str(line), heading, one) for line, _, heading, one in ordered]


def _say(request: HttpRequest, answer: Answer) -> None:
    count, lacking = answer.values["count"], answer.values["lacking"]
    say(request, gettext("名册现有 %(count)s 条") % {"count": count})
    if lacking:
        listed = "、".join(f"{title} {number}" for title, number in lacking)
        said = gettext("通讯录里没有、还要补的必填栏（空着的条数）：%(listed)s")
        say(request, said % {"listed": listed}, "wa")


def _page(
    request: HttpRequest,
    found: RosterPage,
    form: PasteForm,
    *,
    told: Sequence[tuple[str, str, Refused]] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "found": found,
        "head": found.head,
        "page": found.page,
        "form": form,
        "told": told[:MOST_TOLD],
        "count": len(told),
        "roles": PEOPLE_WORDS.items(),
    }
    return render(request, "adoptions/roster.html", context, status=status)
