"""Who owes what below me, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q
from django.db.models.functions import Left

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import one, units
from kaocheng.access.task import tasks_below
from kaocheng.queries.task import PAGE, overdue_condition
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Task, Unit
from kaocheng.records.models.task import TaskState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

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
    if held is None:
        raise NotYours
    if unit_id and unit_id != held.unit_id:
        return one(units(actor, Permission.CHASE_TASKS), unit_id)
    if not actor.reaches(Permission.CHASE_TASKS) - {Reach.OWN}:
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
    tasks = tasks_below(actor).filter(unit__path__startswith=top.path)
    under = units(actor, Permission.CHASE_TASKS).filter(
        path__startswith=top.path, kind=chosen, closes_on=None
    )
    rows = list(under.order_by("pinyin", "pk").values_list("pk", "name", "path"))
    itself = (top.pk, top.name, top.path)
    counts: Counts = {}
    if len(rows) <= PAGE:
        counts = _counts(tasks, top, [itself, *rows], now=now)
        overdue = Counter({pk: overdue for pk, (_, overdue, _) in counts.items()})
    else:
        overdue = _overdue_by_row(tasks, now, top, rows)
    rows.sort(key=lambda row: -overdue[row[0]])  # stable: pinyin among equals
    shown = Paginator([itself, *rows], size).get_page(page)
    here = list(shown.object_list)
    if len(rows) > PAGE:
        counts = _counts(_below(tasks, top, here), top, here, now=now)
    return Board(
        unit_id=top.pk,
        unit_name=top.name,
        row_kind=chosen,
        row_kinds=tuple((str(kind), str(UnitKind(kind).label)) for kind in kinds),
        rows=tuple(
            BoardRow(pk, name, *counts.get(pk, NOTHING), is_itself=pk == top.pk)
            for pk, name, _ in here
        ),
        page=shown,
        overdue=sum(overdue.values()),
        units_overdue=sum(1 for pk, _, _ in rows if overdue[pk]),
    )


def _overdue_by_row(
    tasks: OwnedQuerySet[Task], now: datetime, top: Unit, rows: Sequence[Row]
) -> Counter[int]:
    found = (
        tasks.filter(overdue_condition(now))
        .values_list(Left("unit__path", _depth(rows)))
        .annotate(Count("pk"))
    )
    ids = {pk for pk, _, _ in rows}
    counts: Counter[int] = Counter()
    for path, count in found.order_by():
        counts[_row_of(path, top, ids)] += count
    del counts[0]
    return counts


def _below(tasks: OwnedQuerySet[Task], top: Unit, shown: Sequence[Row]) -> OwnedQuerySet[Task]:
    """Only what counts to the rows shown, so that the page costs the same among 1,600.

    A set of units: beside the tasks, the ranges of the index would be tried on every task.
    """
    ranges = (Q(path__startswith=path) for pk, _, path in shown if pk != top.pk)
    places = Unit.objects.unscoped("of rows that are shown").filter(
        reduce(or_, ranges, Q(pk=top.pk))
    )
    return tasks.filter(unit_id__in=places.values("pk"))


def _counts(tasks: OwnedQuerySet[Task], top: Unit, rows: Sequence[Row], *, now: datetime) -> Counts:
    """The database counts below units as deep as the deepest row; one query."""
    found = (
        tasks.exclude(state=TaskState.CANCELLED)
        .values_list(Left("unit__path", _depth(rows)))
        .annotate(
            open=Count("unit_id", filter=Q(state=TaskState.OPEN)),
            overdue=Count("unit_id", filter=overdue_condition(now)),
            done=Count("unit_id", filter=Q(state=TaskState.DONE)),
        )
    )
    ids = {pk for pk, _, _ in rows}
    counts: Counts = {}
    for path, *more in found.order_by():
        row = _row_of(path, top, ids)
        before = counts.get(row, NOTHING)
        counts[row] = (before[0] + more[0], before[1] + more[1], before[2] + more[2])
    counts.pop(0, None)
    return counts


def _depth(rows: Sequence[Row]) -> int:
    return max(len(path) for _, _, path in rows)


def _row_of(path: str, top: Unit, rows: Collection[int]) -> int:
    """The row to which a unit counts; 0 for one between `top` and the rows."""
    if path == top.path:
        return top.pk
    return next((pk for pk in _ids(path[len(top.path) :]) if pk in rows), 0)


def _ids(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.rstrip("/").split("/") if part)


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
