"""任职: appoint, change, end, transfer and second, each on a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.access.unit import appointments
from kaocheng.actions.appointment import appoint, change_role, end_appointment
from kaocheng.actions.person import second_person, transfer_person
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.unit import givable_in
from kaocheng.records.models import Appointment, Unit
from kaocheng.web.asking import actor
from kaocheng.web.people import forms
from kaocheng.web.people.views import ask_where, chosen_unit, managed
from kaocheng.web.role_names import role_name
from kaocheng.web.units.form_page import FormPage, form_page


def appoint_person(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    unit, back = chosen_unit(request), _page_of(person.pk)
    if unit is None:
        return ask_where(request, FormPage(_("任命"), _("下一步"), back, name=person.name))
    return form_page(
        request,
        FormPage(_("任命"), _("任命"), back, name=f"{person.name} → {unit.name}"),
        forms.Appoint(
            request.POST or None, roles=_roles(request, unit), initial={"starts_on": CLOCK.today()}
        ),
        do=lambda asked, values: appoint(
            asked, person_id=person.pk, unit_id=unit.pk, **_typed(values)
        ),
        done=back,
        said=_("已任命。"),
    )


def transfer(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    unit, back = chosen_unit(request), _page_of(person.pk)
    if unit is None:
        about = _("原单位的任职在到岗那天结束；原来的记录留在原单位")
        page = FormPage(_("调动"), _("下一步"), back, name=person.name, about=about)
        return ask_where(request, page)
    return form_page(
        request,
        FormPage(_("调动"), _("办理调动"), back, name=f"{person.name} → {unit.name}"),
        forms.Transfer(
            request.POST or None,
            roles=_roles(request, unit),
            initial={"version": person.version, "on": CLOCK.today()},
        ),
        do=lambda asked, values: transfer_person(
            asked, person_id=person.pk, unit_id=unit.pk, **_typed(values)
        ),
        done=back,
        said=_("已办理调动。"),
        version=lambda: managed(request, person.pk).version,
    )


def second(request: HttpRequest, person_id: int) -> HttpResponse:
    person = managed(request, person_id)
    unit, back = chosen_unit(request), _page_of(person.pk)
    if unit is None:
        about = _("原单位的任职不变；借调期间两个单位都看得到")
        page = FormPage(_("借调"), _("下一步"), back, name=person.name, about=about)
        return ask_where(request, page)
    return form_page(
        request,
        FormPage(_("借调"), _("办理借调"), back, name=f"{person.name} → {unit.name}"),
        forms.Second(
            request.POST or None, roles=_roles(request, unit), initial={"starts_on": CLOCK.today()}
        ),
        do=lambda asked, values: second_person(
            asked, person_id=person.pk, unit_id=unit.pk, **_typed(values)
        ),
        done=back,
        said=_("已办理借调。"),
    )


def change(request: HttpRequest, appointment_id: int) -> HttpResponse:
    row = _appointment(request, appointment_id)
    back = _page_of(row.person_id)
    return form_page(
        request,
        FormPage(_("改任"), _("改任"), back, name=_named(row)),
        forms.ChangeRole(
            request.POST or None,
            roles=_roles(request, row.unit),
            initial={"version": row.version, "on": CLOCK.today(), "role": row.role},
        ),
        do=lambda asked, values: change_role(asked, appointment_id=row.pk, **_typed(values)),
        done=back,
        said=_("已改任。"),
        version=lambda: _appointment(request, row.pk).version,
    )


def end(request: HttpRequest, appointment_id: int) -> HttpResponse:
    row = _appointment(request, appointment_id)
    back = _page_of(row.person_id)
    return form_page(
        request,
        FormPage(_("结束任职"), _("结束任职"), back, name=_named(row), is_final=True),
        forms.EndAppointment(
            request.POST or None,
            initial={"version": row.version, "ends_on": row.ends_on or CLOCK.today()},
        ),
        do=lambda asked, values: end_appointment(asked, appointment_id=row.pk, **_typed(values)),
        done=back,
        said=_("任职已结束。"),
        version=lambda: _appointment(request, row.pk).version,
    )


def _appointment(request: HttpRequest, appointment_id: int) -> Appointment:
    rows = appointments(actor(request), Permission.MANAGE_PEOPLE).select_related("unit", "person")
    return one(rows, appointment_id)


def _named(row: Appointment) -> str:
    return f"{row.person.name} · {row.unit.name} {role_name(row.role, row.unit.kind)}"


def _roles(request: HttpRequest, unit: Unit) -> list[tuple[str, str]]:
    return forms.role_choices(givable_in(actor(request), unit), unit.kind)


def _page_of(person_id: int) -> str:
    return reverse("person", args=[person_id])


def _typed(values: Any) -> dict[str, Any]:  # noqa: ANN401  # cleaned data
    return dict(values)
