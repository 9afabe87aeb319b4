"""Whose ballots: those that one votes in, those that one's unit holds."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.records.models import Ballot, BallotVoter, Round
from kaocheng.records.scoped import OwnedQuerySet


def ballots_to_vote(actor: Actor) -> OwnedQuerySet[Ballot]:
    """Ballots with the actor among the voters, also those that are over; none about the actor."""
    if actor.person_id is None or not actor.may(Permission.REVIEW):
        return Ballot.objects.within(NOBODY)
    mine = BallotVoter.objects.unscoped("a condition inside a scoped query").filter(
        ballot=OuterRef("pk"), person=actor.person_id
    )
    return Ballot.objects.within(Q(Exists(mine)) & ~Q(subject__person=actor.person_id))


def ballots_to_hold(actor: Actor) -> OwnedQuerySet[Ballot]:
    """Ballots that the actor's unit opens, closes and counts."""
    return Ballot.objects.within(unit_condition(actor, Permission.RUN_ROUNDS, at="unit__"))


def rounds_to_hold(actor: Actor) -> OwnedQuerySet[Round]:
    """Rounds in which the actor's unit may call a vote."""
    return Round.objects.within(unit_condition(actor, Permission.RUN_ROUNDS, at="unit__"))


def own_voters(actor: Actor) -> OwnedQuerySet[BallotVoter]:
    """The actor's own place in the lists of voters."""
    if actor.person_id is None or not actor.may(Permission.REVIEW):
        return BallotVoter.objects.within(NOBODY)
    return BallotVoter.objects.within(Q(person=actor.person_id))
