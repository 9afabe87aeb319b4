"""What is typed into the pages of assigning and of ballots, read into plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kaocheng.actions.review import MOST_REASON
from kaocheng.actions.review_assignment import MOST_PEERS
from kaocheng.web.notices.forms import end_of


def _day(label: Any) -> forms.DateField:  # noqa: ANN401  # a lazy text
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("到当天 24:00；不填就是不设截止"),
    )


Periods = Sequence[tuple[str, str]]


def _ask_period(form: forms.Form, periods: Periods) -> None:
    """Which period is asked only where there is a choice."""
    if len(periods) > 1:
        form.fields["period"] = forms.ChoiceField(label=_("周期"), choices=list(periods))


class AssignAllForm(forms.Form):
    """All subjects at once; peers only where the table is of peers."""

    way = forms.ChoiceField(label=_("怎样派"), widget=forms.RadioSelect, required=False)
    count = forms.IntegerField(
        label=_("每人评几个"), min_value=1, max_value=MOST_PEERS, initial=3, required=False
    )
    seed = forms.CharField(
        label=_("随机种子"),
        max_length=40,
        required=False,
        help_text=_("随机派时用：同一个种子派出来的一样，会记入操作日志，谁都可以重算"),
    )
    within_units = forms.BooleanField(label=_("只在同一单位里互评"), required=False, initial=True)
    is_blind = forms.BooleanField(label=_("匿名评审：不让评价人看到对方是谁"), required=False)
    due_on = _day(_("截止"))

    def __init__(self, data: QueryDict | None = None, *, is_peer: bool, periods: Periods) -> None:
        super().__init__(data, initial={"way": "circle" if is_peer else "titles"})
        _ask_period(self, periods)
        way = self.fields["way"]
        assert isinstance(way, forms.ChoiceField)
        if is_peer:
            way.choices = [
                ("circle", _("依次轮流：每人评排在后面的几个人")),
                ("random", _("随机：按种子打乱后轮流")),
                ("everybody", _("全体互评：每人评其他所有人")),
            ]
        else:
            for name in ("way", "count", "seed", "within_units"):
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        """The arguments of the action."""
        cleaned = self.cleaned_data
        return {
            "way": cleaned.get("way") or "titles",
            "count": cleaned.get("count") or 1,
            "seed": cleaned.get("seed") or "",
            "within_units": bool(cleaned.get("within_units")),
            "period": cleaned.get("period", ""),
            "is_blind": bool(cleaned["is_blind"]),
            "due_at": end_of(cleaned["due_on"]),
        }


class AssignForm(forms.Form):
    """Of one subject; the people are ticked in a table beside it."""

    is_blind = forms.BooleanField(label=_("匿名评审"), required=False)
    due_on = _day(_("截止"))

    def __init__(self, data: QueryDict | None = None, *, periods: Periods) -> None:
        super().__init__(data)
        _ask_period(self, periods)


class ReturnForm(forms.Form):
    because = forms.CharField(
        label=_("退回原因"),
        max_length=MOST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("评价人会看到"),
    )


class BallotForm(forms.Form):
    """A secret ballot or a vote in a meeting."""

    about = forms.ChoiceField(label=_("投什么"), widget=forms.RadioSelect)
    title = forms.CharField(label=_("名称"), max_length=120)
    how = forms.ChoiceField(
        label=_("怎样投"),
        widget=forms.RadioSelect,
        choices=[
            ("secret", _("在系统里无记名投票")),
            ("meeting", _("开会投票，由计票人填票数")),
        ],
        initial="secret",
    )
    unit = forms.ChoiceField(
        label=_("谁来投"),
        required=False,
        help_text=_("方案写明的人，或所选单位里的全体人员"),
    )
    subject = forms.ChoiceField(label=_("评哪一个"), required=False)
    closes_on = _day(_("投票截止"))

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        choices: Mapping[str, list[tuple[str, str]]],
    ) -> None:
        super().__init__(data)
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = listed

    def values(self) -> dict[str, Any]:
        """The arguments of the action."""
        cleaned = self.cleaned_data
        return {
            "about": cleaned["about"],
            "title": cleaned["title"],
            "is_secret": cleaned["how"] == "secret",
            "unit_id": int(cleaned["unit"]) if cleaned["unit"] else None,
            "subject_id": int(cleaned["subject"]) if cleaned.get("subject") else None,
            "closes_at": end_of(cleaned["closes_on"]),
        }
