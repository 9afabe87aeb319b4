"""首页, one view-model for each kind of reader: what do I owe, by when, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Window

from kaocheng.access.actor import Actor
from kaocheng.access.grants import CLERK, LEAD, OFFICER, WORKSHOP_LEADER
from kaocheng.access.task import own_tasks, tasks_below
from kaocheng.queries.home_admin import ADMINISTRATORS, AdminHome, admin_home
from kaocheng.queries.notice import IssuedLine, running
from kaocheng.queries.task import (
    COLUMNS,
    CardRow,
    TaskCard,
    cards,
    in_order,
    overdue_condition,
    owner,
)
from kaocheng.queries.task_board import Board, board, top_unit
from kaocheng.queries.task_chase import Matter, first_matters
from kaocheng.queries.time_words import day_words, due
from kaocheng.records.models.task import DueUnit, TaskState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.prepared import Prepared

FIRST = 5  # so many tasks stand on the home page, the rest one step away
FIRST_UNITS = 11  # the unit itself and ten below it
OPEN = Q(state=TaskState.OPEN)


@dataclass(frozen=True)
class Mine:
    """The reader's own open tasks, the first few as cards."""

    cards: tuple[TaskCard, ...]
    open: int
    overdue: int

    @property
    def more(self) -> int:
        return self.open - len(self.cards)


@dataclass(frozen=True)
class PersonHome:
    """Of teachers, workshop leaders and reviewers; a leader also sees what the group still owes."""

    name: str
    place: str
    today: str
    mine: Mine
    has_appointment: bool
    behind: tuple[Matter, ...] = ()


@dataclass(frozen=True)
class Totals:
    """All tasks within reach; `next_due`: the day of the next deadline among the open ones."""

    open: int
    overdue: int
    done: int
    people_open: int
    next_due: str

    @property
    def total(self) -> int:
        return self.open + self.done


@dataclass(frozen=True)
class UnitHome:
    """Of heads and information officers: what keeps the school from being done, group by group."""

    unit_name: str
    unit_kind: str
    today: str
    mine: Mine
    totals: Totals
    board: Board
    matters: tuple[Matter, ...]


@dataclass(frozen=True)
class OfficeHome:
    """Of district, town and city offices: the schools, those with overdue tasks first."""

    unit_name: str
    today: str
    mine: Mine
    board: Board
    running: tuple[IssuedLine, ...]


Home = PersonHome | UnitHome | OfficeHome | AdminHome


def home_of(actor: Actor, *, now: datetime) -> Home:
    """The page of the present appointment, in a fixed number of queries."""
    role = actor.held.role if actor.held else ""
    if role in {LEAD, CLERK}:
        return _unit_home(actor, now=now)
    if role == OFFICER:
        return _office_home(actor, now=now)
    if role in ADMINISTRATORS:
        return admin_home(role, actor.name, now=now)
    return _person_home(actor, now=now)


def mine_of(actor: Actor, *, now: datetime) -> Mine:
    """One query: the counts come with the first rows, and without rows they are nought."""
    held = actor.held
    unit_id, role = (held.unit_id, held.role) if held else (None, "")
    rows = _MINE.ask(actor.person_id, unit_id, now, shape=role)
    return Mine(
        cards=cards([CardRow(*row[:-2]) for row in rows], now=now),
        open=rows[0][-2] if rows else 0,
        overdue=rows[0][-1] if rows else 0,
    )


def _mine_rows(
    role: str, person_id: int | None, unit_id: int | None, now: datetime
) -> QuerySet[Any, Any]:
    tasks = own_tasks(owner(person_id, unit_id, role)).filter(OPEN)
    counted = tasks.annotate(
        open=Window(Count("pk")), overdue=Window(Count("pk", filter=overdue_condition(now)))
    )
    return in_order(counted).values_list(*COLUMNS, "open", "overdue")[:FIRST]


_MINE = Prepared(_mine_rows)


def _person_home(actor: Actor, *, now: datetime) -> PersonHome:
    held = actor.held
    behind: tuple[Matter, ...] = ()
    if held is not None and held.role == WORKSHOP_LEADER:
        behind = first_matters(actor, top_unit(actor), now=now, count=FIRST)
    return PersonHome(
        name=actor.name,
        place=_place(actor),
        today=day_words(now, now=now),
        mine=mine_of(actor, now=now),
        has_appointment=held is not None,
        behind=behind,
    )


def _unit_home(actor: Actor, *, now: datetime) -> UnitHome:
    top = top_unit(actor)
    return UnitHome(
        unit_name=top.name,
        unit_kind=str(UnitKind(top.kind).label),
        today=day_words(now, now=now),
        mine=mine_of(actor, now=now),
        totals=_totals(actor, now=now),
        board=board(actor, top, now=now, size=FIRST_UNITS),
        matters=first_matters(actor, top, now=now, count=FIRST),
    )


def _office_home(actor: Actor, *, now: datetime) -> OfficeHome:
    top = top_unit(actor)
    return OfficeHome(
        unit_name=top.name,
        today=day_words(now, now=now),
        mine=mine_of(actor, now=now),
        board=board(actor, top, now=now, size=FIRST_UNITS),
        running=running(actor, now=now, count=FIRST),
    )


def _totals(actor: Actor, *, now: datetime) -> Totals:
    found = tasks_below(actor).aggregate(
        open=Count("pk", filter=OPEN),
        overdue=Count("pk", filter=overdue_condition(now)),
        done=Count("pk", filter=Q(state=TaskState.DONE)),
        people_open=Count("person", filter=OPEN, distinct=True),
        next_due=Min("due_at", filter=OPEN & Q(due_at__gt=now)),
    )
    when = due(found.pop("next_due"), DueUnit.DAYS, now=now)
    return Totals(**found, next_due=when.date if when else "")


def _place(actor: Actor) -> str:
    held = actor.held
    if held is None:
        return ""
    return f"{held.within}·{held.unit_name}" if held.within else held.unit_name
