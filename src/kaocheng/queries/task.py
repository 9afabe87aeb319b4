"""Tasks as their owner sees them: what is due, by when, what was returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When

from kaocheng.access.actor import Actor, Held
from kaocheng.access.task import own_tasks
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Task
from kaocheng.records.models.task import TaskState
from kaocheng.records.prepared import Prepared
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
OPEN, OVERDUE, RETURNED, DONE, ALL = "open", "overdue", "returned", "done", "all"
FILTERS = (OPEN, OVERDUE, RETURNED, DONE, ALL)


@dataclass(frozen=True)
class TaskCard:
    """One task: title, why, one button. `is_first`: the only card with a filled button."""

    id: int
    title: str
    why: str
    page: str
    verb: str
    due: Due | None
    returned_because: str
    done: int
    total: int
    state: str
    # Whose it is, where it is not the reader's alone.
    unit_name: str
    is_first: bool = False

    @property
    def in_pieces(self) -> bool:
        return self.total > 1

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN

    @property
    def tone(self) -> str:
        """The colour of the edge; the chip says the same in words."""
        return self.due.tone if self.due else "in"


@dataclass(frozen=True)
class TaskList:
    """One page of the reader's tasks under one filter, with the size of every filter."""

    cards: tuple[TaskCard, ...]
    chosen: str
    counts: dict[str, int]
    page: Page[int]


class CardRow(NamedTuple):
    """What a card is made of; `COLUMNS` is where it comes from, in the same order."""

    id: int
    title: str
    why: str
    page: str
    verb: str
    due_at: datetime | None
    due_unit: str
    returned_because: str
    done: int
    total: int
    state: str
    person_id: int | None
    unit_name: str


COLUMNS = (
    "pk",
    "title",
    "why",
    "page",
    "verb",
    "due_at",
    "due_unit",
    "returned_because",
    "done_count",
    "total_count",
    "state",
    "person_id",
    "unit__name",
)


def owner(person_id: int | None, unit_id: int | None, role: str) -> Actor:
    """As much of an actor as says whose the tasks are; for queries that are written once."""
    held = Held(0, role, unit_id, "", "", "") if unit_id is not None else None
    return Actor(account_id=None, person_id=person_id, name="", held=held)


def task_list(actor: Actor, *, now: datetime, chosen: str, page: int) -> TaskList:
    """The reader's own tasks, the returned first, then by due time."""
    held = actor.held
    unit_id, role = (held.unit_id, held.role) if held else (None, "")
    found = _COUNTS.ask(actor.person_id, unit_id, now, shape=role)
    counts = dict(zip(FILTERS, found[0] if found else (0,) * len(FILTERS), strict=True))
    shown = Paginator(range(counts[chosen]), PAGE).get_page(page)
    # Only what is overdue is asked for with the moment.
    moment = now if chosen == OVERDUE else None
    rows = _LIST.ask(actor.person_id, unit_id, moment, shape=(role, chosen, shown.start_index()))
    return TaskList(
        cards=cards([CardRow(*row) for row in rows], now=now),
        chosen=chosen,
        counts=counts,
        page=shown,
    )


def _count_rows(
    role: str, person_id: int | None, unit_id: int | None, now: datetime
) -> QuerySet[Any, Any]:
    tasks = own_tasks(owner(person_id, unit_id, role))
    counted = {chosen: Count("pk", filter=_condition(chosen, now)) for chosen in FILTERS}
    together = tasks.order_by().annotate(all_of_them=Value(1)).values("all_of_them")
    return together.annotate(**counted).values_list(*FILTERS)


def _list_rows(
    shape: tuple[str, str, int], person_id: int | None, unit_id: int | None, now: datetime | None
) -> QuerySet[Any, Any]:
    role, chosen, first = shape
    tasks = own_tasks(owner(person_id, unit_id, role)).filter(_condition(chosen, now))
    return in_order(tasks).values_list(*COLUMNS)[max(first - 1, 0) :][:PAGE]


def cards(rows: Iterable[CardRow], *, now: datetime) -> tuple[TaskCard, ...]:
    """Cards in the order of the rows; the first open one has the filled button."""
    return tuple(
        _card(row, now=now, is_first=position == 0 and row.state == TaskState.OPEN)
        for position, row in enumerate(rows)
    )


def _card(row: CardRow, *, now: datetime, is_first: bool) -> TaskCard:
    return TaskCard(
        id=row.id,
        title=row.title,
        why=row.why,
        page=row.page,
        verb=row.verb,
        due=due(row.due_at, row.due_unit, now=now),
        returned_because=row.returned_because,
        done=row.done,
        total=row.total,
        state=row.state,
        unit_name=row.unit_name if row.person_id is None else "",
        is_first=is_first,
    )


def in_order(tasks: OwnedQuerySet[Task]) -> OwnedQuerySet[Task]:
    """Open before closed, returned before new, then what is due first; without a date last."""
    return tasks.order_by(
        Case(When(state=TaskState.OPEN, then=0), default=1),
        Case(
            When(~Q(returned_because=""), then=Value(value=False)),
            default=Value(value=True),
            output_field=BooleanField(),
        ),
        F("due_at").asc(nulls_last=True),
        "pk",
    )


def overdue_condition(now: datetime) -> Q:
    return Q(state=TaskState.OPEN, due_at__lte=now)


def _condition(chosen: str, now: datetime | None) -> Q:
    if chosen == OVERDUE:
        assert now is not None
        return overdue_condition(now)
    return {
        OPEN: Q(state=TaskState.OPEN),
        RETURNED: Q(state=TaskState.OPEN) & ~Q(returned_because=""),
        DONE: Q(state=TaskState.DONE),
        ALL: ~Q(state=TaskState.CANCELLED),
    }[chosen]


_COUNTS, _LIST = Prepared(_count_rows), Prepared(_list_rows)
