"""操作日志: who did what, and the proof that nobody changed it afterwards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kaocheng.access.refusal import Refused
from kaocheng.actions.audit import anchor_log, note_export
from kaocheng.documents import tables
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries import audit as queries
from kaocheng.queries.audit_words import kind_text
from kaocheng.web.asking import actor, by
from kaocheng.web.audit.forms import AnchorForm, ChosenForm


def audit(request: HttpRequest) -> HttpResponse:
    """The log under a filter, fifty lines at a time, and the end of its chain."""
    form = ChosenForm(request.GET)
    chosen = form.chosen() if form.is_valid() else queries.Chosen()
    return _page(request, form, chosen, AnchorForm())


def export(request: HttpRequest) -> HttpResponse:
    """The filtered part as a workbook; that it was taken away stands in the log too."""
    form = ChosenForm(request.POST)
    if not form.is_valid():
        raise Refused("W01")
    chosen = form.chosen()
    lines = queries.log_table(actor(request), chosen)
    named = {name: str(value) for name, value in form.cleaned_data.items() if value}
    note_export(by(request), chosen=named, rows=len(lines))
    return _workbook(lines)


def anchor(request: HttpRequest) -> HttpResponse:
    """Note that the newest digest is handed out."""
    form = AnchorForm(request.POST)
    if not form.is_valid():
        return _page(request, ChosenForm({}), queries.Chosen(), form, status=422)
    anchor_log(by(request), where=form.cleaned_data["where"])
    return redirect("audit")


def anchors(request: HttpRequest) -> HttpResponse:
    """All digests that were given out, as the table that `verify_audit --anchors` reads."""
    rows = tuple(
        (one.seal_id, one.digest, one.where, one.anchored_at) for one in queries.all_anchors()
    )
    del request
    sheet = tables.Sheet("日志校验码", ("封存号", "校验码", "去处", "给出时间"), rows)
    return _file(tables.csv(sheet), "csv", "日志校验码")


def history(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """What happened to one object."""
    before = request.GET.get("before", "")
    part = queries.object_history(
        actor(request), kind, object_id, before=int(before) if before.isdecimal() else None
    )
    return render(
        request,
        "audit/history.html",
        {"part": part, "kind": kind_text(kind), "object_id": object_id, "before": before},
    )


def _page(
    request: HttpRequest,
    form: ChosenForm,
    chosen: queries.Chosen,
    anchor_form: AnchorForm,
    status: int = 200,
) -> HttpResponse:
    address = request.GET.copy()
    address.pop("before", None)
    return render(
        request,
        "audit/audit.html",
        {
            "form": form,
            "anchor_form": anchor_form,
            "part": queries.log_part(actor(request), chosen),
            "chain": queries.chain_end(),
            "address": address.urlencode(),
            "is_first": chosen.before is None,
        },
        status=status,
    )


def _workbook(lines: tuple[queries.Line, ...]) -> HttpResponse:
    headings = (
        "序号",
        "时间",
        "谁",
        "代办人",
        "单位",
        "做了什么",
        "对象",
        "对象编号",
        "改动的项目",
        "其他",
        "请求编号",
    )
    rows = tuple(
        (
            line.id,
            line.at,
            line.who,
            line.helper,
            line.unit,
            line.what,
            line.kind_text,
            line.object_id,
            line.fields,
            line.detail,
            line.request_id,
        )
        for line in lines
    )
    title = _("操作日志")
    return _file(tables.xlsx(title, [tables.Sheet(title, headings, rows)]), "xlsx", title)


def _file(content: bytes, kind: tables.Kind, title: str) -> HttpResponse:
    name = f"{title}{CLOCK.today():%Y%m%d}.{kind}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type=tables.MEDIA_TYPES[kind],
        headers={"Content-Disposition": disposition or "attachment"},
    )
