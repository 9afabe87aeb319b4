"""收集表: write one, look at it as others will, send it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.collection import (
    copy_collection,
    drop_draft,
    open_collection,
    rewrite_collection,
    write_collection,
)
from kaocheng.queries.collection import draft_of, kinds_below, preview
from kaocheng.records.models.collection import FieldKind
from kaocheng.web.asking import actor, by
from kaocheng.web.collections.forms import (
    MOST_LINES,
    FieldLine,
    HeadForm,
    due_at,
    due_on,
    lines_of,
    read_lines,
)
from kaocheng.web.saying import say


def new(request: HttpRequest) -> HttpResponse:
    return _written(request, None)


def edit(request: HttpRequest, collection_id: int) -> HttpResponse:
    return _written(request, collection_id)


def preview_page(request: HttpRequest, collection_id: int) -> HttpResponse:
    shown = preview(actor(request), collection_id)
    return render(request, "collections/preview.html", {"form": shown})


def open_form(request: HttpRequest, collection_id: int) -> HttpResponse:
    """What is lacking is told on the preview itself."""
    version = request.POST.get("version", "")
    try:
        if not version.isdigit():
            raise Refused("W01")
        answer = open_collection(by(request), collection_id=collection_id, version=int(version))
    except Invalid as problem:
        shown = preview(actor(request), collection_id)
        problems = list(problem.problems.values())
        page = {"form": shown, "problems": problems}
        return render(request, "collections/preview.html", page, status=problem.status)
    say(request, _("已发出，%(units)s 个单位收到任务") % answer.values)
    return redirect("collection", collection_id)


def drop(request: HttpRequest, collection_id: int) -> HttpResponse:
    drop_draft(by(request), collection_id=collection_id)
    say(request, _("草稿已删除"))
    return redirect("collections-asked")


def copy(request: HttpRequest, collection_id: int) -> HttpResponse:
    answer = copy_collection(by(request), collection_id=collection_id)
    say(request, _("已照这张表另存一份草稿"))
    return redirect("collection-edit", int(answer.id))


def _written(request: HttpRequest, collection_id: int | None) -> HttpResponse:
    who = actor(request)
    draft = draft_of(who, collection_id) if collection_id is not None else None
    kinds = kinds_below(who)
    if request.method != "POST":
        initial = (
            {
                "title": draft.title,
                "why": draft.why,
                "due_on": due_on(draft.due_at),
                "to_kinds": draft.to_kinds,
            }
            if draft
            else {"to_kinds": [kind for kind, _label in kinds[:1]]}
        )
        head = HeadForm(kinds=kinds, initial=initial)
        lines = lines_of(draft.fields if draft else (), blank=3 if draft else 5)
        return _page(request, head, lines, collection_id, draft.version if draft else 0)
    head = HeadForm(request.POST, kinds=kinds)
    lines = read_lines(request.POST)
    version = request.POST.get("version", "")
    if request.POST.get("then") == "more":
        head.is_valid()
        return _page(request, _quiet(head), _with_blank(lines), collection_id, int(version or 0))
    if not head.is_valid():
        return _page(request, head, _with_blank(lines), collection_id, int(version or 0), status=422)
    try:
        saved = _save(request, head, lines, collection_id)
    except Invalid as problem:
        marked = [
            replace(line, problem=_problem_of(problem, number)) for number, line in enumerate(lines)
        ]
        return _page(request, head, _with_blank(marked), collection_id, int(version or 0), status=422)
    if request.POST.get("then") == "preview":
        return redirect("collection-preview", saved)
    say(request, _("草稿已保存"))
    return redirect("collection-edit", saved)


def _save(
    request: HttpRequest, head: HeadForm, lines: list[FieldLine], collection_id: int | None
) -> int:
    kept = head.cleaned_data
    title, why, day = kept["title"], kept["why"], due_at(kept["due_on"])
    fields, kinds = tuple(line.field for line in lines), tuple(kept["to_kinds"])
    if collection_id is None:
        answer = write_collection(
            by(request), title=title, why=why, fields=fields, to_kinds=kinds, due_at=day
        )
        return int(answer.id)
    rewrite_collection(
        by(request),
        collection_id=collection_id,
        version=int(request.POST.get("version") or 0),
        title=title,
        why=why,
        fields=fields,
        to_kinds=kinds,
        due_at=day,
    )
    return collection_id


def _page(
    request: HttpRequest,
    head: HeadForm,
    lines: list[FieldLine],
    collection_id: int | None,
    version: int,
    *,
    status: int = 200,
) -> HttpResponse:
    page = {
        "head": head,
        "lines": lines,
        "kinds": FieldKind.choices,
        "collection_id": collection_id,
        "version": version,
        "draft_name": f"collection-{collection_id or 'new'}",
    }
    return render(request, "collections/edit.html", page, status=status)


def _with_blank(lines: list[FieldLine]) -> list[FieldLine]:
    """The lines under new marks, so that no two bear the same, and blank ones below."""
    shown = [replace(line, mark=str(number)) for number, line in enumerate(lines[:MOST_LINES])]
    return [*shown, *lines_of([line.field for line in shown])[len(shown) :]]


def _quiet(head: HeadForm) -> HeadForm:
    """Who only asks for more lines is not yet told what is lacking."""
    head.errors.clear()
    return head


def _problem_of(problem: Invalid, number: int) -> Refused | None:
    found = (one for key, one in problem.problems.items() if key.startswith(f"{number}-"))
    return next(found, None)
