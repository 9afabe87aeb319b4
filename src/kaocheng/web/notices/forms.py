"""What is typed into the pages of notices, read into plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Invalid
from kaocheng.actions.notice import MOST_BODY, MOST_REASON, MOST_TITLE
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.notice import SIGNERS

ONE_DAY = timedelta(days=1)


class NoticeForm(forms.Form):
    """A draft; `kinds` are those that exist below the writer, with how many there are."""

    title = forms.CharField(label=_("标题"), max_length=MOST_TITLE)
    body = forms.CharField(
        label=_("正文"),
        max_length=MOST_BODY,
        widget=forms.Textarea({"rows": 12}),
        help_text=_("一行一段，不用空格缩进；落款和文号由系统加上"),
    )
    to_kinds = forms.MultipleChoiceField(
        label=_("发往"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选发往哪些单位")},
    )
    signers = forms.ChoiceField(
        label=_("谁来签收"),
        widget=forms.RadioSelect,
        choices=[
            ("office", _("单位负责人或信息员，谁签都可以")),
            ("heads", _("只能由单位负责人签收")),
        ],
        initial="office",
    )
    sign_on = forms.DateField(
        label=_("签收截止"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("到当天 24:00；不填就是不设截止"),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        kinds: Sequence[tuple[str, str, int]],
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        field = self.fields["to_kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (kind, _("%(name)s（%(count)s 个）") % {"name": name, "count": count})
            for kind, name, count in kinds
        ]

    def values(self) -> dict[str, Any]:
        """The arguments of the action."""
        cleaned = self.cleaned_data
        return {
            "title": cleaned["title"],
            "body": cleaned["body"],
            "to_kinds": cleaned["to_kinds"],
            "to_roles": list(SIGNERS[cleaned["signers"]]),
            "sign_by": end_of(cleaned["sign_on"]),
        }

    def say(self, problem: Invalid) -> None:
        """What the action did not take, beside its field."""
        say_beside(self, problem)


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label=_("撤回原因"),
        max_length=MOST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("收文单位会看到"),
    )


def say_beside(form: forms.Form, problem: Invalid) -> None:
    for name, one in problem.problems.items():
        form.add_error(name if name in form.fields else None, f"{one} {one.remedy('zh')}")


def end_of(day: date | None) -> datetime | None:
    """24:00 of the day in China."""
    return datetime.combine(day + ONE_DAY, time(0), tzinfo=CHINA) if day else None


def day_of(moment: datetime | None) -> date | None:
    """The day whose 24:00 the moment is."""
    return (moment.astimezone(CHINA) - ONE_DAY).date() if moment else None
