"""Whose results: one's own, those of units within reach; who freezes, signs and decides."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import CLERK, MEMBER, Permission, Reach
from kaocheng.access.holding import about_others, subjects_held
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.methods.holders import Holder
from kaocheng.records.models import (
    Adoption,
    Consequence,
    Entry,
    ResultRow,
    ResultSet,
    Round,
    Subject,
)
from kaocheng.records.models.round import RoundState
from kaocheng.records.scoped import OwnedQuerySet

WHY = "a condition inside a scoped query"


def result_condition(actor: Actor, *, at: str = "") -> Q:
    """Subjects whose results the actor may read; `at` is the way to them, such as `subject__`."""
    if actor.person_id is None or not actor.may(Permission.SEE_RESULTS):
        return NOBODY
    own = Q(**{f"{at}person": actor.person_id})
    return own | unit_condition(actor, Permission.SEE_RESULTS, at=f"{at}unit__")


def subjects_with_results(actor: Actor) -> OwnedQuerySet[Subject]:
    """Rows of rosters whose results the actor may read."""
    return Subject.objects.within(result_condition(actor))


def entries_with_results(actor: Actor) -> OwnedQuerySet[Entry]:
    """Entries about those whose results the actor may read; about nobody, by their unit."""
    of_nobody = Q(subject=None) & unit_condition(actor, Permission.SEE_RESULTS, at="unit__")
    return Entry.objects.within(result_condition(actor, at="subject__") | of_nobody)


def reads_results_of_unit(actor: Actor, work: Round) -> bool:
    """Whether the unit of the round is within reach: then what is about nobody is shown too."""
    condition = unit_condition(actor, Permission.SEE_RESULTS, at="unit__")
    return Round.objects.within(condition).filter(pk=work.pk).exists()


def rounds_with_results(actor: Actor) -> OwnedQuerySet[Round]:
    """Rounds in which somebody is assessed whose results the actor may read."""
    assessed = Subject.objects.unscoped(WHY).filter(
        result_condition(actor), adoption=OuterRef("adoption")
    )
    return Round.objects.within(
        Q(Exists(assessed)) | unit_condition(actor, Permission.SEE_RESULTS, at="unit__")
    ).exclude(state=RoundState.PREPARING)


def rounds_to_decide(actor: Actor) -> OwnedQuerySet[Round]:
    """The rounds of the actor's own unit, where they decide about its results."""
    return Round.objects.within(_decides(actor, at="unit__"))


def sets_to_decide(actor: Actor) -> OwnedQuerySet[ResultSet]:
    return ResultSet.objects.within(_decides(actor, at="round__unit__"))


def rows_in_sight(actor: Actor) -> OwnedQuerySet[ResultRow]:
    """Frozen results of those whose results the actor may read, and of entries about them.

    What is about nobody, such as a list, is read by whom its unit is within reach of.
    """
    of_nobody = Q(subject=None, entry__subject=None)
    of_nobody &= unit_condition(actor, Permission.SEE_RESULTS, at="unit__")
    about = result_condition(actor, at="subject__")
    return ResultRow.objects.within(
        about | result_condition(actor, at="entry__subject__") | of_nobody
    )


def rows_to_acknowledge(actor: Actor) -> OwnedQuerySet[ResultRow]:
    """Frozen results about the actor, or about the unit that the actor leads."""
    if actor.held is None or actor.person_id is None or not actor.may(Permission.SEE_RESULTS):
        return ResultRow.objects.within(NOBODY)
    leads = actor.may(Permission.DECIDE)
    unit = Q(subject__person=None, subject__unit=actor.held.unit_id) if leads else NOBODY
    return ResultRow.objects.within(Q(subject__person=actor.person_id) | unit)


def consequences_in_sight(actor: Actor) -> OwnedQuerySet[Consequence]:
    """What follows for those whose results the actor may read."""
    return Consequence.objects.within(result_condition(actor, at="subject__"))


def consequences_to_decide(
    actor: Actor, adoption: Adoption, effect: str, holders: tuple[Holder, ...]
) -> OwnedQuerySet[Consequence]:
    """Those of an effect for whose subjects the actor bears the title that confirms it.

    A clerk who shares the work of an office does not decide in its place.
    Not what is about the actor, unless the title is the subject's own.
    """
    if not actor.may(Permission.SEE_RESULTS):
        return Consequence.objects.within(NOBODY)
    if all(one.role != CLERK for one in holders):
        actor = _without_sharing(actor)
    held = subjects_held(actor, adoption, holders)
    rows = Consequence.objects.within(
        Q(subject__in=held.values("pk")) & about_others(actor, holders)
    )
    return rows.filter(effect=effect)


def sees_whole_units(actor: Actor) -> bool:
    """Whether the actor reads the results of an office's subtree, and not only their own."""
    return Reach.BELOW in actor.reaches(Permission.SEE_RESULTS)


def _decides(actor: Actor, *, at: str) -> Q:
    return unit_condition(actor, Permission.DECIDE, at=at)


def _without_sharing(actor: Actor) -> Actor:
    """The same person, as a clerk without the part in the work of the head."""
    if actor.held is None or actor.held.role != CLERK:
        return actor
    return replace(actor, held=replace(actor.held, role=MEMBER))
