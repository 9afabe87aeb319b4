"""The agenda of a round as a list of days, with the clock in working days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.documents.agenda import (
    KINDS,
    days_in_words,
    deed_in_words,
    remarks_in_words,
    with_effects_named,
)
from kaocheng.engine.process.agenda import Agenda
from kaocheng.engine.process.reckoning import day_of
from kaocheng.engine.process.rows import Row
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import adopted
from kaocheng.queries.round import Head, head, skipped
from kaocheng.queries.round_agenda import Agendas, moment_until
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Round
from kaocheng.records.models.task import DueUnit

PAGE = 50
# What has to hold before something else, and the order of things: nobody is late with them.
NO_DEADLINES = frozenset({"gate", "step"})


@dataclass(frozen=True)
class DayLine:
    days: str
    kind: str
    deed: str
    who: str
    remarks: str
    skipped: tuple[str, ...]
    left: Due | None
    is_over: bool


@dataclass(frozen=True)
class AgendaPage:
    head: Head
    lines: tuple[DayLine, ...]
    everything: bool
    past: int
    page: Page[Row]


def agenda_of(actor: Actor, work: Round) -> Agenda:
    """The agenda as it goes in the reader's own unit, without what belongs to other rounds."""
    found = adopted(work.adoption)
    path = actor.held.unit_path if actor.held is not None else ""
    if not path.startswith(work.unit.path):
        path = work.unit.path
    agendas = Agendas(work, found)
    whole = agendas.at(path)
    rows = tuple(row for row in whole.rows if row.period is None or agendas.is_ours(row.period))
    return with_effects_named(replace(whole, rows=rows), found.process)


def agenda_page(
    actor: Actor, work: Round, *, now: datetime, everything: bool, page: int
) -> AgendaPage:
    """From today on, or all of it; the undated come last."""
    rows = agenda_of(actor, work).rows
    today = now.astimezone(CHINA).date()
    coming = [row for row in rows if row.ends is None or day_of(row.ends) >= today]
    shown = Paginator(rows if everything else coming, PAGE).get_page(page)
    return AgendaPage(
        head=head(actor, work, now=now),
        lines=tuple(_line(row, now=now) for row in shown.object_list),
        everything=everything,
        past=len(rows) - len(coming),
        page=shown,
    )


def _line(row: Row, *, now: datetime) -> DayLine:
    today = now.astimezone(CHINA).date()
    first = None if row.starts is None else day_of(row.starts)
    last = None if row.ends is None else day_of(row.ends)
    runs = last is not None and last >= today and (first is None or first <= today)
    ends = None if row.kind in NO_DEADLINES else row.ends
    return DayLine(
        days=days_in_words(row),
        kind=KINDS[row.kind],
        deed=deed_in_words(row),
        who=row.who,
        remarks=remarks_in_words(replace(row, clauses=())),
        skipped=skipped(first, last),
        left=due(moment_until(ends), DueUnit.WORKING_DAYS, now=now)
        if runs and ends is not None
        else None,
        is_over=last is not None and last < today,
    )
