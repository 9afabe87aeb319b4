"""What may be typed about people and their appointments."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from kaocheng.records.models.appointment import AppointmentKind
from kaocheng.web.role_names import role_name
from kaocheng.web.units.form_page import (
    DayField,
    PersonField,
    reason_field,
    text_field,
    version_field,
)

Choices = Sequence[tuple[int, str]]
Roles = Sequence[tuple[str, str]]


def role_choices(roles: Sequence[str], unit_kind: str) -> list[tuple[str, str]]:
    return [(role, role_name(role, unit_kind)) for role in roles]


class _Chosen(forms.Form):
    """Gives fields the choices that depend on who asks."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        offered = {name: kwargs.pop(name) for name in ("roles", "units") if name in kwargs}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        for name, field in (("roles", "role"), ("units", "unit")):
            if name in offered:
                choice = self.fields[field]
                assert isinstance(choice, forms.ChoiceField)
                choice.choices = offered[name]  # type: ignore[assignment]  # pairs, as given


class AddPerson(_Chosen):
    name = PersonField("name", required=True)
    staff_number = PersonField(
        "staff_number", required=True, help_text=_("也是登录名；新账号的一次性密码在下一页给出")
    )
    unit = forms.TypedChoiceField(label=_("单位"), coerce=int)
    role = forms.ChoiceField(label=_("任职"))
    starts_on = DayField(_("任职起"))
    gender = forms.ChoiceField(
        label=_("性别"), required=False, choices=[("", "—"), ("女", _("女")), ("男", _("男"))]
    )
    subject = PersonField("subject")
    title = PersonField("title")
    id_number = PersonField("id_number")
    phone = PersonField("phone")
    email = PersonField("email")


class CorrectPerson(forms.Form):
    version = version_field()
    name = PersonField("name", required=True)
    staff_number = PersonField("staff_number", help_text=_("改了编号，登录名不变"))
    gender = forms.ChoiceField(
        label=_("性别"), required=False, choices=[("", "—"), ("女", _("女")), ("男", _("男"))]
    )
    subject = PersonField("subject")
    title = PersonField("title")


class CorrectPersonalData(forms.Form):
    version = version_field()
    id_number = PersonField("id_number")
    phone = PersonField("phone")
    email = PersonField("email")
    born_on = DayField(_("出生日期"), required=False)


class Appoint(_Chosen):
    role = forms.ChoiceField(label=_("任职"))
    starts_on = DayField(_("任职起"))
    ends_on = DayField(_("任职止"), required=False, help_text=_("这一天起不再任职；长期任职的不填"))
    kind = forms.ChoiceField(
        label=_("性质"),
        choices=[
            (AppointmentKind.REGULAR, _("正式")),
            (AppointmentKind.ACTING, _("代理")),
        ],
    )
    reason = reason_field()


class ChangeRole(_Chosen):
    version = version_field()
    role = forms.ChoiceField(label=_("改任"))
    on = DayField(_("从哪天起"))
    reason = reason_field()


class EndAppointment(forms.Form):
    version = version_field()
    ends_on = DayField(_("任职止"), help_text=_("这一天起不再任职"))
    reason = reason_field()


class Transfer(_Chosen):
    version = version_field()
    on = DayField(_("到岗日期"))
    role = forms.ChoiceField(label=_("任职"))
    reason = reason_field()


class Second(_Chosen):
    role = forms.ChoiceField(label=_("任职"))
    starts_on = DayField(_("借调起"))
    ends_on = DayField(_("借调止"), help_text=_("这一天起回到原单位"))
    reason = reason_field()


class Retire(forms.Form):
    version = version_field()
    on = DayField(_("退休日期"))


class LetGo(forms.Form):
    version = version_field()
    on = DayField(_("离开日期"))
    reason = text_field(_("去向"), 80, required=False, help_text=_("如：调往外区、外市"))


class Where(forms.Form):
    """The first step of a move: to which unit; the next offers the roles that it has."""

    unit = forms.TypedChoiceField(label=_("到哪个单位"), coerce=int)

    def __init__(self, choices: Choices, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        unit = self.fields["unit"]
        assert isinstance(unit, forms.TypedChoiceField)
        unit.choices = [("", "—"), *choices]
