"""导入台账: a file, a pasted table or a 接龙; looked at first, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.file import files
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import one
from kaocheng.actions.entry_import import (
    MANY,
    ask_import,
    bytes_of,
    check_import,
    import_entries,
)
from kaocheng.actions.roster import Upload
from kaocheng.documents.tables import MEDIA_TYPES
from kaocheng.engine.language.registers import Field
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry import key_names
from kaocheng.queries.entry_batch import TABLE, place_of
from kaocheng.queries.entry_check import Ready
from kaocheng.queries.entry_import import PASTED, Plan, empty_table, faults_table, plan_import
from kaocheng.queries.register import adopted_in_sight
from kaocheng.queries.register_route import ledger
from kaocheng.records.models import FileUse, Job
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import attachment, given_file
from kaocheng.web.registers.forms import ACCEPTED
from kaocheng.web.registers.ledgers import evidence_in
from kaocheng.web.saying import say

SHOWN = 50
MOST_PASTED = 2_000_000


def bring(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """Choose a file or paste; it is looked at at once, and nothing is written by it."""
    found = adopted_in_sight(actor(request), adoption_id)
    described = ledger(found, register)
    problem = None
    if request.method == "POST":
        try:
            answer = check_import(
                by(request), adoption_id=adoption_id, register=register, upload=_given(request)
            )
        except Refused as refused:
            if refused.status != 422:
                raise
            problem = refused
        else:
            return redirect("register-import-check", adoption_id, register, int(answer.id))
    context = {
        "adoption": found.adoption,
        "register": described,
        "problem": problem,
        "text": request.POST.get("text", "")[:MOST_PASTED],
        "fields": list(described.fields.values()),
    }
    status = 422 if problem else 200
    return render(request, "registers/import.html", context, status=status)


def look(request: HttpRequest, *, adoption_id: int, register: str, use_id: int) -> HttpResponse:
    found, use, plan = _plan(request, adoption_id, register, use_id)
    return _looked(request, found, register, use, plan)


def faults(request: HttpRequest, *, adoption_id: int, register: str, use_id: int) -> HttpResponse:
    """The problems as a table to work through."""
    found, _use, plan = _plan(request, adoption_id, register, use_id)
    described = ledger(found, register)
    name = gettext("%(title)s要改的地方.xlsx") % {"title": described.title}
    return attachment(faults_table(plan, described), MEDIA_TYPES["xlsx"], name)


def write(request: HttpRequest, *, adoption_id: int, register: str, use_id: int) -> HttpResponse:
    """All of it now, or as background work where there is much of it."""
    found, use, plan = _plan(request, adoption_id, register, use_id)
    evidence = evidence_in(request)
    try:
        if len(plan.checked.rows) > MANY:
            if plan.errors:
                raise Refused("K37", count=plan.errors)
            answer = ask_import(
                by(request),
                adoption_id=adoption_id,
                register=register,
                use_id=use_id,
                evidence=evidence,
            )
            return redirect("job", Job.objects.get(effect_key=answer.id).pk)
        answer = import_entries(
            by(request),
            adoption_id=adoption_id,
            register=register,
            use_id=use_id,
            evidence=evidence,
        )
    except Refused as problem:
        if problem.status != 422:
            raise
        return _looked(request, found, register, use, plan, problem=problem)
    say(request, gettext("已导入 %(count)s 条") % {"count": answer.values["count"]})
    return redirect("register", adoption_id, register)


def empty(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """The table to fill in."""
    described = ledger(adopted_in_sight(actor(request), adoption_id), register)
    name = gettext("%(title)s空表.xlsx") % {"title": described.title}
    return attachment(empty_table(described), MEDIA_TYPES["xlsx"], name)


def _given(request: HttpRequest) -> Upload:
    text = request.POST.get("text", "")
    given = request.FILES.get("table")
    if given is not None:
        sent = given_file(given)
        # The name of what was pasted is ours: a file cannot pass for it.
        return replace(sent, name=f"1{PASTED}") if sent.name == PASTED else sent
    if not text.strip():
        raise Refused("K35")
    return Upload(PASTED, text[:MOST_PASTED].encode())


def _plan(
    request: HttpRequest, adoption_id: int, register: str, use_id: int
) -> tuple[Adopted, FileUse, Plan]:
    who = actor(request)
    found = adopted_in_sight(who, adoption_id)
    described = ledger(found, register)
    rows = files(who).filter(
        person=who.person_id,
        object_kind=TABLE,
        object_id=place_of(adoption_id, register),
        withdrawn_at=None,
    )
    use = one(rows.select_related("file"), use_id)
    today = CLOCK.now().astimezone(CHINA).date()
    return (
        found,
        use,
        plan_import(who, found, described, bytes_of(use), file=use.name, today=today),
    )


def _looked(
    request: HttpRequest,
    found: Adopted,
    register: str,
    use: FileUse,
    plan: Plan,
    *,
    problem: Refused | None = None,
) -> HttpResponse:
    described = ledger(found, register)
    fields = list(described.fields.items())
    shown = plan.checked.rows[:SHOWN]
    names = key_names(found, described, shown)
    context = {
        "adoption": found.adoption,
        "register": described,
        "use": use,
        "plan": plan,
        "problem": problem,
        "titles": [one.title for _, one in fields],
        "rows": [
            (row.line, [(one.title, _words(row, name, one, names)) for name, one in fields])
            for row in shown
        ],
        "faults": [
            {
                "place": plan.place(fault),
                "reason": fault.problem.say("zh"),
                "remedy": fault.problem.remedy("zh"),
                "is_error": fault.is_error,
            }
            for fault in plan.faults[:SHOWN]
        ],
        "fault_count": len(plan.faults),
        "text": bytes_of(use).decode("utf-8", "replace") if use.name == PASTED else "",
        "accepted": ACCEPTED,
        "needs_evidence": described.evidence == "required",
    }
    status = 422 if problem else 200
    return render(request, "registers/import_check.html", context, status=status)


def _words(row: Ready, name: str, field: Field, names: Mapping[tuple[str, str], str]) -> str:
    """What a cell says: whom a number means by their name, as it will stand in the register."""
    text = row.values.get(name, "")
    return names.get((field.type, text), text)
