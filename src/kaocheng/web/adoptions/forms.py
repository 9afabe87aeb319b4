"""What is typed into the pages of adoptions, read into plain values.

Parameters, titles and steps differ from scheme to scheme, so that their fields are named by what
they are of (`p-pass_line`, `d-district.to`) and read one by one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Refused
from kaocheng.actions.adoption import MOST_TITLE, MOST_WHY
from kaocheng.engine.language.registers import Field
from kaocheng.methods.holders import Holder
from kaocheng.queries.adoption import Head
from kaocheng.queries.holder_choices import Choice

MOST_PASTED = 200_000
BLANK_ROWS = 3
# More rows than anybody types; larger tables are pasted.
MOST_ROWS = 500


class NewForm(forms.Form):
    title = forms.CharField(
        label=_("名称"),
        max_length=MOST_TITLE,
        help_text=_("本单位的人看到的名称，可以加上年份"),
    )


class EndForm(forms.Form):
    because = forms.CharField(
        label=_("理由"), max_length=MOST_WHY, widget=forms.Textarea({"rows": 3})
    )


class AmendmentForm(forms.Form):
    """What an amendment says beside what it changes."""

    why = forms.CharField(
        label=_("修订理由"),
        max_length=MOST_WHY,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("看得到这份方案的人都看得到"),
    )
    takes_effect_on = forms.DateField(
        label=_("生效日期"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("写今天以后的，到那天才变；写今天或以前的，现在就变"),
    )

    def say(self, problems: Mapping[str, Refused]) -> None:
        for name, one in problems.items():
            if name in self.fields:
                self.add_error(name, f"{one} {one.remedy('zh')}")


class PeriodsForm(forms.Form):
    """Why periods of a scheme in force change; adding new ones needs no reason."""

    why = forms.CharField(
        label=_("修订理由"),
        max_length=MOST_WHY,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("改动、删除已有的周期是修订，要写；只加新的不用写"),
    )

    def say(self, problems: Mapping[str, Refused]) -> None:
        if one := problems.get("why"):
            self.add_error("why", f"{one} {one.remedy('zh')}")


class PasteForm(forms.Form):
    table = forms.CharField(
        label=_("粘贴表格"),
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea({"rows": 8, "data-no-draft": "", "wrap": "off"}),
        help_text=_("在 Excel 或 WPS 里连同标题行一起选中、复制，再粘贴到这里"),
    )
    empties = forms.BooleanField(
        label=_("空格清空原来的值"),
        required=False,
        help_text=_("不勾选时，空着的格不改已填的。勾选后，会清空哪些先列给您看，再点一次才写入。"),
    )


def amendment_form(head: Head, data: QueryDict | None) -> AmendmentForm | None:
    """The form where the page amends, prefilled with today; none for a draft."""
    if not head.is_amended:
        return None
    return AmendmentForm(data, initial={"takes_effect_on": head.today})


def pasted(text: str) -> list[list[str]]:
    """The lines of a table out of a spreadsheet, without the empty ones; commas serve too."""
    unified = text.replace("\r\n", "\n")
    delimiter = "\t" if "\t" in unified else ","
    rows = csv.reader(io.StringIO(unified), delimiter=delimiter)
    cells = ([cell.strip() for cell in row] for row in rows)
    return [row for row in cells if any(row)]


def read_parameters(data: QueryDict, names: Mapping[str, str]) -> dict[str, str]:
    """Text by parameter; a tick beside it takes the default (`names`: defaults by id)."""
    return {
        name: default if data.get(f"c-{name}") else data.get(f"p-{name}", "").strip()
        for name, default in names.items()
        if f"p-{name}" in data or f"c-{name}" in data
    }


def read_holders(
    data: QueryDict, titles: Sequence[tuple[int, str]], choices: Sequence[Choice]
) -> dict[str, list[Holder]]:
    """Holders by title; a name that is not among the choices is read as it was sent."""
    by_name = {one.name: one.holder for one in choices}
    found: dict[str, list[Holder]] = {}
    for number, title in titles:
        names = [data.get(f"h-{number}", ""), data.get(f"h2-{number}", "")]
        holders = [by_name.get(name) or _holder(name) for name in names if name]
        if f"h-{number}" in data:
            found[title] = list(dict.fromkeys(holders))
    return found


def _holder(name: str) -> Holder:
    """What stood there before, or nonsense, which the action refuses."""
    try:
        how, role, kind, field, register, panel = name.split(":")
        return Holder.of(
            {
                "how": how,
                "role": role,
                "kind": kind,
                "field": field,
                "register": register,
                "panel": int(panel),
            }
        )
    except ValueError:
        return Holder.of({"how": "field", "field": name[:40]})


def read_days(data: QueryDict, steps: Sequence[str]) -> dict[str, str]:
    return {step: data.get(f"d-{step}", "").strip() for step in steps if f"d-{step}" in data}


def read_grid(data: QueryDict, columns: int) -> list[list[str]]:
    """Rows of cells named `r-<row>-<column>`, counted from 0; a ticked `x-<row>` is left out."""
    count = _number(data.get("rows", ""), most=MOST_ROWS)
    return [
        [data.get(f"r-{row}-{column}", "").strip() for column in range(columns)]
        for row in range(count)
        if not data.get(f"x-{row}")
    ]


def moved_by(days: Mapping[str, date], years: int) -> dict[str, str]:
    """The days so many years later, the 29th of February on the 28th."""
    return {step: _later(day, years).isoformat() for step, day in days.items()}


def version_of(data: QueryDict) -> int:
    return _number(data.get("version", ""), most=999_999_999)


def years_of(data: QueryDict) -> int:
    return _number(data.get("years", ""), most=50)


@dataclass(frozen=True)
class Cell:
    """A cell of a table as it is typed into: what stands there, what may, and what is wrong."""

    title: str
    text: str
    values: Sequence[str]
    problem: Refused | None


def cells_of(
    columns: Sequence[Field], rows: Sequence[Sequence[str]], problems: Mapping[str, Refused]
) -> list[list[Cell]]:
    """`problems` by `line/column`, the headings being line 1; of a whole row by column 0."""
    return [
        [
            Cell(
                column.title,
                text,
                column.values,
                problems.get(f"{line}/{at}") or (problems.get(f"{line}/0") if at == 1 else None),
            )
            for at, (column, text) in enumerate(zip(columns, row, strict=True), start=1)
        ]
        for line, row in enumerate(rows, start=2)
    ]


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return 0
    return min(int(text), most)
