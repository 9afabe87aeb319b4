"""What somebody has in hand, collected from everywhere: the lines of a 交接清单.

The list is a paper that two people sign, so it is in Chinese whatever the language of the page.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from kaocheng.access.handover import handed_roles
from kaocheng.access.roles import role_title
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Collection, Draft, Notice, Task
from kaocheng.records.models.collection import CollectionState
from kaocheng.records.models.handover import Item, ItemKind
from kaocheng.records.models.notice import NoticeState
from kaocheng.records.models.task import TaskState

WHY = "what the giver has in hand, for a list that giver and taker sign"
# What the beginning of a draft's name says of the page on which it was typed.
DRAFTS = (
    ("collection-part", "收集表的填报内容"),
    ("collection", "收集表"),
    ("notice", "通知"),
    ("handover", "交接"),
)


def items_of(person_id: int, *, on: date, only: Q | None = None) -> tuple[Item, ...]:
    """Roles, tasks, forms and notices that run, and the names of drafts, each by when it is due.

    `only`: those that belong to these units (a condition of rows with a `unit`).
    """
    here = Q() if only is None else only
    return (
        *_roles(person_id, on, here),
        *_tasks(person_id, here),
        *_collections(person_id, here),
        *_notices(person_id, here),
        *_drafts(person_id),
    )


def _roles(person_id: int, on: date, here: Q) -> list[Item]:
    held = handed_roles(person_id, on=on).filter(here)
    rows = held.select_related("unit").order_by("starts_on", "pk")
    return [
        Item(
            ItemKind.ROLE,
            row.pk,
            f"{row.unit.name} {role_title(row.role, row.unit.kind)}",
            f"{row.starts_on} 起任",
        )
        for row in rows
    ]


def _tasks(person_id: int, here: Q) -> list[Item]:
    rows = Task.objects.unscoped(WHY).filter(here, person=person_id, state=TaskState.OPEN)
    return [
        Item(ItemKind.TASK, task.pk, task.title, _due(task.due_at))
        for task in rows.order_by("due_at", "pk")
    ]


def _collections(person_id: int, here: Q) -> list[Item]:
    rows = Collection.objects.unscoped(WHY).filter(
        here, ~Q(state=CollectionState.CLOSED), written_by=person_id
    )
    return [
        Item(ItemKind.COLLECTION, form.pk, form.title, CollectionState(form.state).label)
        for form in rows.order_by("due_at", "pk")
    ]


def _notices(person_id: int, here: Q) -> list[Item]:
    rows = Notice.objects.unscoped(WHY).filter(
        here, ~Q(state=NoticeState.WITHDRAWN), written_by=person_id
    )
    return [
        Item(ItemKind.NOTICE, notice.pk, notice.title, NoticeState(notice.state).label)
        for notice in rows.order_by("-pk")[:50]
    ]


def _drafts(person_id: int) -> list[Item]:
    """Only that there are drafts: what stands in them stays with whoever typed it."""
    rows = Draft.objects.filter(account__person=person_id).order_by("-kept_at")[:50]
    return [
        Item(
            ItemKind.DRAFT,
            draft.pk,
            next((words for name, words in DRAFTS if draft.form.startswith(name)), draft.form[:40]),
            f"{draft.kept_at.astimezone(CHINA):%Y-%m-%d %H:%M} 保存",
        )
        for draft in rows
    ]


def _due(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA).date()} 截止" if moment else ""
