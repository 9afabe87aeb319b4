"""One matter below me: who has not done it yet, and the words to remind them with.

The text goes into a WeChat group: names of people and units or their number, nothing else of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import units
from kaocheng.access.task import tasks_below
from kaocheng.queries.task import PAGE, overdue_condition
from kaocheng.queries.task_board import OwedLine, owed_line
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Task, Unit
from kaocheng.records.models.task import DueUnit, TaskState
from kaocheng.records.models.unit import UnitKind

OPEN = Q(state=TaskState.OPEN)
DONE = Q(state=TaskState.DONE)
# Under these, people stand in groups that their leads know; above, in whole schools.
PLACES_OF_WORK = (UnitKind.SCHOOL, UnitKind.COMPANY, UnitKind.TOWNSHIP)


@dataclass(frozen=True)
class Matter:
    """What the tasks of one source come to, among those below."""

    kind: str
    id: str
    title: str
    due: Due | None
    open: int
    overdue: int
    done: int

    @property
    def total(self) -> int:
        return self.open + self.done

    @property
    def tone(self) -> str:
        if self.overdue:
            return "no"
        return "ok" if not self.open else ""


@dataclass(frozen=True)
class Matters:
    unit_id: int
    unit_name: str
    matters: tuple[Matter, ...]
    page: Page[Any]


@dataclass(frozen=True)
class Missing:
    """One line of the text: a group or school and who in it has not done it; or a unit alone."""

    name: str
    people: tuple[str, ...]

    @property
    def count(self) -> int:
        return max(len(self.people), 1)


@dataclass(frozen=True)
class MatterPage:
    matter: Matter
    lines: tuple[OwedLine, ...]
    page: Page[Task]
    missing: tuple[Missing, ...]
    with_names: str
    with_counts: str
    may_set_robot: bool


def matters(actor: Actor, top: Unit, *, now: datetime, page: int) -> Matters:
    """What is being done below `top`, what is due first standing first; two queries."""
    shown = Paginator(_matter_rows(actor, top, now=now), PAGE).get_page(page)
    return Matters(
        unit_id=top.pk,
        unit_name=top.name,
        matters=tuple(_matter(row, now=now) for row in shown.object_list),
        page=shown,
    )


def first_matters(actor: Actor, top: Unit, *, now: datetime, count: int) -> tuple[Matter, ...]:
    """Those that are due first; one query."""
    return tuple(_matter(row, now=now) for row in _matter_rows(actor, top, now=now)[:count])


def _matter_rows(actor: Actor, top: Unit, *, now: datetime) -> QuerySet[Any, Any]:
    return (
        tasks_below(actor)
        .filter(OPEN | DONE, unit__path__startswith=top.path)
        .values("source_kind", "source_id")
        .annotate(
            called=Max("title"),
            first_due=Min("due_at", filter=OPEN),
            counted_in=Max("due_unit"),
            open=Count("pk", filter=OPEN),
            overdue=Count("pk", filter=overdue_condition(now)),
            done=Count("pk", filter=DONE),
        )
        .filter(open__gt=0)
        .order_by(F("first_due").asc(nulls_last=True), "source_kind", "source_id")
    )


def matter_page(actor: Actor, *, kind: str, id: str, now: datetime, page: int) -> MatterPage:
    """The matter with those who are missing, page by page, and the texts over all of them."""
    tasks = tasks_below(actor).filter(source_kind=kind, source_id=id)
    figures = tasks.filter(OPEN | DONE).aggregate(**_figures(now))
    if not figures["open"] + figures["done"]:
        raise NotYours
    matter = _matter({"source_kind": kind, "source_id": id, **figures}, now=now)
    rows = (
        tasks.filter(OPEN)
        .select_related("person", "unit")
        .order_by("unit__pinyin", "unit_id", "person__pinyin", "pk")
    )
    paginator = Paginator(rows, PAGE)
    paginator.count = matter.open
    shown = paginator.get_page(page)
    missing = _missing(actor, list(rows))
    return MatterPage(
        matter=matter,
        lines=tuple(owed_line(task, now=now) for task in shown.object_list),
        page=shown,
        missing=missing,
        with_names=chase_text(matter, missing, names=True),
        with_counts=chase_text(matter, missing, names=False),
        may_set_robot=actor.may(Permission.ISSUE_NOTICES),
    )


def chase_text(matter: Matter, missing: tuple[Missing, ...], *, names: bool) -> str:
    """The words for the group; `names`: who is missing, else how many in each place."""
    lines = [gettext("【提醒】%(title)s") % {"title": matter.title}]
    if matter.due:
        lines.append(f"{matter.due.date}（{matter.due.left}）")
    lines.append(gettext("还没有完成：%(count)s 项") % {"count": matter.open})
    lines.extend(_line(one, names=names) for one in missing)
    lines.append(gettext("请登录“考成”办理。已经办好的，请忽略。"))
    return "\n".join(lines)


def _line(missing: Missing, *, names: bool) -> str:
    if not missing.people:
        return f"· {missing.name}"
    if names:
        return f"· {missing.name}：{'、'.join(missing.people)}"
    return gettext("· %(name)s：%(count)s 人") % {"name": missing.name, "count": missing.count}


def _missing(actor: Actor, tasks: list[Task]) -> tuple[Missing, ...]:
    places = _places(actor, tasks)
    people: defaultdict[str, list[str]] = defaultdict(list)
    for task in tasks:
        name = places.get(task.unit_id, task.unit.name) if task.person else task.unit.name
        people[name].extend([task.person.name] if task.person else [])
    return tuple(Missing(name, tuple(names)) for name, names in people.items())


def _places(actor: Actor, tasks: list[Task]) -> Mapping[int, str]:
    """By unit: the school it belongs to, for readers above schools; nothing for the others."""
    if actor.held is None or actor.held.unit_kind in (*PLACES_OF_WORK, UnitKind.GROUP):
        return {}
    above = {part for task in tasks for part in task.unit.path.rstrip("/").split("/")}
    named = dict(
        units(actor, Permission.CHASE_TASKS)
        .filter(pk__in=[int(part) for part in above], kind__in=PLACES_OF_WORK)
        .values_list("pk", "name")
    )
    return {
        task.unit_id: named[int(part)]
        for task in tasks
        for part in task.unit.path.rstrip("/").split("/")
        if int(part) in named
    }


def _figures(now: datetime) -> dict[str, Count | Max | Min]:
    return {
        "called": Max("title"),
        "first_due": Min("due_at", filter=OPEN),
        "counted_in": Max("due_unit"),
        "open": Count("pk", filter=OPEN),
        "overdue": Count("pk", filter=overdue_condition(now)),
        "done": Count("pk", filter=DONE),
    }


def _matter(row: Mapping[str, object], *, now: datetime) -> Matter:
    at = row["first_due"]
    return Matter(
        kind=str(row["source_kind"]),
        id=str(row["source_id"]),
        title=str(row["called"]),
        due=due(at, str(row["counted_in"] or DueUnit.DAYS), now=now)
        if isinstance(at, datetime)
        else None,
        open=_int(row["open"]),
        overdue=_int(row["overdue"]),
        done=_int(row["done"]),
    )


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
