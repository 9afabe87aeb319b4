"""What may be typed about units."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from kaocheng.records.models.unit import UnitKind
from kaocheng.web.units.form_page import DayField, reason_field, text_field, version_field

Choices = Sequence[tuple[int, str]]


class AddUnit(forms.Form):
    kind = forms.ChoiceField(label=_("类别"))
    name = text_field(_("名称"), 80, help_text=_("写全称，和公章一致"))
    short_name = text_field(_("简称"), 20, required=False)
    code = text_field(_("机构代码"), 24, required=False, help_text=_("导入花名册时用来对单位"))
    on = DayField(_("成立日期"))

    def __init__(self, kinds: Sequence[str], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(kind, UnitKind(kind).label) for kind in kinds]


class RenameUnit(forms.Form):
    version = version_field()
    name = text_field(_("名称"), 80)
    short_name = text_field(_("简称"), 20, required=False)
    code = text_field(_("机构代码"), 24, required=False)
    on = DayField(_("新名称从哪天起用"), help_text=_("只改简称或代码的，不用管这一天"))
    reason = reason_field()


class _WithUnit(forms.Form):
    """A form in which another unit is chosen out of those that are offered."""

    version = version_field()
    other = forms.TypedChoiceField(label="", coerce=int)
    on = DayField(_("从哪天起"))
    reason = reason_field()

    label: object = ""

    def __init__(self, choices: Choices, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        other = self.fields["other"]
        assert isinstance(other, forms.TypedChoiceField)
        other.label = str(self.label)
        other.choices = [("", "—"), *choices]


class MoveUnit(_WithUnit):
    label = _("新的上级单位")


class MergeUnit(_WithUnit):
    label = _("并入哪个单位")


class CloseUnit(forms.Form):
    version = version_field()
    on = DayField(_("撤销日期"))
    reason = reason_field()


class SplitGroup(forms.Form):
    name = text_field(_("新组名称"), 80)
    people = forms.TypedMultipleChoiceField(
        label=_("调到新组的人员"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    on = DayField(_("从哪天起"))
    reason = reason_field()

    def __init__(self, choices: Choices, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        people = self.fields["people"]
        assert isinstance(people, forms.TypedMultipleChoiceField)
        people.choices = list(choices)
