"""What the audit administrator fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kaocheng.queries.audit import Chosen
from kaocheng.queries.audit_words import ACTIONS


def _day(label: Any) -> forms.DateField:  # noqa: ANN401  # a lazy text
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class ChosenForm(forms.Form):
    """The filter: every field may stay empty."""

    person = forms.CharField(label=_("姓名或师训编号"), max_length=40, required=False)
    unit = forms.CharField(label=_("单位"), max_length=80, required=False)
    action = forms.ChoiceField(
        label=_("做了什么"),
        required=False,
        choices=[("", _("全部")), *sorted(ACTIONS.items(), key=lambda item: item[0])],
    )
    from_day = _day(_("从哪天"))
    to_day = _day(_("到哪天"))
    before = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def chosen(self) -> Chosen:
        return Chosen(**self.cleaned_data)


class AnchorForm(forms.Form):
    """Where the digest goes."""

    where = forms.CharField(
        label=_("交给谁、印在哪里"),
        max_length=120,
        help_text=_("例如：教育局档案室纸质留存。校验码离开本系统以后，日志就不能悄悄重写。"),
    )
