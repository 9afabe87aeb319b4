"""Tickets as people read them: each with its clocks, what is overdue first; one with all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.entry import entries_of, is_in_sight
from kaocheng.access.holding import bears, subjects_held
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import one
from kaocheng.engine.process.clocks import ServiceClock
from kaocheng.methods.holders import Holder
from kaocheng.queries.entry import Cell, cells_of, key_names, sees_personal
from kaocheng.queries.obligation import ICONS, TONES
from kaocheng.queries.obligation_count import HANDED_IN
from kaocheng.queries.obligation_state import ENDED, counted_in
from kaocheng.queries.register_route import route_of
from kaocheng.queries.round import Head, head, runs
from kaocheng.queries.round_course import Course
from kaocheng.queries.ticket_clocks import says
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Entry, Obligation, Round, RoundEvent
from kaocheng.records.models.register import Standing
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
WHY = "of tickets that are in sight"
LEFT = (State.OPEN, State.SHUT, State.MISSED)
MISSED, RUNNING, NEW, CLOSED = "missed", "running", "new", "closed"
FILTERS = {
    "": Q(),
    MISSED: Q(clocks_missed__gt=0),
    RUNNING: Q(clocks_left__gt=0),
    NEW: Q(clocks_all=0),
    CLOSED: Q(clocks_all__gt=0, clocks_left=0),
}


@dataclass(frozen=True)
class Clock:
    """A time limit of a ticket; `done_at`: when it was met, in time or late."""

    id: int
    title: str
    due: Due | None
    state: str
    state_words: str
    tone: str
    icon: str
    done_at: datetime | None
    escalated_to: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    register: str
    unit_name: str
    receiver: str
    received_at: datetime
    clocks: tuple[Clock, ...]


@dataclass(frozen=True)
class TicketList:
    head: Head
    lines: tuple[Line, ...]
    registers: tuple[tuple[str, str], ...]
    register: str
    chosen: str
    counts: Mapping[str, int]
    page: Page[Entry]


@dataclass(frozen=True)
class Told:
    """What happened to a ticket; `is_day`: only the day is known."""

    title: str
    at: datetime
    who: str
    note: str
    is_day: bool = False


@dataclass(frozen=True)
class TicketPage:
    head: Head
    line: Line
    cells: tuple[Cell, ...]
    told: tuple[Told, ...]
    # Whether the reader may open the entry itself.
    sees_entry: bool
    # What the reader may tell of it: events of the process by name.
    tellable: tuple[tuple[str, str], ...]


def name_of(entry: Entry) -> str:
    """What a ticket is called: its number, and whom it is about."""
    name = entry.number or entry.key or f"#{entry.pk}"
    return f"{name}（{entry.subject.name}）" if entry.subject is not None else name


def tickets_in_sight(actor: Actor, course: Course) -> OwnedQuerySet[Entry]:
    """Entries of registers with clocks: those in sight, and those that one has to see to."""
    rows = Entry.objects.within(Q(pk__in=()))
    for register in course.tickets.registers:
        route = route_of(course.found, register)
        bearing = (
            holder
            for clock in course.tickets.of_register(register)
            for holder in _holders(course, clock)
        )
        wider = replace(route, enterers=(*route.enterers, *bearing))
        rows |= entries_of(actor, course.found.adoption, wider)
    return rows


def may_tell(actor: Actor, course: Course, entry: Entry, name: str) -> bool:
    """Whoever runs the round, wrote the ticket, or has to keep one of the clocks of the event."""
    if runs(actor, course.work) or actor.person_id == entry.entered_by_id is not None:
        return True
    holders = [
        holder
        for clock in course.tickets.of_register(entry.register)
        if name in (clock.starts, clock.stops)
        for holder in _holders(course, clock)
    ]
    if entry.subject_id is None:
        return bears(actor, course.found.adoption, holders)
    held = subjects_held(actor, course.found.adoption, holders)
    return held.filter(pk=entry.subject_id).exists()


def ticket_of(actor: Actor, course: Course, entry_id: int) -> Entry:
    """The ticket in sight; of one that was corrected, what stands in its place now."""
    everyone = Entry.objects.unscoped("only which one follows; it is fetched in sight below")
    while everyone.filter(pk=entry_id, standing=Standing.REPLACED).exists():
        after = everyone.filter(Q(corrects=entry_id) | Q(replaces=entry_id), pk__gt=entry_id)
        stands = after.exclude(standing__in=(Standing.RETURNED, Standing.WITHDRAWN))
        entry_id = stands.order_by("pk").values_list("pk", flat=True).last() or 0
    rows = tickets_in_sight(actor, course).select_related("subject", "unit", "entered_by")
    entry = one(rows, entry_id)
    if entry.standing not in HANDED_IN:
        raise NotYours
    return entry


def ticket_list(
    actor: Actor,
    work: Round,
    *,
    now: datetime,
    chosen: str = "",
    register: str = "",
    page: int = 1,
) -> TicketList:
    """What is due first stands first, so what is overdue above all; then the others, newest first.

    A fixed number of queries.
    """
    course = Course(work, now)
    titles = {name: course.found.register(name).title for name in course.tickets.registers}
    rows = of_round(tickets_in_sight(actor, course), course)
    if register in titles:
        rows = rows.filter(register=register)
    counts = rows.aggregate(
        **{name or "all": Count("pk", filter=condition) for name, condition in FILTERS.items()}
    )
    ordered = (
        rows.filter(FILTERS.get(chosen, Q()))
        .select_related("subject", "unit", "entered_by")
        .order_by(F("next_due").asc(nulls_last=True), F("clocks_all").asc(), "-pk")
    )
    shown = Paginator(ordered, PAGE).get_page(page)
    return TicketList(
        head=head(actor, work, now=now),
        lines=lines_of(course, list(shown.object_list)),
        registers=tuple(titles.items()),
        register=register if register in titles else "",
        chosen=chosen if chosen in FILTERS else "",
        counts=counts,
        page=shown,
    )


def ticket_page(actor: Actor, work: Round, entry_id: int, *, now: datetime) -> TicketPage:
    course = Course(work, now)
    entry = ticket_of(actor, course, entry_id)
    register = course.found.register(entry.register)
    events = course.found.process.events
    return TicketPage(
        head=head(actor, work, now=now),
        line=lines_of(course, [entry])[0],
        cells=tuple(
            cell
            for cell in cells_of(
                register,
                entry.values,
                sees=sees_personal(actor, entry),
                names=key_names(course.found, register, [entry]),
            )
            if cell.text
        ),
        told=_told(course, entry),
        sees_entry=is_in_sight(actor, entry, route_of(course.found, register.id)),
        tellable=tuple(
            (name, events[name])
            for name in _open_events(course, entry, set(course.tickets.told(entry)))
            if may_tell(actor, course, entry, name)
        ),
    )


def _told(course: Course, entry: Entry) -> tuple[Told, ...]:
    """What somebody noted, and what the entry says itself, in the order of time."""
    events, register = course.found.process.events, course.found.register(entry.register)
    rows = RoundEvent.objects.unscoped(WHY).filter(round=course.work, entry=entry)
    noted = {one.name: one for one in rows.select_related("made_by").order_by("pk")}
    fields = {one.event: register.fields[one.at] for one in register.tells if says(one, entry)}
    who = entry.entered_by.name if entry.entered_by is not None else ""
    listed = [
        Told(
            title=events.get(name, name),
            at=at,
            who=who,
            note=gettext("按登记的“%(field)s”") % {"field": fields[name].title},
            is_day=fields[name].type == "date",
        )
        for name, at in course.tickets.said(entry).items()
        if name not in noted
    ]
    listed += [
        Told(
            title=events.get(one.name, one.name),
            at=one.happened_at,
            who=one.made_by.name if one.made_by is not None else "",
            note=one.note,
        )
        for one in noted.values()
    ]
    return tuple(sorted(listed, key=lambda one: one.at))


def _open_events(course: Course, entry: Entry, told: set[str]) -> Iterable[str]:
    """What has not been told yet: ends of clocks that run first, then what would start one."""
    clocks = course.tickets.of_register(entry.register)
    ends = [one.stops for one in clocks if one.starts in told or one.counts_down]
    starts = [one.starts for one in clocks]
    return [name for name in dict.fromkeys((*ends, *starts)) if name not in told]


def _holders(course: Course, clock: ServiceClock) -> Iterable[Holder]:
    duty = clock.duty
    for phrase in (duty.who, *(step.goes_to for step in duty.escalate)):
        yield from course.bearers.holders(phrase)


def of_round(rows: OwnedQuerySet[Entry], course: Course) -> OwnedQuerySet[Entry]:
    """Those of the round that have not been taken back, with what is counted of their clocks."""
    work, now = course.work, course.now
    here = Q(obligations__round=work, obligations__state__in=(*LEFT, *ENDED))
    left = here & Q(obligations__state__in=LEFT)
    missed = left & (Q(obligations__state=State.MISSED) | Q(obligations__due_at__lte=now))
    period = course.agendas.period
    last = period.last if period is not None else None
    dated = Q(date__gte=work.starts_on) & (Q() if last is None else Q(date__lte=last))
    undated = Q(date=None, entered_at__gte=work.opened_at or now)
    return (
        rows.filter(Q(replaces=None) | Q(standing=Standing.COUNTS), standing__in=HANDED_IN)
        .annotate(
            clocks_all=Count("obligations", filter=here),
            clocks_left=Count("obligations", filter=left),
            clocks_missed=Count("obligations", filter=missed),
            next_due=Min("obligations__due_at", filter=left),
        )
        .filter(Q(clocks_all__gt=0) | dated | undated)
    )


def lines_of(course: Course, entries: list[Entry]) -> tuple[Line, ...]:
    clocks: defaultdict[int, list[Clock]] = defaultdict(list)
    rows = Obligation.objects.unscoped(WHY).filter(round=course.work, entry__in=entries)
    for row in rows.exclude(state=State.DROPPED).order_by("due_at", "pk"):
        assert row.entry_id is not None
        clocks[row.entry_id].append(_clock(course, row))
    return tuple(
        Line(
            id=entry.pk,
            name=name_of(entry),
            register=course.found.register(entry.register).title,
            unit_name=entry.unit.name,
            receiver=entry.entered_by.name if entry.entered_by is not None else "",
            received_at=entry.entered_at,
            clocks=tuple(clocks[entry.pk]),
        )
        for entry in entries
    )


def _clock(course: Course, row: Obligation) -> Clock:
    state, duty = State(row.state), course.duties.get(row.duty)
    words = {State.DONE: gettext("按时办结"), State.LATE: gettext("逾期办结")}
    return Clock(
        id=row.pk,
        title=row.title,
        due=due(row.due_at, counted_in(duty), now=course.now),
        state=row.state,
        state_words=words.get(state, str(state.label)),
        tone=TONES.get(state, ""),
        icon=ICONS.get(state, ""),
        done_at=row.done_at,
        escalated_to=()
        if duty is None
        else tuple(step.goes_to for step in duty.escalate[: row.escalated]),
    )
