"""收集表: what our unit has to fill, alone or split among its groups."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.access.actor import By
from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import Invalid, Refused, Stale
from kaocheng.actions.collection_part import (
    add_rows,
    fill_rows,
    report_nothing,
    split_part,
    submit_part,
    take_back,
)
from kaocheng.queries.collection import parts_to_fill
from kaocheng.queries.collection_part import (
    PartPage,
    part_page,
    pasted,
    split_page,
    with_problems,
    with_typed,
)
from kaocheng.queries.collection_part_found import found_fields
from kaocheng.web.asking import actor, by
from kaocheng.web.collections.forms import (
    PasteForm,
    read_removed,
    read_rows,
    read_table,
    versions_seen,
)
from kaocheng.web.saying import say


def parts(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    page = parts_to_fill(who, page=request.GET.get("page"))
    may_ask = who.may(Permission.COLLECT)
    return render(request, "collections/parts.html", {"page": page, "may_ask": may_ask})


def part(request: HttpRequest, part_id: int) -> HttpResponse:
    if request.method != "POST":
        shown = part_page(actor(request), part_id, page=request.GET.get("page"))
        if "check" in request.GET:
            shown = with_problems(shown)
        return _part(request, shown)
    fields = found_fields(actor(request), part_id)
    asked = by(request)
    try:
        fill_rows(
            asked,
            part_id=part_id,
            rows=read_rows(request.POST, fields),
            removed=read_removed(request.POST),
        )
    except (Invalid, Stale) as problem:
        return _again(request, part_id, problem)
    if request.POST.get("then") != "send":
        say(request, _("已保存"))
        return redirect(f"{request.path}?page={_page_number(request.POST)}")
    # What was typed stays, even if the whole cannot be handed in yet: two actions, two keys.
    return _send(request, part_id, replace(asked, key=f"{asked.key[:60]}-up"[-64:]))


def nothing(request: HttpRequest, part_id: int) -> HttpResponse:
    try:
        report_nothing(by(request), part_id=part_id)
    except Refused as problem:
        return _refused(request, part_id, problem)
    say(request, _("已按“没有这类情况”提交"))
    return redirect("collection-part", part_id)


def split(request: HttpRequest, part_id: int) -> HttpResponse:
    shown = split_page(actor(request), part_id)
    chosen = [int(text) for text in request.POST.getlist("unit") if text.isdigit()]
    if request.method == "POST" and chosen:
        answer = split_part(by(request), part_id=part_id, unit_ids=tuple(sorted(set(chosen))))
        say(request, _("已分给 %(groups)s 个组") % answer.values)
        return redirect("collection-part", part_id)
    page = {"part": shown, "nothing_chosen": request.method == "POST"}
    return render(request, "collections/split.html", page, status=422 if request.POST else 200)


def back(request: HttpRequest, part_id: int) -> HttpResponse:
    answer = take_back(by(request), part_id=part_id)
    say(request, _("已收回，%(rows)s 行并入本单位") % answer.values)
    return redirect("collection-part", int(answer.id))


def paste(request: HttpRequest, part_id: int) -> HttpResponse:
    """First a dry run that shows every row and every problem; then the same text is written."""
    shown = part_page(actor(request), part_id)
    if not shown.may_fill:
        raise Refused("W73", title=shown.title, state=shown.state_label)
    form = PasteForm(request.POST or None)
    page: dict[str, object] = {"part": shown, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "collections/paste.html", page, status=422 if form.errors else 200)
    try:
        rows = tuple(read_table(form.cleaned_data["table"], shown.fields))
        if rows and request.POST.get("then") == "write":
            answer = add_rows(by(request), part_id=part_id, rows=rows)
            say(request, _("已写入 %(rows)s 行") % answer.values)
            return redirect("collection-part", part_id)
    except Invalid:
        pass  # told below, cell by cell
    except Refused as problem:
        form.add_error("table", str(problem))
        return render(request, "collections/paste.html", page, status=problem.status)
    dry = pasted(shown.fields, rows)
    page |= {"dry": dry, "dry_wrong": sum(row.has_problem for row in dry)}
    return render(request, "collections/paste.html", page)


def _send(request: HttpRequest, part_id: int, asked: By) -> HttpResponse:
    try:
        submit_part(asked, part_id=part_id)
    except Refused as problem:
        return _refused(request, part_id, problem)
    say(request, _("已提交"))
    return redirect("collection-part", part_id)


def _again(request: HttpRequest, part_id: int, problem: Invalid | Stale) -> HttpResponse:
    """The same page with what was typed, and beside it what is wrong or what others wrote."""
    shown = part_page(actor(request), part_id, page=_page_number(request.POST))
    problems = problem.problems if isinstance(problem, Invalid) else {}
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    shown = with_typed(shown, typed, problems, versions_seen(request.POST))
    return _part(request, shown, problem)


def _refused(request: HttpRequest, part_id: int, problem: Refused) -> HttpResponse:
    """The page on which the first gap is, with all that is wrong there."""
    row = problem.values.get("row")
    number = (int(str(row)) - 1) // 50 + 1 if row else 1
    shown = with_problems(part_page(actor(request), part_id, page=number))
    return _part(request, shown, problem)


def _part(request: HttpRequest, shown: PartPage, problem: Refused | None = None) -> HttpResponse:
    page = {"part": shown, "problem": problem, "page_number": shown.page.number}
    return render(request, "collections/part.html", page, status=problem.status if problem else 200)


def _page_number(sent: QueryDict) -> str:
    text = sent.get("page", "1")
    return text if text.isdigit() else "1"
