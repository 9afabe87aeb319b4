"""名册: read by whom it is about and their offices, kept by the adopting office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.entry import adoptions_to_keep
from kaocheng.access.refusal import Invalid
from kaocheng.access.scope import one
from kaocheng.actions.subject import add_subject, change_subject, leave_subject
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.register_page import subjects_offered
from kaocheng.queries.register_route import roster
from kaocheng.queries.roster_rows import masked_fields, roster_page, subject_to_keep
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import number_of
from kaocheng.web.registers.forms import FieldsForm, Offered, number
from kaocheng.web.saying import say


def show_roster(request: HttpRequest, found: Adopted, name: str) -> HttpResponse:
    q = request.GET.get("q", "").replace("\0", "").strip()[:60]
    page = roster_page(actor(request), found, name, q=q, page=number_of(request, "page"))
    return render(request, "registers/roster.html", {"found": page, "page": page.page})


def add(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    rows = adoptions_to_keep(actor(request)).select_related("unit", "scheme")
    found = adopted(one(rows, adoption_id))
    described = roster(found, register)
    form = FieldsForm(
        request.POST if request.method == "POST" else None,
        found=found,
        register=described,
        offered=_offered(request, found, register),
    )
    if request.method == "POST":
        try:
            add_subject(
                by(request),
                adoption_id=adoption_id,
                register=register,
                unit_id=number(request.POST, "unit"),
                values=form.values(),
            )
        except Invalid as problem:
            form.say(problem)
        else:
            say(request, gettext("已加进名册"))
            return redirect("register", adoption_id, register)
    context = {"form": form, "adoption": found.adoption, "register": described}
    status = 422 if form.errors else 200
    return render(request, "registers/subject.html", context, status=status)


def change(request: HttpRequest, *, subject_id: int) -> HttpResponse:
    """One row; its key stays, and what is masked for the reader."""
    subject, found, described = subject_to_keep(actor(request), subject_id)
    masked = masked_fields(actor(request), described, subject)
    form = FieldsForm(
        request.POST if request.method == "POST" else None,
        found=found,
        register=described,
        offered=_offered(request, found, described.id),
        initial={n: str(text) for n, text in subject.values.items() if n not in masked},
        without=(described.key,),
        masked=masked,
    )
    if request.method == "POST":
        try:
            change_subject(
                by(request),
                subject_id=subject_id,
                version=number(request.POST, "version"),
                values=form.values(),
            )
        except Invalid as problem:
            form.say(problem)
        else:
            say(request, gettext("已保存，结果会按新的名册重新计算"))
            return redirect("register", found.adoption.pk, described.id)
    context = {
        "form": form,
        "adoption": found.adoption,
        "register": described,
        "subject": subject,
    }
    status = 422 if form.errors else 200
    return render(request, "registers/subject.html", context, status=status)


def leave(request: HttpRequest, *, subject_id: int) -> HttpResponse:
    subject, found, described = subject_to_keep(actor(request), subject_id)
    version = number(request.POST, "version")
    answer = leave_subject(by(request), subject_id=subject.pk, version=version)
    has_left = bool(answer.values["has_left"])
    say(request, gettext("已标为离开，不再参加计算") if has_left else gettext("已恢复"))
    return redirect("register", found.adoption.pk, described.id)


def _offered(request: HttpRequest, found: Adopted, name: str) -> Offered:
    rosters = {other.id for other in found.rosters}
    return {
        field.type: subjects_offered(actor(request), found, field.type)
        for field in found.register(name).fields.values()
        if field.type in rosters
    }
