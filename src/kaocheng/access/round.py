"""Whose rounds: those of one's own unit to run, those that somebody within reach takes part in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.holding import subjects_held
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.access.task import own_condition, own_tasks
from kaocheng.methods.holders import Holder
from kaocheng.records.models import Adoption, Obligation, Round, Subject, Task
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.task import TaskState
from kaocheng.records.scoped import OwnedQuerySet

WHY = "a condition inside a scoped query"
# What an obligation is called where it is the source of tasks.
SOURCE = "obligation"


def _own_unit(actor: Actor, permission: Permission, *, at: str = "unit__") -> Q:
    """The unit of the present appointment itself, whatever lies below it."""
    if actor.held is None or not actor.may(permission):
        return NOBODY
    return Q(**{f"{at}path": actor.held.unit_path})


def _about(actor: Actor, *, person: str) -> Q:
    """Rows of units within reach, and those that are about oneself; `person` is the way there."""
    condition = unit_condition(actor, Permission.SEE_ROUNDS, at="unit__")
    if actor.person_id is not None:
        condition |= Q(**{person: actor.person_id})
    return condition


def _owed_by(actor: Actor, **where: object) -> Exists:
    """Whether the actor has a task from an obligation (the first of its matter)."""
    firsts = (
        Task.objects.unscoped(WHY)
        .filter(own_condition(actor), source_kind=SOURCE)
        .annotate(obligation=Cast("source_id", BigIntegerField()))
        .values("obligation")
    )
    return Exists(Obligation.objects.unscoped(WHY).filter(pk__in=firsts, **where))


def round_condition(actor: Actor) -> Q:
    if not actor.may(Permission.SEE_ROUNDS):
        return NOBODY
    subjects = Subject.objects.unscoped(WHY).filter(
        _about(actor, person="person"), adoption=OuterRef("adoption")
    )
    below = unit_condition(actor, Permission.SEE_ROUNDS, at="unit__")
    return below | Q(Exists(subjects)) | Q(_owed_by(actor, round=OuterRef("pk")))


def rounds_in_sight(actor: Actor) -> OwnedQuerySet[Round]:
    """The rounds that the actor, or a unit within reach, takes part in."""
    return Round.objects.within(round_condition(actor))


def rounds_to_run(actor: Actor) -> OwnedQuerySet[Round]:
    """The rounds of the actor's own unit."""
    return Round.objects.within(_own_unit(actor, Permission.RUN_ROUNDS))


def adoptions_to_run(actor: Actor) -> OwnedQuerySet[Adoption]:
    """What is in force in the actor's own unit, so that a round of it can be held."""
    return Adoption.objects.within(_own_unit(actor, Permission.RUN_ROUNDS)).filter(
        state=AdoptionState.IN_FORCE
    )


def obligations_in_sight(actor: Actor, *, borne: Q = NOBODY) -> OwnedQuerySet[Obligation]:
    """What is owed by, or for, the units and people within reach; and what one owes for others.

    `borne`: see `borne_condition`.
    """
    if not actor.may(Permission.SEE_ROUNDS):
        return Obligation.objects.within(NOBODY)
    condition = _about(actor, person="subject__person") | borne
    if actor.person_id is not None:  # Tickets that they wrote.
        condition |= Q(entry__entered_by=actor.person_id)
    return Obligation.objects.within(condition)


def borne_condition(
    actor: Actor,
    adoption: Adoption,
    owed: Iterable[tuple[str, str, Sequence[Holder]]],
) -> Q:
    """Obligations of these duties and periods, as far as the actor bears one of their titles."""
    condition = NOBODY
    for duty, period, holders in owed:
        held = subjects_held(actor, adoption, holders)
        condition |= Q(duty=duty, period=period, subject__in=held.values("pk"))
        if actor.held is not None:
            own = Q(subject=None, unit=actor.held.unit_id)
            condition |= Q(duty=duty, period=period) & own
    return condition


def own_groups(actor: Actor, work: Round) -> list[tuple[str, str]]:
    """Duty and period of whatever the actor has an open task of in the round."""
    firsts = (
        Obligation.objects.unscoped(WHY)
        .filter(round=work)
        .order_by("duty", "period", "entry", "pk")
        .distinct("duty", "period", "entry")
    )
    groups = {
        str(pk): (duty, period) for pk, duty, period in firsts.values_list("pk", "duty", "period")
    }
    tasks = own_tasks(actor).filter(
        source_kind=SOURCE, source_id__in=list(groups), state=TaskState.OPEN
    )
    return list(dict.fromkeys(groups[one] for one in tasks.values_list("source_id", flat=True)))


def obligations_to_run(actor: Actor) -> OwnedQuerySet[Obligation]:
    """What is owed in the rounds of the actor's own unit."""
    return Obligation.objects.within(_own_unit(actor, Permission.RUN_ROUNDS, at="round__unit__"))
