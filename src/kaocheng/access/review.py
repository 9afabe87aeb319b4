"""Whose reviews: one's own to make, those of the rounds that one's office holds to assign."""

from __future__ import annotations

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.holding import subjects_held
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.methods.holders import Holder
from kaocheng.records.models import Review, Round, Subject
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import RoundState
from kaocheng.records.scoped import OwnedQuerySet


def own_reviews(actor: Actor) -> OwnedQuerySet[Review]:
    """What the actor was asked to assess, and has not been taken from them."""
    if actor.person_id is None or not actor.may(Permission.REVIEW):
        return Review.objects.within(NOBODY)
    mine = Q(assessor=actor.person_id) & ~Q(state=ReviewState.WITHDRAWN)
    return Review.objects.within(mine)


def reviews_to_assign(actor: Actor) -> OwnedQuerySet[Review]:
    """The reviews of rounds that the actor's unit, or one below it, holds."""
    return Review.objects.within(_of_office(actor, at="round__unit__"))


def rounds_to_assign(actor: Actor) -> OwnedQuerySet[Round]:
    """Rounds in which the actor says who assesses whom."""
    return Round.objects.within(_of_office(actor, at="unit__"))


def subjects_to_assign(actor: Actor, round_: Round) -> OwnedQuerySet[Subject]:
    """Who is assessed in a round of the actor's office."""
    may = rounds_to_assign(actor).filter(pk=round_.pk).exists()
    condition = Q(adoption=round_.adoption_id, has_left=False) if may else NOBODY
    return Subject.objects.within(condition)


def subjects_to_open(
    actor: Actor, round_: Round, holders: tuple[Holder, ...]
) -> OwnedQuerySet[Subject]:
    """Whom the actor may assess without being asked: they bear the title for them."""
    if not actor.may(Permission.REVIEW):
        return Subject.objects.within(NOBODY)
    return subjects_held(actor, round_.adoption, holders).filter(has_left=False)


def rounds_at_work(actor: Actor) -> OwnedQuerySet[Round]:
    """Rounds that run anywhere on the way up from the actor's unit, or in which they are listed."""
    if actor.held is None:
        return Round.objects.within(NOBODY)
    way = [int(part) for part in actor.held.unit_path.split("/") if part]
    listed = Subject.objects.unscoped("rounds in which somebody is listed concern them").filter(
        person=actor.person_id
    )
    concerned = Q(unit__in=way) | Q(adoption__in=listed.values("adoption"))
    return Round.objects.within(concerned & Q(state=RoundState.RUNNING))


def _of_office(actor: Actor, *, at: str) -> Q:
    return unit_condition(actor, Permission.ASSIGN_REVIEWS, at=at)
