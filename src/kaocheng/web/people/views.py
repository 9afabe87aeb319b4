"""人员: a unit's list, one person, and what may be changed of them."""

from __future__ import annotations

import io
import secrets
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaocheng.access.grants import Permission, Reach
from kaocheng.access.person import people_kept, personal_data
from kaocheng.access.scope import one, units
from kaocheng.actions.person import (
    add_person,
    correct_person,
    correct_personal_data,
    let_go,
    retire_person,
)
from kaocheng.formats.writers import write_csv
from kaocheng.formats.xlsx_writer import write_xlsx
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.one_time import one_time_password
from kaocheng.queries.person import Filters, people_page, person_page, roster_table
from kaocheng.queries.unit import givable_in, unit_choices
from kaocheng.records.models import Person, Unit
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.person import PersonState
from kaocheng.web.asking import actor, by
from kaocheng.web.people import forms
from kaocheng.web.role_names import role_name
from kaocheng.web.units.form_page import FormPage, form_page, shown
from kaocheng.web.units.views import whole_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def my_people(request: HttpRequest) -> HttpResponse:
    """The list of the unit that one works for; of a group, its own."""
    held = actor(request).held
    assert held is not None  # without an appointment nobody has the need of this page
    if actor(request).reaches(Permission.SEE_PEOPLE) == {Reach.OWN}:
        return redirect("person", person_id=actor(request).person_id)
    return redirect("people-of-unit", unit_id=held.unit_id)


def list_people(request: HttpRequest, unit_id: int) -> HttpResponse:
    filters = _filters(request)
    page = people_page(
        actor(request),
        unit_id,
        filters,
        number=request.GET.get("page", "1"),
        on=CLOCK.today(),
    )
    roles = [
        Role.MEMBER,
        Role.WORKSHOP_LEADER,
        Role.LEAD,
        Role.CLERK,
        Role.OFFICER,
        Role.REVIEWER,
    ]
    context = {
        "page": page,
        "roles": [(role.value, role_name(role, page.unit.kind)) for role in roles],
        "states": PersonState.choices,
        "query": request.GET.urlencode(),
    }
    return render(request, "people/people.html", context)


def export_xlsx(request: HttpRequest, unit_id: int) -> HttpResponse:
    """The list as it is filtered, as a workbook; a text is never a formula in it."""
    table = roster_table(actor(request), unit_id, _filters(request), on=CLOCK.today())
    packed = io.BytesIO()
    write_xlsx(packed, table)
    return download(packed.getvalue(), f"{table.title}.xlsx", XLSX)


def export_csv(request: HttpRequest, unit_id: int) -> HttpResponse:
    table = roster_table(actor(request), unit_id, _filters(request), on=CLOCK.today())
    packed = io.BytesIO()
    write_csv(packed, table)
    return download(packed.getvalue(), f"{table.title}.csv", "text/csv")


def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    page = person_page(actor(request), person_id, on=CLOCK.today())
    return render(request, "people/person.html", {"page": page})


def add(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Somebody new; the answer is the slip with their first password, shown this once."""
    unit = one(units(actor(request), Permission.MANAGE_PEOPLE), unit_id)
    places = [(unit.pk, unit.name), *_groups_of(request, unit)]
    form = forms.AddPerson(
        request.POST or None,
        roles=forms.role_choices(givable_in(actor(request), unit), unit.kind),
        units=places,
        initial={"starts_on": CLOCK.today(), "unit": unit.pk},
    )
    # Out of the key of the form, so that sending it twice gives the same password.
    seed = _seed(request)
    response = form_page(
        request,
        FormPage(
            _("添加人员"), _("添加人员"), reverse("people-of-unit", args=[unit.pk]), name=unit.name
        ),
        form,
        do=lambda asked, values: add_person(
            asked, unit_id=values["unit"], seed=seed, **_but(values, "unit")
        ),
        done=lambda answer: reverse("person", args=[int(answer.id)]),
        said=_("已添加。"),
    )
    if response.status_code != 302:
        return response
    login = form.cleaned_data["staff_number"]
    slip = {
        "name": form.cleaned_data["name"],
        "unit": unit.name,
        "login": login,
        "password": one_time_password(seed, login),
    }
    return render(
        request, "people/slips.html", {"slips": [slip], "back": response["Location"], "unit": unit}
    )


def correct(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    names = ("version", "name", "staff_number", "gender", "subject", "title")
    return form_page(
        request,
        FormPage(_("更正基本信息"), _("保存更正"), _page_of(person), name=person.name),
        forms.CorrectPerson(
            request.POST or None, initial={name: getattr(person, name) for name in names}
        ),
        do=lambda asked, values: correct_person(asked, person_id=person.pk, **dict(values)),
        done=_page_of(person),
        said=_("已保存更正。"),
        version=lambda: managed(request, person.pk).version,
    )


def correct_personal(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    seen = people_kept(actor(request), Permission.SEE_PERSONAL_DATA, on=CLOCK.today())
    one(seen, person_id)
    data = personal_data(actor(request), on=CLOCK.today()).filter(person=person).first()
    initial: dict[str, object] = {"version": person.version}
    if data is not None:
        names = ("id_number", "phone", "email", "born_on")
        initial |= {name: getattr(data, name) for name in names}
    return form_page(
        request,
        FormPage(_("更正个人信息"), _("保存更正"), _page_of(person), name=person.name),
        forms.CorrectPersonalData(request.POST or None, initial=initial),
        do=lambda asked, values: correct_personal_data(asked, person_id=person.pk, **dict(values)),
        done=_page_of(person),
        said=_("已保存更正。"),
        version=lambda: managed(request, person.pk).version,
    )


def retire(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    return form_page(
        request,
        FormPage(
            _("办理退休"),
            _("办理退休"),
            _page_of(person),
            name=person.name,
            warning=_("从这一天起，全部任职结束；原来的记录都留在原单位。"),
            is_final=True,
        ),
        forms.Retire(
            request.POST or None, initial={"version": person.version, "on": CLOCK.today()}
        ),
        do=lambda asked, values: retire_person(asked, person_id=person.pk, **dict(values)),
        done=_page_of(person),
        said=_("已办理退休。"),
        version=lambda: managed(request, person.pk).version,
    )


def leave(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    return form_page(
        request,
        FormPage(
            _("办理调离"),
            _("办理调离"),
            _page_of(person),
            name=person.name,
            about=_("调到本平台以外的单位；调到别的学校请上级单位办理“调动”"),
            warning=_("从这一天起，全部任职结束；原来的记录都留在原单位。"),
            is_final=True,
        ),
        forms.LetGo(request.POST or None, initial={"version": person.version, "on": CLOCK.today()}),
        do=lambda asked, values: let_go(asked, person_id=person.pk, **dict(values)),
        done=_page_of(person),
        said=_("已办理调离。"),
        version=lambda: managed(request, person.pk).version,
    )


def download(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file that the browser saves under its Chinese name."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def chosen_unit(request: HttpRequest) -> Unit | None:
    """The unit of the second step of a move, if it may be chosen."""
    unit_id = whole_number(request.GET.get("to", ""))
    if unit_id is None:
        return None
    return one(units(actor(request), Permission.MANAGE_PEOPLE).filter(closes_on=None), unit_id)


def ask_where(request: HttpRequest, page: FormPage) -> HttpResponse:
    """The first step of a move; the second is the same address with `to`."""
    kinds = ("school", "group", "department", "township", "company", "panel", "district", "city")
    choices = unit_choices(actor(request), Permission.MANAGE_PEOPLE, kinds=kinds)
    form = forms.Where(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(f"{request.path}?to={form.cleaned_data['unit']}")
    return shown(request, page, form, status=422 if form.errors else 200)


def managed(request: HttpRequest, person_id: int) -> Person:
    return one(people_kept(actor(request), Permission.MANAGE_PEOPLE, on=CLOCK.today()), person_id)


def _page_of(person: Person) -> str:
    return reverse("person", args=[person.pk])


def _groups_of(request: HttpRequest, unit: Unit) -> list[tuple[int, str]]:
    rows = units(actor(request), Permission.MANAGE_PEOPLE).filter(
        parent=unit, closes_on=None, kind__in=("group", "department")
    )
    return [(row.pk, row.name) for row in rows.order_by("pinyin", "id")]


def _filters(request: HttpRequest) -> Filters:
    state = request.GET.get("state", "")
    return Filters(
        typed=request.GET.get("q", "")[:40],
        group=whole_number(request.GET.get("group", "")),
        role=request.GET.get("role", "")[:16],
        state=state if state in PersonState.values else PersonState.ACTIVE,
        subject=request.GET.get("subject", "")[:20],
    )


def _seed(request: HttpRequest) -> str:
    return by(request).key or secrets.token_hex(16)


def _but(values: Any, *names: str) -> dict[str, Any]:  # noqa: ANN401  # cleaned data
    return {name: value for name, value in dict(values).items() if name not in names}
