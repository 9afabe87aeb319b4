"""The part of one unit as its page shows it: rows to fill, groups below, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.collection import may_see_value, parts_to_split
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import one, units
from kaocheng.queries.collection_part_found import (
    FoundRow,
    found_groups,
    found_part,
    found_rows,
)
from kaocheng.queries.collection_values import checked, digest_of, problems_of
from kaocheng.records.models import CollectionPart
from kaocheng.records.models.collection import CollectionState, Field, FieldKind, PartState

PAGE = 50
BLANK_ROWS = 3


@dataclass(frozen=True)
class FilledCell:
    """`name` is that of its input; `theirs` is what somebody else wrote meanwhile."""

    field: Field
    name: str
    value: str
    is_hidden: bool = False
    problem: Refused | None = None
    theirs: str | None = None

    @property
    def is_number(self) -> bool:
        return self.field.kind in (FieldKind.NUMBER, FieldKind.WHOLE)

    @property
    def is_choice(self) -> bool:
        return self.field.kind in (FieldKind.CHOICE, FieldKind.YES_NO)


@dataclass(frozen=True)
class FilledRow:
    """`mark` names the row in its inputs: its id, or n0, n1 … for a new one."""

    mark: str
    number: int | None
    version: int | None
    seen: str
    cells: tuple[FilledCell, ...]
    filled_by: str = ""
    filled_at: datetime | None = None
    # Set after a conflict: the version that holds now, accepted by sending the page once more.
    accepted: int | None = None

    @property
    def is_new(self) -> bool:
        return self.number is None

    @property
    def has_problem(self) -> bool:
        return any(cell.problem is not None for cell in self.cells)


@dataclass(frozen=True)
class GroupLine:
    part_id: int
    unit: str
    state: str
    rows: int
    submitted_at: datetime | None


@dataclass(frozen=True)
class PartPage:
    """Everything about one part; the flags say what this reader may do with it now."""

    part_id: int
    collection_id: int
    title: str
    why: str
    unit: str
    asked_by: str
    due_at: datetime
    state: str
    is_open: bool
    returned_because: str
    submitted_at: datetime | None
    fields: tuple[Field, ...]
    has_personal: bool
    may_fill: bool
    may_send: bool
    may_split: bool
    may_return: bool
    is_ours: bool
    shows_rows: bool
    groups: tuple[GroupLine, ...]
    rows: tuple[FilledRow, ...]
    page: Page[FoundRow]
    # Of the whole part, not of this page: what keeps it from being handed in.
    wrong: int

    @property
    def state_label(self) -> str:
        return PartState(self.state).label if self.is_open else CollectionState.CLOSED.label


@dataclass(frozen=True)
class SplitPage:
    part_id: int
    title: str
    unit: str
    # Id, name and whether it has a part already.
    groups: tuple[tuple[int, str, bool], ...]


def part_page(actor: Actor, part_id: int, *, page: str | int | None = 1) -> PartPage:
    """The part with 50 of its rows, and blank ones where the reader may fill it."""
    part = found_part(actor, part_id)
    fields = part.fields
    is_open = part.form_state == CollectionState.OPEN
    is_editable = is_open and part.state != PartState.SUBMITTED
    may_fill = part.is_ours and is_editable
    # What is not handed in yet is the business of those who fill it, and of their own school.
    shows_rows = part.is_ours or part.above_unit is not None or part.submitted_at is not None
    rows = found_rows(part.id) if shows_rows else []
    shown = Paginator(rows, PAGE).get_page(page)
    filled = tuple(
        _row(actor, fields, row, number)
        for number, row in enumerate(shown.object_list, start=shown.start_index() or 1)
    )
    return PartPage(
        part_id=part.id,
        collection_id=part.collection_id,
        title=part.title,
        why=part.why,
        unit=part.unit,
        asked_by=part.above_unit or part.form_unit,
        due_at=part.due_at,
        state=part.state,
        is_open=is_open,
        returned_because=part.returned_because,
        submitted_at=part.submitted_at,
        fields=fields,
        has_personal=any(field.is_personal for field in fields),
        may_fill=may_fill,
        may_send=is_editable and part.may_send,
        may_split=is_editable and part.may_split,
        may_return=part.is_asked and is_open and part.state == PartState.SUBMITTED,
        is_ours=part.is_ours,
        shows_rows=shows_rows,
        groups=tuple(GroupLine(*row) for row in found_groups(part.id)),
        rows=filled + (blank_rows(fields) if may_fill else ()),
        page=shown,
        wrong=_wrong(fields, rows) if part.is_ours else 0,
    )


def pasted(
    fields: Sequence[Field], rows: Sequence[Sequence[tuple[str, str]]]
) -> tuple[FilledRow, ...]:
    """A dry run: the rows as they would be written, each problem beside its cell.

    What is only lacking is no problem yet: it is asked for when the part is handed in.
    """
    return tuple(
        FilledRow(
            mark=f"p{number}",
            number=number,
            version=None,
            seen="",
            cells=tuple(_pasted_cell(field, dict(row).get(field.id, "")) for field in fields),
        )
        for number, row in enumerate(rows, start=1)
    )


def _pasted_cell(field: Field, text: str) -> FilledCell:
    try:
        return FilledCell(field, field.id, checked(field, text))
    except Refused as problem:
        return FilledCell(field, field.id, text, problem=problem)


def split_page(actor: Actor, part_id: int) -> SplitPage:
    """The groups below the unit of the part, and those that have a part already."""
    part = one(parts_to_split(actor).select_related("collection", "unit"), part_id)
    below = units(actor, Permission.COLLECT).filter(path__startswith=part.unit.path, closes_on=None)
    parts = CollectionPart.objects.unscoped("parts below one that was fetched under its scope")
    there = set(parts.filter(above=part).values_list("unit_id", flat=True))
    return SplitPage(
        part_id=part.pk,
        title=part.collection.title,
        unit=part.unit.name,
        groups=tuple(
            (unit.pk, unit.name, unit.pk in there)
            for unit in below.exclude(pk=part.unit_id).order_by("pinyin", "pk")
        ),
    )


def blank_rows(fields: Sequence[Field], *, first: int = 0) -> tuple[FilledRow, ...]:
    return tuple(
        FilledRow(
            mark=f"n{number}",
            number=None,
            version=None,
            seen="",
            cells=tuple(FilledCell(field, f"n{number}-{field.id}", "") for field in fields),
        )
        for number in range(first, first + BLANK_ROWS)
    )


def with_typed(
    page: PartPage,
    typed: Mapping[str, str],
    problems: Mapping[str, Refused],
    versions: Mapping[str, int],
) -> PartPage:
    """The page with what was typed in its inputs, the problems beside them, and what others wrote.

    `typed` and `problems` go by the name of an input, `versions` (as they were seen) by the mark of
    a row.
    """
    return replace(
        page, rows=tuple(_typed_row(row, typed, problems, versions) for row in page.rows)
    )


def with_problems(page: PartPage) -> PartPage:
    """The page with everything beside its cell that keeps it from being handed in."""
    return replace(page, rows=tuple(_judged(page.fields, row) for row in page.rows))


def _judged(fields: Sequence[Field], row: FilledRow) -> FilledRow:
    if row.is_new:
        return row
    wrong = problems_of(fields, {cell.field.id: cell.value for cell in row.cells})
    cells = (
        cell if cell.is_hidden else replace(cell, problem=wrong.get(cell.field.id))
        for cell in row.cells
    )
    return replace(row, cells=tuple(cells))


def _typed_row(
    row: FilledRow,
    typed: Mapping[str, str],
    problems: Mapping[str, Refused],
    versions: Mapping[str, int],
) -> FilledRow:
    seen = versions.get(row.mark, row.version)
    changed = row.version is not None and seen != row.version
    cells = []
    for cell in row.cells:
        mine = typed.get(cell.name, cell.value)
        is_other = changed and mine != cell.value
        cells.append(
            replace(
                cell,
                value=mine,
                problem=problems.get(cell.name),
                theirs=cell.value if is_other else None,
            )
        )
    return replace(row, cells=tuple(cells), version=seen, accepted=row.version if changed else None)


def _row(actor: Actor, fields: Sequence[Field], row: FoundRow, number: int) -> FilledRow:
    cells = []
    for field in fields:
        seen = may_see_value(actor, field, row)
        value = row.values.get(field.id, "") if seen else ""
        cells.append(FilledCell(field, f"{row.id}-{field.id}", value, is_hidden=not seen))
    return FilledRow(
        mark=str(row.id),
        number=number,
        version=row.version,
        seen=digest_of({cell.field.id: cell.value for cell in cells}),
        cells=tuple(cells),
        filled_by=row.filled_by,
        filled_at=row.filled_at,
    )


def _wrong(fields: Sequence[Field], rows: Iterable[FoundRow]) -> int:
    return sum(len(problems_of(fields, row.values)) for row in rows)
