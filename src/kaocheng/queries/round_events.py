"""What a process waits for: each event, who tells of it, and whether it has happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.access.holding import bears
from kaocheng.engine.language.process import Process
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.round import Head, head, runs
from kaocheng.queries.ticket_clocks import registers_of_events
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Round, RoundEvent, Unit


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


def of_units(found: Adopted) -> tuple[Event, ...]:
    """The events of all or of a unit; those of tickets are told of the ticket."""
    of_tickets = registers_of_events(found)
    return tuple(one for one in events_of(found.process) if one.name not in of_tickets)


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
    listed = of_units(adopted(work.adoption))
    return tuple(event for event in listed if told_for(actor, work, event) is not None)


@dataclass(frozen=True)
class Happened:
    title: str
    unit_name: str
    at: datetime
    who: str
    note: str


@dataclass(frozen=True)
class EventPage:
    head: Head
    happened: tuple[Happened, ...]
    awaited: tuple[Event, ...]
    tellable: tuple[Event, ...]


def event_page(actor: Actor, work: Round, *, now: datetime) -> EventPage:
    """What has happened in the reader's area or above it, and what is still waited for."""
    found = adopted(work.adoption)
    process = found.process
    path = actor.held.unit_path if actor.held is not None else work.unit.path
    rows = RoundEvent.objects.unscoped("the course of a round that is in sight").filter(
        round=work, entry=None
    )
    near = [
        row
        for row in rows.select_related("unit", "made_by").order_by("-happened_at", "-pk")
        if row.unit.path.startswith(path) or path.startswith(row.unit.path)
    ]
    own = {row.name for row in near if actor.held is not None and row.unit_id == actor.held.unit_id}
    known = {row.name for row in near}
    return EventPage(
        head=head(actor, work, now=now),
        happened=tuple(
            Happened(
                title=process.events.get(row.name, row.name),
                unit_name=row.unit.name,
                at=row.happened_at,
                who=row.made_by.name if row.made_by is not None else "",
                note=row.note,
            )
            for row in near
        ),
        awaited=tuple(one for one in of_units(found) if one.name not in known),
        tellable=tuple(one for one in tellable(actor, work) if one.name not in own),
    )
