"""台账条目: one entry with its history, its correction, its signatures and its states."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.entry import correct, withdraw
from kaocheng.actions.entry_fill import fill_in
from kaocheng.actions.entry_sign import acknowledge, advance, return_entry, sign
from kaocheng.engine.language.registers import Register
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry import entry_of, entry_page, sees_evidence, sees_personal
from kaocheng.queries.entry_files import evidence_content
from kaocheng.queries.entry_later import fields_to_fill, later_fields
from kaocheng.queries.entry_ticket import tickets_of_entry
from kaocheng.records.models import Entry
from kaocheng.web.asking import actor, by
from kaocheng.web.files.views import CONTENT_POLICY
from kaocheng.web.registers.forms import FieldsForm, ids_of, number
from kaocheng.web.registers.ledgers import address_to_sign, evidence_in, offered_in
from kaocheng.web.saying import say


def show(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    return _page(request, entry_id)


def sign_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    sign(by(request), entry_ids=[entry_id])
    say(request, gettext("已审签"))
    return redirect("entry", entry_id)


def give_back(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    return_entry(by(request), entry_id=entry_id, because=request.POST.get("because", ""))
    say(request, gettext("已退回，登记的人会收到消息"))
    if request.POST.get("then") == "list":
        _, found, register = entry_of(actor(request), entry_id)
        batch = number(request.POST, "import")
        return redirect(address_to_sign(found.adoption.pk, register.id, batch))
    return redirect("entry", entry_id)


def fill_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    """What the scheme has somebody fill in once the entry is there."""
    form = _form_to_fill(request, *entry_of(actor(request), entry_id))
    values = {} if form is None else form.values()
    version = number(request.POST, "version")
    try:
        answer = fill_in(by(request), entry_id=entry_id, version=version, values=values)
    except Invalid as problem:
        assert form is not None
        form.say(problem)
        return _page(request, entry_id, form=form, status=422)
    say(request, gettext("已填写"))
    return redirect("entry", answer.id)


def withdraw_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    because = request.POST.get("because", "")
    version = number(request.POST, "version")
    withdraw(by(request), entry_id=entry_id, version=version, because=because)
    say(request, gettext("已撤销，这一条不再计入"))
    return redirect("entry", entry_id)


def advance_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    answer = advance(
        by(request),
        entry_id=entry_id,
        version=number(request.POST, "version"),
        to=request.POST.get("to", ""),
        note=request.POST.get("note", ""),
    )
    say(request, gettext("现在是“%(state)s”") % {"state": answer.values["state"]})
    return redirect("entry", entry_id)


def acknowledge_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    acknowledge(by(request), entry_id=entry_id)
    say(request, gettext("已签字确认"))
    return redirect("entry", entry_id)


def correct_one(request: HttpRequest, *, entry_id: int) -> HttpResponse:
    """A new entry in the place of this one; what is masked for the reader stays as it was."""
    who = actor(request)
    page = entry_page(who, entry_id, now=CLOCK.now())
    waits = page.correction is not None and page.correction.waits
    if waits and request.method == "GET":
        return redirect("entry", entry_id)
    if not page.may_correct and not waits:
        raise NotAllowed("K32", who=gettext("登记的人"))
    entry, found, register = entry_of(who, entry_id)
    sees = sees_personal(who, entry) or page.may_sign
    masked = [n for n, one in register.fields.items() if one.personal and not sees]
    later = later_fields(register)
    initial = {n: str(text) for n, text in entry.values.items() if n not in masked}
    form = FieldsForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        found=found,
        register=register,
        offered=offered_in(request, found, register.id),
        initial=initial,
        masked=masked,
        without=later,
    )
    if "evidence" in form.fields:
        form.fields["evidence"].required = False
    why = request.POST.get("because", "")
    if request.method == "POST":
        try:
            answer = correct(
                by(request),
                entry_id=entry_id,
                version=number(request.POST, "version"),
                values=form.values(),
                why=why,
                evidence=evidence_in(request),
                use_ids=ids_of(request.POST, "use"),
            )
        except Invalid as problem:
            form.say(problem)
        except Refused as problem:
            if problem.status != 422:
                raise
            form.say_all(problem)
        else:
            say(request, gettext("已更正，原来的一条留着备查"))
            return redirect("entry", answer.id)
    status = 422 if form.errors else 200
    context = {"found": page, "form": form, "because": why}
    return render(request, "registers/correct.html", context, status=status)


def _page(
    request: HttpRequest, entry_id: int, *, form: FieldsForm | None = None, status: int = 200
) -> HttpResponse:
    who, now = actor(request), CLOCK.now()
    entry, found, register = entry_of(who, entry_id)
    context = {
        "found": entry_page(who, entry_id, now=now),
        "form": form or _form_to_fill(request, entry, found, register),
        "tickets": tickets_of_entry(who, found, entry, now=now),
    }
    return render(request, "registers/entry.html", context, status=status)


def _form_to_fill(
    request: HttpRequest, entry: Entry, found: Adopted, register: Register
) -> FieldsForm | None:
    """The fields that the reader is to fill in; nothing where there are none."""
    if not later_fields(register):
        return None
    names = fields_to_fill(actor(request), found, register, entry)
    if not names:
        return None
    return FieldsForm(
        request.POST if request.method == "POST" else None,
        found=found,
        register=register,
        offered=offered_in(request, found, register.id),
        initial={name: str(entry.values.get(name, "")) for name in names},
        without=[name for name in register.fields if name not in names],
        has_evidence=False,
    )


def file(request: HttpRequest, *, entry_id: int, use_id: int) -> FileResponse:
    """Evidence, for whoever may see what is personal in the entry."""
    entry, found, register = entry_of(actor(request), entry_id)
    if not sees_evidence(actor(request), found, register, entry):
        raise NotYours
    content = evidence_content(entry, use_id)
    response = FileResponse(
        content.stream,
        as_attachment=True,
        filename=content.name,
        content_type=content.media_type,
    )
    response["Content-Length"] = str(content.size)
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
