"""What the frame of every page shows of its reader: two numbers, in two queries."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.task import own_tasks
from kaocheng.records.models import Message
from kaocheng.records.models.task import TaskState


@dataclass(frozen=True)
class Badges:
    """Open tasks of the present appointment, unread messages of the person."""

    tasks: int = 0
    messages: int = 0


def badges_of(actor: Actor) -> Badges:
    """Shape: always two queries for who is signed in, none for anybody else."""
    if actor.person_id is None:
        return Badges()
    messages = Message.objects.unscoped("the reader's own messages are counted")
    return Badges(
        tasks=own_tasks(actor).filter(state=TaskState.OPEN).count(),
        messages=messages.filter(person=actor.person_id, read_at=None).count(),
    )
