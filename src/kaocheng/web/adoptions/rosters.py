"""名册 of an adoption: from the directory, from a pasted table, and what is lacking in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.adoption import choose_sheets
from kaocheng.actions.adoption_roster import empty_roster, fill_roster, list_roster
from kaocheng.actions.perform import Answer
from kaocheng.documents.tables import MEDIA_TYPES
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption_forms import RosterPage, roster_list, roster_page
from kaocheng.queries.adoption_gaps import as_text, gaps_table, lines_of, look_at
from kaocheng.queries.adoption_roster import PEOPLE_WORDS, Pasted, headings
from kaocheng.web.adoptions.forms import PasteForm, pasted, version_of
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import attachment, given_file
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
    found = _found(request, adoption_id, register)
    return _page(request, found, PasteForm(initial={"table": found.gaps.text}))


def gaps(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """The rows that lack something, to be filled in and sent again."""
    title, raw = gaps_table(actor(request), adoption_id, register)
    name = gettext("%(title)s还缺的.xlsx") % {"title": title}
    return attachment(raw, MEDIA_TYPES["xlsx"], name)


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
    """Every wrong cell is told by its row and heading; nothing is written while there is one.

    What comes as a file is only looked at: its rows stand in the box, to be mended and written.
    No value is taken away before the page has shown that it goes.
    """
    found = _found(request, adoption_id, register)
    try:
        file = _file(request, found)
    except Refused as problem:
        if problem.status != 422:
            raise
        form = PasteForm(request.POST or None)
        return _page(request, found, form, problem=problem, status=problem.status)
    form = PasteForm({**request.POST.dict(), "table": as_text(file)} if file else request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    lines, empties = pasted(form.cleaned_data["table"]), form.cleaned_data["empties"]
    only_looks = bool(file) or request.POST.get("then") == "check"
    if only_looks or empties:
        seen = look_at(
            actor(request), adoption_id, register, lines, now=CLOCK.now(), empties=empties
        )
        if only_looks or seen.problems or _mark(seen) != request.POST.get("going", ""):
            told = _told(found, lines, seen.problems)
            return _page(request, found, form, told=told, seen=seen, status=422 if told else 200)
    try:
        answer = list_roster(
            by(request), adoption_id=adoption_id, roster=register, lines=lines, empties=empties
        )
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


def _file(request: HttpRequest, found: RosterPage) -> list[list[str]]:
    """The rows of the file that was sent; none without one."""
    given = request.FILES.get("file")
    return lines_of(found.roster, given_file(given).raw, file=given.name or "") if given else []


def _mark(seen: Pasted) -> str:
    """Which values go, as the page that listed them sends back; empty where none does."""
    going = "\n".join(f"{one.key}\t{one.field}" for one in seen.going)
    return hashlib.sha256(going.encode()).hexdigest()[:16] if going else ""


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
    seen: Pasted | None = None,
    problem: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "seen": seen,
        "going": seen.going[:MOST_TOLD] if seen else (),
        "mark": _mark(seen) if seen else "",
        "problem": problem,
        "found": found,
        "head": found.head,
        "page": found.page,
        "form": form,
        "told": told[:MOST_TOLD],
        "count": len(told),
        "roles": PEOPLE_WORDS.items(),
    }
    return render(request, "adoptions/roster.html", context, status=status)
