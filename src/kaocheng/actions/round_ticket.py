"""What is told of a ticket: a repair was received, an incident dealt with; its clocks follow."""

from __future__ import annotations

from datetime import datetime

from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.round import rounds_in_sight
from kaocheng.actions.obligation import UNDER_WAY, move_tickets
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.round import MOST_NOTE, with_scheme
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.round_course import Course
from kaocheng.queries.ticket import may_tell, ticket_of
from kaocheng.queries.time_words import moment_words
from kaocheng.records.models import Entry, RoundEvent
from kaocheng.records.models.round import RoundState


@action("round.note_ticket")
def note_ticket(
    act: Act,
    *,
    round_id: int,
    entry_id: int,
    name: str,
    happened_at: datetime | None = None,
    note: str = "",
) -> Answer:
    """An event of one entry: it starts or stops the clocks of that entry, and of no other."""
    work = act.lock(with_scheme(rounds_in_sight(act.actor)), round_id)
    if work.state not in UNDER_WAY:
        raise Refused("K43", state=RoundState(work.state).label)
    course = Course(work, act.at)
    entry = ticket_of(act.actor, course, entry_id)
    clocks = course.tickets.of_register(entry.register)
    mine = [one for one in clocks if name in (one.starts, one.stops)]
    title = course.found.process.events.get(name, name[:40])
    if not mine:
        raise Refused("K52", name=title)
    if not may_tell(act.actor, course, entry, name):
        raise NotAllowed("K50", name=title, who=mine[0].duty.who)
    told = course.tickets.told(entry)
    if name in told:
        raise Refused("K44", name=title, when=course.tickets.told_words(entry, name))
    at = happened_at or act.at
    _check(course, entry, name, at, note)
    row = RoundEvent(
        round=work,
        name=name,
        unit=entry.unit,
        entry=entry,
        happened_at=at,
        note=note,
        made_by_id=act.actor.person_id,
    )
    act.make(row, name=name, entry=entry.pk, happened_at=at.isoformat())
    move_tickets(act, work, [entry])
    return Answer.of(row)


def _check(course: Course, entry: Entry, name: str, at: datetime, note: str) -> None:
    """An end comes after its start; only what a clock counts down to may lie ahead."""
    events, told = course.found.process.events, course.tickets.told(entry)
    clocks = course.tickets.of_register(entry.register)
    ends = [one for one in clocks if one.stops == name and not one.counts_down]
    if ends and not any(one.starts in told for one in ends):
        first = "”或“".join(events[one.starts] for one in ends)
        raise Refused("K111", first=first, name=events[name])
    problems: dict[str, Refused] = {}
    may_lie_ahead = any(one.counts_down and one.starts == name for one in clocks)
    began = sorted((told[one.starts], one.starts) for one in ends if one.starts in told)
    is_early = at.astimezone(CHINA).date() < course.work.starts_on
    if is_early or (at > course.now and not may_lie_ahead):
        problems["happened_at"] = Refused("K45", when=moment_words(at, now=course.now))
    elif began and at < began[0][0]:
        first = began[0][1]
        problems["happened_at"] = Refused(
            "K112",
            when=moment_words(at, now=course.now),
            first=events[first],
            since=course.tickets.told_words(entry, first),
        )
    if len(note) > MOST_NOTE:
        problems["note"] = Refused("K47", field="备注", most=MOST_NOTE, count=len(note))
    if problems:
        raise Invalid(problems)
