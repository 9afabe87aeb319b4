"""What is typed into the pages of results, read into plain values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Invalid
from kaocheng.actions.consequence import MOST_BECAUSE as MOST_DECISION
from kaocheng.actions.result import MOST_BECAUSE


class FreezeForm(forms.Form):
    because = forms.CharField(
        label=_("缺数据也要冻结的理由"),
        required=False,
        max_length=MOST_BECAUSE,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("补不了数据、仍要冻结的，写明理由"),
    )

    def ask_reason(self, *, is_needed: bool) -> None:
        """Say that the reason must be given, and begin there once it was refused without one."""
        field = self.fields["because"]
        field.required = is_needed
        if self.errors:
            field.widget.attrs["autofocus"] = True


class ReopenForm(forms.Form):
    because = forms.CharField(
        label=_("重新打开的理由"),
        max_length=MOST_BECAUSE,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("所有看得到结果的人都看得到"),
    )


class DecideForm(forms.Form):
    because = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=MOST_DECISION,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("不采纳的必须写明理由"),
    )
    starts_on = forms.DateField(
        label=_("自哪天起"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=_("到哪天止"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("含当天；没有期限的不填"),
    )


def say_beside(form: forms.Form, problem: Invalid) -> None:
    for name, one in problem.problems.items():
        form.add_error(name if name in form.fields else None, f"{one} {one.remedy('zh')}")
