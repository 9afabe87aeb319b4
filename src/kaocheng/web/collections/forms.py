"""What is typed into the pages of collection forms, read into plain values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Refused
from kaocheng.actions.collection_part import TypedRow
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models.collection import Field, FieldKind

NEW_LINES = 3
MOST_LINES = 80
MOST_PASTED = 1_000_000
_BETWEEN_CHOICES = re.compile(r"[、,，;；\n]+")


class HeadForm(forms.Form):
    """Everything of a form but its fields."""

    title = forms.CharField(label=_("标题"), max_length=60, strip=True)
    why = forms.CharField(
        label=_("为什么收、怎么填"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    due_on = forms.DateField(
        label=_("截止日期"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("到当天 24:00"),
    )
    to_kinds = forms.MultipleChoiceField(label=_("发给"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        kinds: Sequence[tuple[str, str]],
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        choices = self.fields["to_kinds"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = kinds


class ReturnForm(forms.Form):
    """Why a part goes back."""

    because = forms.CharField(
        label=_("退回原因"),
        max_length=160,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("写给填报单位看：哪里要改、怎么改"),
    )


class PasteForm(forms.Form):
    """A table copied out of a spreadsheet."""

    table = forms.CharField(
        label=_("粘贴表格"),
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea({"rows": 8, "data-no-draft": ""}),
        help_text=_("在 Excel 或 WPS 里选中、复制，再粘贴到这里。可以带上表头"),
    )


@dataclass(frozen=True)
class FieldLine:
    """One line of the table in which fields are written; `mark` begins the names of its inputs."""

    mark: str
    field: Field
    choices: str = ""
    problem: Refused | None = None

    @property
    def is_new(self) -> bool:
        return not self.field.id


def due_at(day: date) -> datetime:
    """24:00 of the day in China."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def due_on(moment: datetime) -> date:
    return (moment.astimezone(CHINA) - timedelta(minutes=1)).date()


def lines_of(fields: Sequence[Field], *, blank: int = NEW_LINES) -> list[FieldLine]:
    """The lines for fields that are there, and blank ones below them."""
    there = [
        FieldLine(str(number), field, "、".join(field.choices))
        for number, field in enumerate(fields)
    ]
    first = len(there)
    return [*there, *(FieldLine(str(first + number), Field("", "")) for number in range(blank))]


def read_lines(sent: QueryDict) -> list[FieldLine]:
    """Every line as it was typed, in the order of its numbers; dropped and blank ones are gone."""
    marks = sent.getlist("line")[:MOST_LINES]
    found = [_line(sent, mark) for mark in marks if f"{mark}-drop" not in sent]
    return sorted((line for line in found if line.field.name), key=lambda line: _order(sent, line))


def read_rows(sent: QueryDict, fields: Sequence[Field]) -> tuple[TypedRow, ...]:
    """The rows of a part as they were typed, in the order of the page."""
    return tuple(
        TypedRow(
            values=tuple(
                (field.id, str(sent[f"{mark}-{field.id}"]))
                for field in fields
                if f"{mark}-{field.id}" in sent
            ),
            id=_id(mark),
            version=_version(sent, mark),
            seen=sent.get(f"{mark}-s", "")[:16],
        )
        for mark in sent.getlist("row")
    )


def read_removed(sent: QueryDict) -> tuple[tuple[int, int], ...]:
    """Id and version of the rows that are ticked for removal; new ones are simply left out."""
    marks = [mark for mark in sent.getlist("remove") if _id(mark) is not None]
    return tuple((int(mark), _version(sent, mark) or 0) for mark in marks)


def versions_seen(sent: QueryDict) -> dict[str, int]:
    """By row: the version that the page showed first."""
    return {mark: _number(sent.get(f"{mark}-v", "0")) for mark in sent.getlist("row")}


def version_of(sent: QueryDict) -> int:
    """Of a draft, as its page showed it; a new one has none yet."""
    return _number(sent.get("version") or "0")


def read_table(text: str, fields: Sequence[Field]) -> list[tuple[tuple[str, str], ...]]:
    """Rows of a pasted table as pairs of field id and text.

    A first line in which every cell is the name of a field is the head, whatever the order; else
    the columns stand as the fields do. Raises `Refused` (W78) for a row with more cells.
    """
    rows = [
        [cell.strip() for cell in cells]
        for cells in csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter="\t")
    ]
    rows = [cells for cells in rows if any(cells)]
    columns = [field.id for field in fields]
    by_name = {field.name: field.id for field in fields}
    if rows and all(cell in by_name for cell in rows[0] if cell) and len(set(rows[0])) > 0:
        columns = [by_name.get(cell, "") for cell in rows.pop(0)]
    found = []
    for number, cells in enumerate(rows, start=1):
        if any(cells[len(columns) :]):
            raise Refused("W78", row=number, cells=len(cells), fields=len(columns))
        pairs = zip(columns, cells, strict=False)
        found.append(tuple((field_id, cell) for field_id, cell in pairs if field_id))
    return found


def _line(sent: QueryDict, mark: str) -> FieldLine:
    kind = sent.get(f"{mark}-kind", "")
    choices = sent.get(f"{mark}-choices", "").strip()[:400]
    field = Field(
        id=_field_id(sent.get(f"{mark}-id", "")),
        name=sent.get(f"{mark}-name", "").strip()[:40],
        kind=kind if kind in FieldKind.values else FieldKind.TEXT,
        is_required=f"{mark}-required" in sent,
        is_personal=f"{mark}-personal" in sent,
        choices=tuple(dict.fromkeys(filter(None, map(str.strip, _BETWEEN_CHOICES.split(choices))))),
        hint=sent.get(f"{mark}-hint", "").strip()[:80],
    )
    return FieldLine(mark, field, choices)


def _order(sent: QueryDict, line: FieldLine) -> tuple[int, int]:
    order = sent.get(f"{line.mark}-order", "")
    return (int(order) if order.isascii() and order.isdigit() else 999, int(_number(line.mark)))


def _field_id(text: str) -> str:
    return text if re.fullmatch(r"f[0-9]{1,4}", text) else ""


def _id(mark: str) -> int | None:
    return int(mark) if re.fullmatch(r"[0-9]{1,18}", mark) else None


def _version(sent: QueryDict, mark: str) -> int | None:
    """`a` is what somebody accepted after seeing the other's value, `v` what they saw first."""
    text = sent.get(f"{mark}-a") or sent.get(f"{mark}-v")
    return _number(text) if text else None


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused("W01")
    return int(text)
