"""Who owes what below me, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Left

from kaocheng.access.actor import Actor, Rights, holder, rights_of
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import one, units
from kaocheng.access.task import task_counts_below, tasks_below, units_below
from kaocheng.queries.task import PAGE, overdue_condition
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Task, Unit
from kaocheng.records.models.task import TaskState
from kaocheng.records.models.unit import PART_OF_PATH, UnitKind
from kaocheng.records.prepared import Prepared

# What stands in the rows under a unit of a kind; the first is shown unless another is asked for.
ROWS_UNDER: dict[str, tuple[str, ...]] = {
    UnitKind.CITY: (UnitKind.DISTRICT, UnitKind.SCHOOL),
    UnitKind.DISTRICT: (UnitKind.SCHOOL, UnitKind.TOWN),
    UnitKind.TOWN: (UnitKind.SCHOOL,),
    UnitKind.SCHOOL: (UnitKind.GROUP,),
    UnitKind.COMPANY: (UnitKind.DEPARTMENT,),
    UnitKind.TOWNSHIP: (UnitKind.DEPARTMENT,),
}


# A unit with its id, name and path; how much is open, overdue and done by the id of a row.
Row = tuple[int, str, str]
Counts = dict[int, tuple[int, int, int]]
NOTHING = (0, 0, 0)
Depths = tuple[int, ...]


@dataclass(frozen=True)
class BoardRow:
    """One unit with everything under it; `is_itself`: what the upper unit owes as such."""

    unit_id: int
    name: str
    open: int
    overdue: int
    done: int
    is_itself: bool = False

    @property
    def total(self) -> int:
        return self.open + self.done

    @property
    def tone(self) -> str:
        if self.overdue:
            return "no"
        return "ok" if self.total and not self.open else ""


@dataclass(frozen=True)
class Board:
    """The units under one, those with overdue tasks first, then by pinyin."""

    unit_id: int
    unit_name: str
    row_kind: str
    row_kinds: tuple[tuple[str, str], ...]
    rows: tuple[BoardRow, ...]
    page: Page[Row]
    overdue: int
    units_overdue: int

    @property
    def row_kind_name(self) -> str:
        return str(UnitKind(self.row_kind).label) if self.row_kind else ""


def top_unit(actor: Actor, unit_id: int | None = None) -> Unit:
    """The unit whose board is asked for: the actor's own, or one below it."""
    held = actor.held
    if unit_id and (held is None or unit_id != held.unit_id):
        return one(units(actor, Permission.CHASE_TASKS), unit_id)
    if held is None or not actor.reaches(Permission.CHASE_TASKS) - {Reach.OWN}:
        raise NotYours
    # Known already: no query, and only what a board says of it.
    return Unit(pk=held.unit_id, kind=held.unit_kind, name=held.unit_name, path=held.unit_path)


def board(
    actor: Actor, top: Unit, *, now: datetime, row_kind: str = "", page: int = 1, size: int = PAGE
) -> Board:
    """The rows under `top`, in two queries where all fit on a page, in three among 1,600.

    Overdue tasks are few: they are counted everywhere, to sort by them; the rest for the page only.
    """
    kinds = ROWS_UNDER.get(top.kind, ())
    chosen = row_kind if row_kind in kinds else next(iter(kinds), "")
    rights, held_path = rights_of(actor), actor.held.unit_path if actor.held else ""
    # Below the own unit the doors look anyway.
    top_path = None if top.path == held_path else top.path
    itself: Row = (top.pk, top.name, top.path)
    under: list[Row] = _UNDER.ask(held_path, top_path, shape=(rights, chosen))
    all_fit = len(under) <= PAGE
    find = _COUNTED if all_fit else _OVERDUE
    found = find.ask(held_path, top_path, now, shape=(rights, _depths(itself, *under)))
    counts = _by_row(found, itself, under)
    overdue = {pk: late for pk, (_, late, _) in counts.items() if late}
    under.sort(key=lambda row: -overdue.get(row[0], 0))  # stable: pinyin among equals
    shown = Paginator([itself, *under], size).get_page(page)
    here = list(shown.object_list)
    if not all_fit:
        paths = [path for _, _, path in here if path != top.path]
        of_page = (rights, _depths(*here))
        found = _SHOWN.ask(held_path, top_path, top.pk, *paths, shape=of_page)
        counts = _by_row(found, itself, here)
    return Board(
        unit_id=top.pk,
        unit_name=top.name,
        row_kind=chosen,
        row_kinds=tuple((str(kind), str(UnitKind(kind).label)) for kind in kinds),
        rows=tuple(
            _row(pk, name, counts.get(pk, NOTHING), overdue.get(pk, 0), is_itself=pk == top.pk)
            for pk, name, _ in here
        ),
        page=shown,
        overdue=sum(overdue.values()),
        units_overdue=len(overdue.keys() - {top.pk}),
    )


def _under_rows(
    shape: tuple[Rights, str], held_path: str, top_path: str | None
) -> QuerySet[Any, Any]:
    rights, kind = shape
    reached = units_below(holder(rights, unit_path=held_path))
    under = reached.filter(_below(top_path, at=""), kind=kind, closes_on=None)
    return under.order_by("pinyin", "pk").values_list("pk", "name", "path")


def _counted_rows(
    shape: tuple[Rights, Depths], held_path: str, top_path: str | None, now: datetime
) -> QuerySet[Any, Any]:
    """What is open and done stands counted; what is overdue, the moment decides."""
    counted = _tallied(shape, held_path, top_path)
    return counted.union(_overdue_rows(shape, held_path, top_path, now), all=True)


def _overdue_rows(
    shape: tuple[Rights, Depths], held_path: str, top_path: str | None, now: datetime
) -> QuerySet[Any, Any]:
    rights, depths = shape
    tasks = tasks_below(holder(rights, unit_path=held_path))
    overdue = tasks.filter(overdue_condition(now), _below(top_path))
    return overdue.values_list(Left("unit__path", depths[-1]), Value(0), Value(1), Value(0))


def _shown_rows(
    shape: tuple[Rights, Depths], held_path: str, top_path: str | None, top_id: int, *paths: str
) -> QuerySet[Any, Any]:
    """Only what counts to the rows shown, so that the page costs the same among 1,600."""
    _, depths = shape
    starts = {f"start_{depth}": Left("unit__path", depth) for depth in depths}
    on_page = (Q(**{f"{start}__in": paths}) for start in starts)
    counted: QuerySet[Any, Any] = _tallied(shape, held_path, top_path).alias(**starts)
    return counted.filter(reduce(or_, on_page, Q(unit_id=top_id)))


def _below(top_path: str | None, *, at: str = "unit__") -> Q:
    """Below the unit of the board; nothing more to ask where that is the reader's own."""
    return Q() if top_path is None else Q(**{f"{at}path__startswith": top_path})


def _tallied(
    shape: tuple[Rights, Depths], held_path: str, top_path: str | None
) -> QuerySet[Any, Any]:
    rights, depths = shape
    counts = task_counts_below(holder(rights, unit_path=held_path))
    under = counts.filter(_below(top_path))
    return under.values_list(Left("unit__path", depths[-1]), "open", Value(0), "done")


def _summed(text: str, _shape: object) -> str:
    """Below units as deep as the deepest row."""
    return (
        "select place, sum(open)::int, sum(overdue)::int, sum(done)::int"  # noqa: S608  # our text
        f" from ({text}) found (place, open, overdue, done) group by place"
    )


_UNDER = Prepared(_under_rows)
_COUNTED, _OVERDUE, _SHOWN = (
    Prepared(rows, around=_summed) for rows in (_counted_rows, _overdue_rows, _shown_rows)
)


def _depths(*rows: Row) -> Depths:
    """How long the paths of the rows are."""
    return tuple(sorted({len(path) for _, _, path in rows}))


def _by_row(found: Iterable[tuple[str, int, int, int]], itself: Row, rows: Iterable[Row]) -> Counts:
    """Added up to the rows; what stands between the unit itself and them counts to none."""
    top_id, _, top_path = itself
    ids = {path: pk for pk, _, path in rows if pk != top_id}
    counts: Counts = {}
    for path, *more in found:
        ends = range(len(top_path) + PART_OF_PATH, len(path) + 1, PART_OF_PATH)
        above = (ids[path[:end]] for end in ends if path[:end] in ids)
        row = top_id if path == top_path else next(above, None)
        if row is not None:
            before = counts.get(row, NOTHING)
            counts[row] = (before[0] + more[0], before[1] + more[1], before[2] + more[2])
    return counts


def _row(
    pk: int, name: str, counts: tuple[int, int, int], overdue: int, *, is_itself: bool
) -> BoardRow:
    open_count, _, done = counts
    return BoardRow(pk, name, open_count, overdue, done, is_itself=is_itself)


@dataclass(frozen=True)
class OwedLine:
    """One open task below: whose, what, until when."""

    id: int
    owner: str
    owner_is_person: bool
    unit_name: str
    title: str
    due: Due | None
    done: int
    total: int
    returned: bool


@dataclass(frozen=True)
class OwedPage:
    """Open tasks below, what is due first standing first."""

    unit_id: int
    unit_name: str
    only_overdue: bool
    lines: tuple[OwedLine, ...]
    page: Page[Task]


def owed_below(
    actor: Actor, top: Unit, *, now: datetime, only_overdue: bool, page: int
) -> OwedPage:
    condition = overdue_condition(now) if only_overdue else Q(state=TaskState.OPEN)
    rows = (
        tasks_below(actor)
        .filter(condition, unit__path__startswith=top.path)
        .select_related("person", "unit")
        .order_by(F("due_at").asc(nulls_last=True), "unit__pinyin", "person__pinyin", "pk")
    )
    shown = Paginator(rows, PAGE).get_page(page)
    return OwedPage(
        unit_id=top.pk,
        unit_name=top.name,
        only_overdue=only_overdue,
        lines=tuple(owed_line(task, now=now) for task in shown.object_list),
        page=shown,
    )


def owed_line(task: Task, *, now: datetime) -> OwedLine:
    return OwedLine(
        id=task.pk,
        owner=task.person.name if task.person else task.unit.name,
        owner_is_person=task.person is not None,
        unit_name=task.unit.name,
        title=task.title,
        due=due(task.due_at, task.due_unit, now=now),
        done=task.done_count,
        total=task.total_count,
        returned=bool(task.returned_because),
    )
