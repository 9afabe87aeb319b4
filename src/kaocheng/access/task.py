"""Whose tasks: one's own, one's unit's, and those below."""

from __future__ import annotations

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import CLERK, LEAD, OFFICER, Permission
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.records.models import Task, TaskCount, Unit
from kaocheng.records.scoped import OwnedQuerySet

# Tasks of deciding what follows from results: a clerk prepares, the head decides.
DECISION = "consequence"
# What a unit owes, its head and its information officer owe together: either may do it.
OFFICE = (LEAD, CLERK, OFFICER)


def sharing(role: str) -> tuple[str, ...]:
    """The roles whose holders see, and may do, what is owed by the role."""
    return OFFICE if role in OFFICE else (role,)


def own_condition(actor: Actor) -> Q:
    """What the actor owes: in person, and by their role in their present unit."""
    if actor.person_id is None:
        return NOBODY
    condition = Q(person_id=actor.person_id)
    if actor.held is not None:
        shared = Q(person=None, unit_id=actor.held.unit_id, role__in=sharing(actor.held.role))
        condition |= shared & ~Q(source_kind=DECISION) if actor.held.role == CLERK else shared
    return condition


def own_tasks(actor: Actor) -> OwnedQuerySet[Task]:
    """The tasks that the actor has to do."""
    return Task.objects.within(own_condition(actor))


def tasks_below(actor: Actor) -> OwnedQuerySet[Task]:
    """The tasks of the actor's unit and everything under it, for those who may chase them."""
    return Task.objects.within(unit_condition(actor, Permission.CHASE_TASKS, at="unit__"))


def task_counts_below(actor: Actor) -> OwnedQuerySet[TaskCount]:
    """How many these are, unit by unit."""
    return TaskCount.objects.within(unit_condition(actor, Permission.CHASE_TASKS, at="unit__"))


def units_below(actor: Actor) -> OwnedQuerySet[Unit]:
    """Whose tasks these are: no panel, which stands outside the tree."""
    return Unit.objects.within(unit_condition(actor, Permission.CHASE_TASKS))
