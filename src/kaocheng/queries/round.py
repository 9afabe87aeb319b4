"""Rounds as they are listed: which run, where they stand, how much is done in one's own area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.round import (
    adoptions_to_run,
    obligations_in_sight,
    rounds_in_sight,
)
from kaocheng.engine.process.reckoning import day_of
from kaocheng.engine.process.rows import Row
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import mainland_rows
from kaocheng.queries.adopted import adopted
from kaocheng.queries.adoption_values import last_day_gone
from kaocheng.queries.round_agenda import Agendas, moment_until
from kaocheng.queries.ticket_clocks import clocks_of
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Adoption, Obligation, Round, RoundEvent
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 20
WITH_SCHEME = ("adoption__scheme", "adoption__unit", "unit")
ENDED = Q(state__in=(State.DONE, State.LATE))
OPEN = Q(state__in=(State.OPEN, State.SHUT, State.MISSED))
COUNT_DONE = Count("pk", filter=ENDED)
COUNT_OPEN = Count("pk", filter=OPEN)
COUNT_MISSED = Count("pk", filter=Q(state=State.MISSED))
_TONES = {RoundState.RUNNING: "in", RoundState.FROZEN: "ok"}
SATURDAY = 5


@dataclass(frozen=True)
class Figures:
    """What is owed in the reader's area: done, still to do, and missed among that."""

    done: int = 0
    open: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        return self.done + self.open

    @property
    def tone(self) -> str:
        return "no" if self.missed else "ok" if self.total and not self.open else ""


@dataclass(frozen=True)
class Phase:
    """One stretch of the process on the calendar; `stage`: done, now, or nothing yet."""

    id: str
    title: str
    days: str
    skipped: tuple[str, ...]
    stage: str
    left: Due | None
    waits_for: str


@dataclass(frozen=True)
class RoundLine:
    id: int
    title: str
    unit_name: str
    period: str
    state: str
    tone: str
    now: tuple[Phase, ...]
    figures: Figures


@dataclass(frozen=True)
class RoundList:
    lines: tuple[RoundLine, ...]
    may_start: bool
    page: Page[Round]


@dataclass(frozen=True)
class Head:
    """What stands above every page of a round."""

    id: int
    title: str
    unit_id: int
    unit_name: str
    period: str
    state: str
    state_words: str
    tone: str
    today: date
    starts_on: date
    refers_to: date | None
    scheme: str
    adoption_id: int
    runs: bool
    stopped_because: str
    # Whether the scheme keeps time for each entry of some register.
    has_tickets: bool

    @property
    def is_frozen(self) -> bool:
        return self.state == RoundState.FROZEN

    @property
    def is_over(self) -> bool:
        return self.state in (RoundState.ARCHIVED, RoundState.STOPPED)


@dataclass(frozen=True)
class Choice:
    """An adoption a round can be started of, with its periods that have none yet.

    `last_day_gone`: the last of its fixed days, where all of them have gone by.
    """

    adoption_id: int
    title: str
    periods: tuple[tuple[str, str], ...]
    starts_on: date
    last_day_gone: date | None


def round_list(actor: Actor, *, now: datetime, page: int) -> RoundList:
    """The rounds in sight, those under way first; a fixed number of queries."""
    rows = (
        rounds_in_sight(actor)
        .select_related(*WITH_SCHEME)
        .order_by(F("archived_at").desc(nulls_first=True), "-pk")
    )
    shown = Paginator(rows, PAGE).get_page(page)
    listed = list(shown.object_list)
    figures = _figures(actor, listed)
    events = _events(listed)
    return RoundList(
        lines=tuple(_line(one, figures, events, now=now) for one in listed),
        may_start=actor.may(Permission.RUN_ROUNDS),
        page=shown,
    )


def _line(
    work: Round,
    figures: Mapping[int, Figures],
    events: Mapping[int, list[RoundEvent]],
    *,
    now: datetime,
) -> RoundLine:
    agendas = Agendas(work, adopted(work.adoption), tuple(events[work.pk]))
    phases = phases_of(agendas, work.unit.path, now=now) if work.archived_at is None else ()
    return RoundLine(
        id=work.pk,
        title=work.title,
        unit_name=work.unit.name,
        period=period_title(work),
        state=str(RoundState(work.state).label),
        tone=_TONES.get(RoundState(work.state), ""),
        now=tuple(one for one in phases if one.stage == "now"),
        figures=figures.get(work.pk, Figures()),
    )


def _events(rounds: Iterable[Round]) -> Mapping[int, list[RoundEvent]]:
    found: defaultdict[int, list[RoundEvent]] = defaultdict(list)
    rows = RoundEvent.objects.unscoped("the course of rounds that are in sight")
    for event in (
        rows.filter(round__in=list(rounds), entry=None)
        .select_related("unit")
        .order_by("unit__path", "pk")
    ):
        found[event.round_id].append(event)
    return found


def _figures(actor: Actor, rounds: Iterable[Round]) -> Mapping[int, Figures]:
    rows = (
        obligations_in_sight(actor)
        .filter(round__in=list(rounds))
        .values("round")
        .annotate(done=COUNT_DONE, open=COUNT_OPEN, missed=COUNT_MISSED)
        .order_by()
    )
    return {row["round"]: Figures(row["done"], row["open"], row["missed"]) for row in rows}


def figures_of(owed: OwnedQuerySet[Obligation]) -> Figures:
    """All that is owed together."""
    found = owed.aggregate(done=COUNT_DONE, open=COUNT_OPEN, missed=COUNT_MISSED)
    return Figures(found["done"], found["open"], found["missed"])


def one_round(actor: Actor, round_id: int) -> Round:
    """The round with its scheme, if it is in sight."""
    found = rounds_in_sight(actor).select_related(*WITH_SCHEME).filter(pk=round_id).first()
    if found is None:
        raise NotYours
    return found


def head(actor: Actor, work: Round, *, now: datetime) -> Head:
    state = RoundState(work.state)
    return Head(
        id=work.pk,
        title=work.title,
        unit_id=work.unit_id,
        unit_name=work.unit.name,
        period=period_title(work),
        state=work.state,
        state_words=str(state.label),
        tone=_TONES.get(state, ""),
        today=now.astimezone(CHINA).date(),
        starts_on=work.starts_on,
        refers_to=work.refers_to,
        scheme=work.adoption.title,
        adoption_id=work.adoption_id,
        runs=runs(actor, work),
        stopped_because=work.stopped_because,
        has_tickets=bool(clocks_of(adopted(work.adoption))),
    )


def runs(actor: Actor, work: Round) -> bool:
    """Whether the round is run by the unit that the actor is at work for."""
    held = actor.held
    return held is not None and actor.may(Permission.RUN_ROUNDS) and held.unit_id == work.unit_id


def period_title(work: Round) -> str:
    titles = {str(row[1]): str(row[2]) for row in work.adoption.periods}
    return titles.get(work.period, work.period)


def phases_of(agendas: Agendas, path: str, *, now: datetime) -> tuple[Phase, ...]:
    """The phases and postings of the process in the unit on that path, in their order."""
    rows = agendas.at(path).rows
    return tuple(
        _phase(row, agendas, now=now)
        for row in rows
        if row.kind in ("phase", "publicity") and not row.id.endswith(".latest")
    )


def _phase(row: Row, agendas: Agendas, *, now: datetime) -> Phase:
    first, last = row.starts, row.ends
    today = now.astimezone(CHINA).date()
    stage, left = "", None
    if last is not None and day_of(last) < today:
        stage = "done"
    elif first is not None and day_of(first) <= today:
        stage = "now"
        left = None if last is None else due(moment_until(last), DueUnit.WORKING_DAYS, now=now)
    titles = dict(agendas.found.process.events)
    return Phase(
        id=row.id,
        title=row.title,
        days=days_words(first and day_of(first), last and day_of(last), now=now) or row.words,
        skipped=skipped(first and day_of(first), last and day_of(last)),
        stage=stage,
        left=left,
        waits_for="、".join(titles.get(name, name) for name in row.depends_on),
    )


def days_words(first: date | None, last: date | None, *, now: datetime) -> str:
    """11月6日至12月6日; the year only where it is another one."""
    if first is None or last is None or first == last:
        day = first or last
        return "" if day is None else _day(day, now=now)
    return gettext("%(first)s至%(last)s") % {
        "first": _day(first, now=now),
        "last": _day(last, now=now),
    }


def _day(day: date, *, now: datetime) -> str:
    values = {"year": day.year, "month": day.month, "day": day.day}
    if day.year == now.astimezone(CHINA).year:
        return gettext("%(month)s月%(day)s日") % values
    return gettext("%(year)s年%(month)s月%(day)s日") % values


def skipped(first: date | None, last: date | None) -> tuple[str, ...]:
    """The holidays between the days on which people would work otherwise, by name."""
    if first is None or last is None:
        return ()
    names = (
        row.name
        for row in mainland_rows()
        if first <= row.day <= last and row.kind == "holiday" and row.day.weekday() < SATURDAY
    )
    return tuple(dict.fromkeys(names))


def choices(actor: Actor, *, today: date) -> tuple[Choice, ...]:
    """What a round can be started of: schemes in force in the actor's unit."""
    rows = list(adoptions_to_run(actor).select_related("scheme", "unit").order_by("-pk"))
    held: defaultdict[int, set[str]] = defaultdict(set)
    all_rounds = Round.objects.unscoped("whether one was held already").filter(adoption__in=rows)
    for adoption_id, period in all_rounds.values_list("adoption_id", "period"):
        held[adoption_id].add(period)
    return tuple(
        choice for row in rows if (choice := _choice(row, held[row.pk], today)) is not None
    )


def _choice(adoption: Adoption, held: set[str], today: date) -> Choice | None:
    found = adopted(adoption)
    periods = found.listed_periods
    free = [one for one in periods if one.id not in held]
    if (periods and not free) or (not periods and "" in held):
        return None
    current = min((one for one in free if one.holds(today)), default=None)
    ordered = sorted(free, key=lambda one: one is not current)
    return Choice(
        adoption_id=adoption.pk,
        title=adoption.title,
        periods=tuple((one.id, one.title) for one in ordered),
        starts_on=ordered[0].first if ordered else today,
        last_day_gone=last_day_gone(found),
    )
