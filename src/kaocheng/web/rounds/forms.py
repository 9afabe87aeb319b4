"""What is typed into the pages of rounds, read into plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Invalid
from kaocheng.actions.obligation import MOST_REASON
from kaocheng.actions.round import MOST_NOTE, MOST_TITLE
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.round import Choice
from kaocheng.queries.round_events import Event

# Between the adoption and its period in one list of choices.
_BETWEEN = "/"


class StartForm(forms.Form):
    """A scheme in force with one of its periods; `choices` holds what is possible."""

    of = forms.ChoiceField(
        label=_("考核什么"),
        widget=forms.RadioSelect,
        help_text=_("只列出已经施行、这个周期还没有开始的方案"),
        error_messages={"required": _("请选一份方案和周期")},
    )
    title = forms.CharField(
        label=_("名称"),
        max_length=MOST_TITLE,
        required=False,
        help_text=_("不填就用方案和周期的名称"),
    )
    starts_on = forms.DateField(
        label=_("开始日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("各项期限从这一天算起；不填就用周期的第一天"),
    )
    refers_to = forms.DateField(
        label=_("基准日"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("单位和人员按这一天的情况；不填就是开始日期"),
    )

    def __init__(self, data: QueryDict | None, choices: Sequence[Choice]) -> None:
        super().__init__(data)
        self.choices = {
            f"{one.adoption_id}{_BETWEEN}{period}": (one, period, title)
            for one in choices
            for period, title in one.periods or (("", ""),)
        }
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (value, f"{one.title}（{title}）" if title else one.title)
            for value, (one, _period, title) in self.choices.items()
        ]
        if len(self.choices) == 1:
            field.initial = next(iter(self.choices))

    def values(self) -> dict[str, Any]:
        """The arguments of the action."""
        cleaned = self.cleaned_data
        one, period, title = self.choices[cleaned["of"]]
        named = f"{one.title}（{title}）" if title else one.title
        starts_on: date = cleaned["starts_on"] or one.starts_on
        return {
            "adoption_id": one.adoption_id,
            "period": period,
            "title": (cleaned["title"] or named)[:MOST_TITLE],
            "starts_on": starts_on,
            "refers_to": cleaned["refers_to"],
        }


class EventForm(forms.Form):
    """Something has happened; `events` are those that the reader may tell of."""

    name = forms.ChoiceField(label=_("发生了什么"), widget=forms.RadioSelect)
    happened_at = forms.DateTimeField(
        label=_("什么时候"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=_("不填就是现在；期限从这个时间算起"),
    )
    note = forms.CharField(label=_("备注"), max_length=MOST_NOTE, required=False)

    def __init__(self, data: QueryDict | None, events: Sequence[Event]) -> None:
        super().__init__(data)
        field = self.fields["name"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.name, one.title) for one in events]

    def values(self) -> dict[str, Any]:
        at: datetime | None = self.cleaned_data["happened_at"]
        return {
            "name": self.cleaned_data["name"],
            "happened_at": at.replace(tzinfo=CHINA) if at is not None else None,
            "note": self.cleaned_data["note"],
        }


class TicketForm(EventForm):
    """A step of one ticket; `events` are names and titles of those that the reader may tell of."""

    def __init__(self, data: QueryDict | None, events: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, [Event(name, title, "") for name, title in events])


class ExcuseForm(forms.Form):
    because = forms.CharField(
        label=_("免办原因"),
        max_length=MOST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("办理人和以后查看的人会看到"),
    )


def say_beside(form: forms.Form, problem: Invalid) -> None:
    for name, one in problem.problems.items():
        there = "of" if name == "period" else name
        form.add_error(there if there in form.fields else None, f"{one} {one.remedy('zh')}")
