"""From an entry to its ticket: the rounds that keep time for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.access.round import rounds_in_sight
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.round_course import Course
from kaocheng.queries.ticket import Clock, lines_of, of_round
from kaocheng.queries.ticket_clocks import clocks_of
from kaocheng.records.models import Entry
from kaocheng.records.models.round import RoundState


@dataclass(frozen=True)
class TicketOfEntry:
    round_id: int
    round_title: str
    clocks: tuple[Clock, ...]


def tickets_of_entry(
    actor: Actor, found: Adopted, entry: Entry, *, now: datetime
) -> tuple[TicketOfEntry, ...]:
    """One for each round in sight that lists the entry; no query where nothing keeps time."""
    if all(one.duty.register != entry.register for one in clocks_of(found).values()):
        return ()
    rounds = rounds_in_sight(actor).filter(adoption=found.adoption)
    begun = rounds.exclude(state=RoundState.PREPARING)
    itself = Entry.objects.unscoped("fetched within sight").filter(pk=entry.pk)
    tickets = []
    for work in begun.select_related("adoption__scheme", "adoption__unit", "unit").order_by("pk"):
        course = Course(work, now)
        if of_round(itself, course).exists():
            [line] = lines_of(course, [entry])
            tickets.append(TicketOfEntry(work.pk, work.title, line.clocks))
    return tuple(tickets)
