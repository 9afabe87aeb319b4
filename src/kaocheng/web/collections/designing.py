"""收集表: write one, look at it as others will, send it."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from kaocheng.queries.collection_draft import Draft, draft_of, kinds_below, preview
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
    version_of,
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
    version = version_of(request.POST)
    try:
        answer = open_collection(by(request), collection_id=collection_id, version=version)
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


@dataclass(frozen=True)
class _Written:
    """Where the draft that is written on comes from, and where it goes."""

    collection_id: int | None
    version: int

    def page(
        self, request: HttpRequest, head: HeadForm, lines: list[FieldLine], *, status: int = 200
    ) -> HttpResponse:
        page = {
            "head": head,
            "lines": lines,
            "kinds": FieldKind.choices,
            "collection_id": self.collection_id,
            "version": self.version,
            "draft_name": f"collection-{self.collection_id or 'new'}",
        }
        return render(request, "collections/edit.html", page, status=status)


def _written(request: HttpRequest, collection_id: int | None) -> HttpResponse:
    kinds = kinds_below(actor(request))
    draft = draft_of(actor(request), collection_id) if collection_id is not None else None
    if request.method != "POST":
        written = _Written(collection_id, draft.version if draft else 0)
        head = HeadForm(kinds=kinds, initial=_initial(draft, kinds))
        lines = lines_of(draft.fields, blank=3) if draft else lines_of((), blank=5)
        return written.page(request, head, lines)
    written = _Written(collection_id, version_of(request.POST))
    head = HeadForm(request.POST, kinds=kinds)
    lines = read_lines(request.POST)
    if request.POST.get("then") == "more":
        # Who only asks for more lines is not yet told what is lacking.
        head.errors.clear()
        return written.page(request, head, _with_blank(lines))
    if not head.is_valid():
        return written.page(request, head, _with_blank(lines), status=422)
    try:
        saved = _save(request, head, lines, written)
    except Invalid as problem:
        marked = [
            replace(line, problem=_problem_of(problem, number)) for number, line in enumerate(lines)
        ]
        return written.page(request, head, _with_blank(marked), status=problem.status)
    if request.POST.get("then") == "preview":
        return redirect("collection-preview", saved)
    say(request, _("草稿已保存"))
    return redirect("collection-edit", saved)


def _initial(draft: Draft | None, kinds: list[tuple[str, str]]) -> dict[str, object]:
    if draft is None:
        return {"to_kinds": [kind for kind, _label in kinds[:1]]}
    return {
        "title": draft.title,
        "why": draft.why,
        "due_on": due_on(draft.due_at),
        "to_kinds": list(draft.to_kinds),
    }


def _save(request: HttpRequest, head: HeadForm, lines: list[FieldLine], written: _Written) -> int:
    kept = head.cleaned_data
    title, why, day = kept["title"], kept["why"], due_at(kept["due_on"])
    fields, kinds = tuple(line.field for line in lines), tuple(kept["to_kinds"])
    if written.collection_id is None:
        answer = write_collection(
            by(request), title=title, why=why, fields=fields, to_kinds=kinds, due_at=day
        )
        return int(answer.id)
    rewrite_collection(
        by(request),
        collection_id=written.collection_id,
        version=written.version,
        title=title,
        why=why,
        fields=fields,
        to_kinds=kinds,
        due_at=day,
    )
    return written.collection_id


def _with_blank(lines: list[FieldLine]) -> list[FieldLine]:
    """The lines under new marks, so that no two bear the same, and blank ones below."""
    shown = [replace(line, mark=str(number)) for number, line in enumerate(lines[:MOST_LINES])]
    return [*shown, *lines_of([line.field for line in shown])[len(shown) :]]


def _problem_of(problem: Invalid, number: int) -> Refused | None:
    found = (one for key, one in problem.problems.items() if key.startswith(f"{number}-"))
    return next(found, None)
