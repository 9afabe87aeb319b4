"""Tasks as their owner sees them: what is due, by when, what was returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Case, Count, F, Q, Value, When

from kaocheng.access.actor import Actor
from kaocheng.access.task import own_tasks
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Task
from kaocheng.records.models.task import TaskState
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
    page: Page[Task]


def task_list(actor: Actor, *, now: datetime, chosen: str, page: int) -> TaskList:
    """The reader's own tasks, the returned first, then by due time."""
    tasks = own_tasks(actor)
    counts = _counts(tasks, now)
    rows = in_order(tasks.filter(_condition(chosen, now))).select_related("unit")
    paginator = Paginator(rows, PAGE)
    paginator.count = counts[chosen]  # counted already, with the other filters
    shown = paginator.get_page(page)
    return TaskList(
        cards=cards(shown.object_list, now=now),
        chosen=chosen,
        counts=counts,
        page=shown,
    )


def cards(tasks: Iterable[Task], *, now: datetime) -> tuple[TaskCard, ...]:
    """Cards in the order of the rows; the first open one has the filled button."""
    return tuple(
        card(task, now=now, is_first=position == 0 and task.state == TaskState.OPEN)
        for position, task in enumerate(tasks)
    )


def card(task: Task, *, now: datetime, is_first: bool = False) -> TaskCard:
    return TaskCard(
        id=task.pk,
        title=task.title,
        why=task.why,
        page=task.page,
        verb=task.verb,
        due=due(task.due_at, task.due_unit, now=now),
        returned_because=task.returned_because,
        done=task.done_count,
        total=task.total_count,
        state=task.state,
        unit_name=task.unit.name if task.person_id is None else "",
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


def _condition(chosen: str, now: datetime) -> Q:
    return {
        OPEN: Q(state=TaskState.OPEN),
        OVERDUE: overdue_condition(now),
        RETURNED: Q(state=TaskState.OPEN) & ~Q(returned_because=""),
        DONE: Q(state=TaskState.DONE),
        ALL: ~Q(state=TaskState.CANCELLED),
    }[chosen]


def _counts(tasks: OwnedQuerySet[Task], now: datetime) -> dict[str, int]:
    return tasks.aggregate(
        **{chosen: Count("pk", filter=_condition(chosen, now)) for chosen in FILTERS}
    )
