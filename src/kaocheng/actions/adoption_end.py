"""结束施行: no more work by a scheme; what was entered and what came out stays to be read."""

from __future__ import annotations

from collections.abc import Collection

from kaocheng.access.account import only_in_person
from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.adoption import MOST_WHY, must_be, wrong_text
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.round import stop_round
from kaocheng.actions.task import cancel_each
from kaocheng.queries.adoption_end import open_ballots, open_reviews, rounds_under_way, waiting
from kaocheng.records.models import Ballot, Entry, MonthlySheet, Review, Round
from kaocheng.records.models.review import BallotState
from kaocheng.records.models.scheme import AdoptionState

WHY = "the adoption was fetched under its scope"


@action("adoption.end")
def end_adoption(
    act: Act, *, adoption_id: int, because: str, stopping: Collection[int] = ()
) -> Answer:
    """In person and with a reason; `stopping`: the rounds under way that are to be stopped with it.

    Their tasks, votes and duties end unfinished, and nothing is deleted. A round that has been
    started since it was asked what is open must be looked at first (K15).
    """
    adoption = act.lock(
        own_adoptions(act.actor, Permission.APPROVE).select_related("scheme", "unit"), adoption_id
    )
    only_in_person(act.actor)
    must_be(adoption, AdoptionState.IN_FORCE, "K04")
    problem = wrong_text("理由", because, MOST_WHY)
    if problem:
        raise Invalid({"because": problem})
    rounds = list(rounds_under_way(adoption).select_for_update(of=("self",)))
    if missed := len({one.pk for one in rounds} - set(stopping)):
        raise Refused("K15", count=missed)
    for work in rounds:
        _stop(act, work, because=because.strip())
    entries = list(waiting(adoption).values_list("pk", flat=True))
    cancel_each(act, Entry, entries)
    sheets = MonthlySheet.objects.unscoped(WHY).filter(adoption=adoption)
    cancel_each(act, MonthlySheet, list(sheets.values_list("pk", flat=True)))
    adoption.state = AdoptionState.ENDED
    act.keep(adoption, "state", because=digest(because), stopped=len(rounds), waiting=len(entries))
    return Answer.of(adoption, stopped=len(rounds))


def _stop(act: Act, work: Round, *, because: str) -> None:
    ballots = list(open_ballots(work).select_for_update(of=("self",)))
    for ballot in ballots:
        ballot.state, ballot.closed_at = BallotState.STOPPED, act.at
        act.keep(ballot, "state", "closed_at", state=ballot.state)
    cancel_each(act, Ballot, [one.pk for one in ballots])
    cancel_each(act, Review, list(open_reviews(work).values_list("pk", flat=True)))
    stop_round(act, work, because=because)
