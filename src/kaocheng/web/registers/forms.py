"""What is typed into a register or a roster: a form made out of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.engine.language.registers import Field, Register
from kaocheng.formats.file_kind import EVIDENCE
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry import MASKED
from kaocheng.queries.register_codes import codes_of

MOST = 2_000
PREFIX = "f_"
ACCEPTED = ",".join(ending for kind in EVIDENCE for ending in kind.extensions)
Offered = Mapping[str, Sequence[tuple[str, str]]]


class FieldsForm(forms.Form):
    """One text per field of the register; whether it holds, the action says."""

    evidence = forms.FileField(
        label=gettext_lazy("佐证材料"),
        required=False,
        help_text=gettext_lazy("照片、扫描件、PDF、Office 文件、录音录像、zip，不超过 20 MB"),
        widget=forms.ClearableFileInput({"accept": ACCEPTED}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: Any = None,  # noqa: ANN401  # Django's
        *,
        found: Adopted,
        register: Register,
        offered: Offered,
        initial: Mapping[str, str] | None = None,
        without: Sequence[str] = (),
        masked: Sequence[str] = (),
        has_evidence: bool = True,
    ) -> None:
        start = {f"{PREFIX}{name}": text for name, text in (initial or {}).items()}
        super().__init__(data, files, initial=start, auto_id="id_%s")
        self.names = [name for name in register.fields if name not in without]
        self.lists: dict[str, Sequence[tuple[str, str]]] = {}
        made: dict[str, forms.Field] = {}
        codes = codes_of(found, register)
        for name in self.names:
            described = register.fields[name]
            choices = offered.get(described.type, ())
            if choices:
                self.lists[described.type] = choices
            coded = _coded(codes, name, start.get(f"{PREFIX}{name}", ""))
            made[f"{PREFIX}{name}"] = _field(found, described, choices, coded)
            if name in masked:
                made[f"{PREFIX}{name}"].help_text = _("%(masked)s：留空就不改动") % {
                    "masked": MASKED
                }
                made[f"{PREFIX}{name}"].required = False
        if has_evidence and register.kind != "roster" and register.evidence != "none":
            made["evidence"] = self.fields["evidence"]
            made["evidence"].required = register.evidence == "required"
        self.masked = tuple(masked)
        self.fields = made

    def values(self) -> dict[str, str]:
        """The text of each field as it was typed; a masked field left empty is not among them."""
        typed = {name: str(self.data.get(f"{PREFIX}{name}", ""))[: 2 * MOST] for name in self.names}
        return {name: text for name, text in typed.items() if text or name not in self.masked}

    def say(self, problem: Invalid) -> None:
        """What the action did not take, beside its field."""
        self.full_clean()
        self._errors = forms.utils.ErrorDict()
        told = [(self._at(name), one) for name, one in problem.problems.items()]
        beside = {one.say("zh") for at, one in told if at}
        for at, one in told:
            # What is said beside a field is not said of the row as a whole once more.
            if at or one.say("zh") not in beside:
                self.add_error(at, f"{one.say('zh')}{one.remedy('zh')}")

    def say_all(self, problem: Refused) -> None:
        self.full_clean()
        self._errors = forms.utils.ErrorDict()
        self.add_error(None, f"{problem.say('zh')}{problem.remedy('zh')}")

    def _at(self, name: str) -> str | None:
        if f"{PREFIX}{name}" in self.fields:
            return f"{PREFIX}{name}"
        return name if name in self.fields else None


def _coded(
    codes: Mapping[tuple[str, str], str], name: str, kept: str
) -> list[tuple[str, str]] | None:
    """The rows of the table that the field is looked up in; what was written before stays."""
    rows = [(code, f"{code} {title}") for (of, code), title in codes.items() if of == name]
    if rows and kept and all(kept != code for code, _title in rows):
        rows.append((kept, kept))
    return rows or None


def _field(
    found: Adopted,
    described: Field,
    offered: Sequence[tuple[str, str]],
    coded: Sequence[tuple[str, str]] | None,
) -> forms.Field:
    label = f"{described.title}（{described.unit}）" if described.unit else described.title
    options = coded or _options(found, described, offered)
    if options is not None:
        return forms.ChoiceField(
            label=label,
            required=described.required,
            choices=[("", "—"), *options],
        )
    return forms.CharField(
        label=label,
        required=described.required,
        widget=_input(described, has_list=bool(offered)),
        max_length=MOST,
    )


def _options(
    found: Adopted, described: Field, offered: Sequence[tuple[str, str]]
) -> list[tuple[str, str]] | None:
    match described.type:
        case "choice" | "scale":
            return [(one, one) for one in described.values]
        case "boolean":
            return [("是", _("是")), ("否", _("否"))]
        case "period":
            return [(period.id, period.title) for period in found.listed_periods]
        case _ if 0 < len(offered) <= 12:
            return [(key, name) for key, name in offered]
        case _:
            return None


def _input(described: Field, *, has_list: bool) -> forms.Widget:
    match described.type:
        case "date":
            return forms.DateInput({"type": "date"})
        case "moment":
            return forms.DateTimeInput({"type": "datetime-local"})
        case "number" | "whole" | "money":
            return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        case _:
            attrs = {"autocomplete": "off"}
            if has_list:
                attrs |= {"list": f"list-{described.type}"}
            return forms.TextInput(attrs)


class WhyForm(forms.Form):
    """A reason in a sentence or two."""

    because = forms.CharField(label=gettext_lazy("原因"), max_length=200)


def ids_of(data: QueryDict, name: str) -> list[int]:
    """Ids that were ticked; what is no id is left out."""
    listed = data.getlist(name)[:500]
    return [int(one) for one in listed if one.isascii() and one.isdigit() and len(one) <= 18]


def number(data: QueryDict, name: str) -> int:
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
