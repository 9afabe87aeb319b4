"""What a process waits for: each event, who tells of it, and whether it has happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.holding import bears
from kaocheng.engine.language.process import Process
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Round, Unit


@dataclass(frozen=True)
class Event:
    """`who`: the phrase of the scheme; empty where only the unit that runs the round tells."""

    name: str
    title: str
    who: str


def events_of(process: Process) -> tuple[Event, ...]:
    tellers = dict(_tellers(process))
    return tuple(
        Event(name, title, tellers.get(name, "")) for name, title in process.events.items()
    )


def _tellers(process: Process) -> Iterator[tuple[str, str]]:
    """The last that is given for an event is the one that stands: whoever owes it comes first."""
    for objection in process.objections:
        yield objection.filed, objection.goes_to
        yield objection.answered, objection.goes_to
    for vote in process.votes:
        yield vote.passed, vote.who
    for publicity in process.publicity:
        yield publicity.posted, publicity.who
    for duty in process.duties:
        yield duty.done, duty.who


def runs(actor: Actor, work: Round) -> bool:
    """Whether the round is run by the unit that the actor is at work for."""
    held = actor.held
    return held is not None and actor.may(Permission.RUN_ROUNDS) and held.unit_id == work.unit_id


def told_for(actor: Actor, work: Round, event: Event) -> Unit | None:
    """The unit for which the actor may tell of the event; none where they may not."""
    if runs(actor, work):
        return work.unit
    held = actor.held
    found: Adopted = adopted(work.adoption)
    holders = tuple(one for title in titles_in(event.who) for one in found.holders(title))
    if held is None or not bears(actor, work.adoption, holders):
        return None
    return Unit.objects.unscoped("the unit of the actor's own appointment").get(pk=held.unit_id)


def tellable(actor: Actor, work: Round) -> tuple[Event, ...]:
    """The events that the actor may tell of."""
    listed = events_of(adopted(work.adoption).process)
    return tuple(event for event in listed if told_for(actor, work, event) is not None)
