"""What is still under way by a scheme: told before its end, and stopped with it."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.queries.adopted import adopted
from kaocheng.queries.round import period_title
from kaocheng.records.models import Adoption, Ballot, Entry, Obligation, Review, Round
from kaocheng.records.models.register import Standing
from kaocheng.records.models.review import BallotState, ReviewState
from kaocheng.records.models.round import ObligationState, RoundState
from kaocheng.records.scoped import OwnedQuerySet

WHY = "the adoption was fetched under its scope"
OVER = (RoundState.ARCHIVED, RoundState.STOPPED)
OWED = (ObligationState.OPEN, ObligationState.SHUT, ObligationState.MISSED)


@dataclass(frozen=True)
class UnderWay:
    """A round that is not over: how much of it is open."""

    id: int
    title: str
    period: str
    state: str
    owed: int
    reviews: int
    ballots: int


@dataclass(frozen=True)
class Ending:
    """`waiting`: entries that wait for a signature or a check; `coming`: amendments to come."""

    rounds: tuple[UnderWay, ...]
    waiting: int
    coming: int
    draft: str

    @property
    def is_clear(self) -> bool:
        return not (self.rounds or self.waiting or self.coming or self.draft)


def ending(actor: Actor, adoption_id: int) -> Ending:
    """What would end unfinished with the adoption."""
    rows = own_adoptions(actor, Permission.APPROVE).select_related("scheme", "unit")
    adoption = one(rows, adoption_id)
    found = adopted(adoption)
    drafts = Adoption.objects.unscoped(WHY).filter(replaces=adoption)
    return Ending(
        rounds=tuple(
            UnderWay(
                id=work.pk,
                title=work.title,
                period=period_title(work),
                state=str(RoundState(work.state).label),
                owed=Obligation.objects.unscoped(WHY).filter(round=work, state__in=OWED).count(),
                reviews=open_reviews(work).count(),
                ballots=open_ballots(work).count(),
            )
            for work in rounds_under_way(adoption)
        ),
        waiting=waiting(adoption).count(),
        coming=len(adoption.coming) - found.came,
        draft=drafts.values_list("title", flat=True).first() or "",
    )


def rounds_under_way(adoption: Adoption) -> OwnedQuerySet[Round]:
    rows = Round.objects.unscoped(WHY).filter(adoption=adoption).exclude(state__in=OVER)
    return rows.select_related("adoption__scheme", "adoption__unit", "unit").order_by("pk")


def open_reviews(work: Round) -> OwnedQuerySet[Review]:
    rows = Review.objects.unscoped(WHY).filter(round=work)
    return rows.filter(state__in=(ReviewState.OPEN, ReviewState.RETURNED))


def open_ballots(work: Round) -> OwnedQuerySet[Ballot]:
    return Ballot.objects.unscoped(WHY).filter(round=work, state=BallotState.OPEN).order_by("pk")


def waiting(adoption: Adoption) -> OwnedQuerySet[Entry]:
    rows = Entry.objects.unscoped(WHY).filter(adoption=adoption)
    return rows.filter(standing__in=(Standing.WAITING, Standing.CHECKING, Standing.RETURNED))
