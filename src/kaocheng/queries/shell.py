"""What the frame of every page shows of its reader: two numbers, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Func, IntegerField, QuerySet, Subquery

from kaocheng.access.actor import Actor
from kaocheng.access.task import own_tasks
from kaocheng.queries.task import owner
from kaocheng.records.models import Message, Person
from kaocheng.records.models.task import TaskState
from kaocheng.records.prepared import Prepared


@dataclass(frozen=True)
class Badges:
    """Open tasks of the present appointment, unread messages of the person."""

    tasks: int = 0
    messages: int = 0


def badges_of(actor: Actor) -> Badges:
    """Shape: always one query for who is signed in, none for anybody else."""
    if actor.person_id is None:
        return Badges()
    held = actor.held
    unit_id, role = (held.unit_id, held.role) if held else (None, "")
    rows = _BADGES.ask(actor.person_id, unit_id, shape=role)
    return Badges(*rows[0])


def _badges(role: str, person_id: int, unit_id: int | None) -> QuerySet[Any, Any]:
    tasks = own_tasks(owner(person_id, unit_id, role)).filter(state=TaskState.OPEN)
    messages = Message.objects.unscoped("the reader's own messages are counted")
    reader = Person.objects.unscoped("the reader").filter(pk=person_id)
    return reader.values_list(
        _count(tasks), _count(messages.filter(person=person_id, read_at=None))
    )


def _count(rows: QuerySet[Any, Any]) -> Subquery:
    """How many rows there are, inside another query."""
    counted = Func("pk", function="count", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(counted=counted).values("counted"))


_BADGES = Prepared(_badges)
