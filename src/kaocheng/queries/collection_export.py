"""A collection form merged into one workbook, in the order of the units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from kaocheng.access.actor import Actor
from kaocheng.access.collection import asked_by_us, may_see_value
from kaocheng.access.scope import one
from kaocheng.documents.tables import Cell, Sheet
from kaocheng.queries.collection_values import as_cell, problems_of
from kaocheng.records.models import Collection, CollectionPart, CollectionRow
from kaocheng.records.models.collection import CollectionState, Field, FieldKind, PartState

HIDDEN = "（按权限不显示）"
# So many times the usual value, up or down, is worth a second look; with fewer values nothing is.
FAR_OFF = 10
FEWEST_TO_COMPARE = 5


@dataclass(frozen=True)
class Merged:
    """`table`: every row that was handed in; `problems`, field by field; `units`, one row each."""

    title: str
    table: Sheet
    problems: Sheet
    units: Sheet

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (self.table, self.problems, self.units)


@dataclass(frozen=True)
class _Line:
    unit: str
    group: str
    number: int
    row: CollectionRow


def merged(actor: Actor, collection_id: int) -> Merged:
    """What was handed in until now; rows of whoever is still filling are nobody's business yet."""
    form = one(asked_by_us(actor).exclude(state=CollectionState.DRAFT), collection_id)
    parts = _parts_in_order(form)
    lines = list(_lines(parts))
    has_groups = any(line.group for line in lines)
    return Merged(
        title=form.title,
        table=_table(actor, form.asked, lines, has_groups=has_groups),
        problems=_problems(actor, form.asked, lines),
        units=_units(parts),
    )


def _parts_in_order(form: Collection) -> list[CollectionPart]:
    """Each unit's own part, then those of its groups; units and groups by pinyin."""
    every = CollectionPart.objects.unscoped("parts of a form that was fetched under its scope")
    rows = CollectionRow.objects.unscoped("rows of a form that was fetched under its scope")
    parts = list(
        every.filter(collection=form)
        .select_related("unit", "submitted_by", "above__unit")
        .prefetch_related(Prefetch("rows", rows.order_by("position")))
    )
    return sorted(
        parts,
        key=lambda part: (
            (part.above or part).unit.pinyin,
            (part.above or part).pk,
            part.above is not None,
            part.unit.pinyin,
            part.pk,
        ),
    )


def _lines(parts: Sequence[CollectionPart]) -> Iterator[_Line]:
    for part in parts:
        top = part.above or part
        if top.state != PartState.SUBMITTED:
            continue
        group = part.unit.name if part.above else ""
        for number, row in enumerate(part.rows.all(), start=1):
            yield _Line(top.unit.name, group, number, row)


def _table(
    actor: Actor, fields: Sequence[Field], lines: Sequence[_Line], *, has_groups: bool
) -> Sheet:
    first = (_("序号"), _("单位"), *((_("组"),) if has_groups else ()))
    rows = []
    for number, line in enumerate(lines, start=1):
        where: tuple[Cell, ...] = (number, line.unit, *((line.group,) if has_groups else ()))
        rows.append((*where, *(_cell(actor, field, line.row) for field in fields)))
    return Sheet(_("汇总"), (*first, *(field.name for field in fields)), tuple(rows))


def _cell(actor: Actor, field: Field, row: CollectionRow) -> Cell:
    if not may_see_value(actor, field, row):
        return HIDDEN
    return as_cell(field, row.values.get(field.id, ""))


def _problems(actor: Actor, fields: Sequence[Field], lines: Sequence[_Line]) -> Sheet:
    """Field by field: what is lacking, what does not read, what is far from what others have."""
    rows: list[tuple[Cell, ...]] = []
    for field in fields:
        usual = _usual(field, lines)
        for line in lines:
            problem = problems_of((field,), line.row.values).get(field.id)
            value = as_cell(field, line.row.values.get(field.id, ""))
            what = problem.say("zh") if problem else _far_off(value, usual)
            if what:
                shown = _cell(actor, field, line.row)
                rows.append((field.name, line.unit, line.group, line.number, shown, what))
    return Sheet(
        _("问题清单"),
        (_("字段"), _("单位"), _("组"), _("第几行"), _("填的内容"), _("问题")),
        tuple(rows),
    )


def _usual(field: Field, lines: Sequence[_Line]) -> Decimal | None:
    if field.kind not in (FieldKind.NUMBER, FieldKind.WHOLE):
        return None
    cells = (as_cell(field, line.row.values.get(field.id, "")) for line in lines)
    values = [abs(cell) for cell in cells if isinstance(cell, Decimal)]
    return median(values) if len(values) >= FEWEST_TO_COMPARE else None


def _far_off(value: object, usual: Decimal | None) -> str:
    if not isinstance(value, Decimal) or not usual or not value:
        return ""
    if usual * FAR_OFF <= abs(value) or abs(value) * FAR_OFF <= usual:
        return _("与各单位的中间值相差 10 倍以上，请核对单位和小数点")
    return ""


def _units(parts: Sequence[CollectionPart]) -> Sheet:
    rows = tuple(
        (
            part.unit.name if part.above is None else part.above.unit.name,
            part.unit.name if part.above else "",
            PartState(part.state).label,
            len(part.rows.all()) if part.state == PartState.SUBMITTED else None,
            part.submitted_at if part.state == PartState.SUBMITTED else None,
            part.submitted_by.name
            if part.submitted_by and part.state == PartState.SUBMITTED
            else "",
        )
        for part in parts
    )
    return Sheet(
        _("单位情况"),
        (_("单位"), _("组"), _("状态"), _("行数"), _("提交时间"), _("提交人")),
        rows,
    )
