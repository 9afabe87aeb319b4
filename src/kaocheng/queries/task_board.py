"""Who owes what below me, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
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
    page: Page[tuple[int, str, str]]
    overdue: int
    units_overdue: int

    @property
    def row_kind_name(self) -> str:
        return str(UnitKind(self.row_kind).label) if self.row_kind else ""


def top_unit(actor: Actor, unit_id: int | None = None) -> Unit:
    """The unit whose board is asked for: the actor's own, or one below it."""
    if actor.held is None:
        raise NotYours
    return one(units(actor, Permission.CHASE_TASKS), unit_id or actor.held.unit_id)


def board(
    actor: Actor, top: Unit, *, now: datetime, row_kind: str = "", page: int = 1, size: int = PAGE
) -> Board:
    """The rows under `top`, in four queries whatever their number.

    Overdue tasks are few: they are counted everywhere, to sort by them; the rest for the page only.
    """
    kinds = ROWS_UNDER.get(top.kind, ())
    chosen = row_kind if row_kind in kinds else next(iter(kinds), "")
    tasks = tasks_below(actor).filter(unit__path__startswith=top.path)
    under = units(actor, Permission.CHASE_TASKS).filter(
        path__startswith=top.path, kind=chosen, closes_on=None
    )
    rows = list(under.order_by("pinyin", "pk").values_list("pk", "name", "path"))
    overdue = _overdue_by_row(tasks, now, top, {row[0] for row in rows})
    rows.sort(key=lambda row: -overdue[row[0]])  # stable: pinyin among equals
    shown = Paginator([(top.pk, top.name, top.path), *rows], size).get_page(page)
    counts = _states_by_row(tasks, top, shown.object_list)
    return Board(
        unit_id=top.pk,
        unit_name=top.name,
        row_kind=chosen,
        row_kinds=tuple((str(kind), str(UnitKind(kind).label)) for kind in kinds),
        rows=tuple(
            BoardRow(
                pk,
                name,
                open=counts[pk, TaskState.OPEN],
                overdue=overdue[pk],
                done=counts[pk, TaskState.DONE],
                is_itself=pk == top.pk,
            )
            for pk, name, _ in shown.object_list
        ),
        page=shown,
        overdue=sum(overdue.values()),
        units_overdue=sum(1 for pk, _, _ in rows if overdue[pk]),
    )


def _overdue_by_row(
    tasks: OwnedQuerySet[Task], now: datetime, top: Unit, rows: Collection[int]
) -> Counter[int]:
    found = tasks.filter(overdue_condition(now)).values_list("unit__path").annotate(Count("pk"))
    counts: Counter[int] = Counter()
    for path, count in found.order_by():
        counts[_row_of(path, top, rows)] += count
    del counts[0]
    return counts


def _states_by_row(
    tasks: OwnedQuerySet[Task], top: Unit, shown: Iterable[tuple[int, str, str]]
) -> Counter[tuple[int, str]]:
    """A range of the index for each unit shown, so that the page costs the same among 1,600.

    The units are found first: joined with the tasks, the ranges would be tried on every task.
    """
    shown = list(shown)
    below = (Q(path__startswith=path) for pk, _, path in shown if pk != top.pk)
    where = reduce(or_, below, Q(pk=top.pk))
    paths = dict(
        Unit.objects.unscoped("of rows that are shown").filter(where).values_list("pk", "path")
    )
    found = (
        tasks.filter(unit_id__in=list(paths), state__in=(TaskState.OPEN, TaskState.DONE))
        .values_list("unit_id", "state")
        .annotate(Count("pk"))
    )
    rows = {pk for pk, _, _ in shown}
    counts: Counter[tuple[int, str]] = Counter()
    for unit_id, state, count in found.order_by():
        counts[_row_of(paths[unit_id], top, rows), state] += count
    return counts


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
