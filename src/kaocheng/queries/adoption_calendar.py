"""The days of an adoption: who owes what by when, as the process is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.documents.agenda import (
    days_in_words,
    deed_in_words,
    remarks_in_words,
    with_effects_named,
)
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import Head, head_of, seen
from kaocheng.queries.amendment import change_title, coming_of

PAGE = 50


@dataclass(frozen=True)
class AgendaLine:
    days: str
    who: str
    deed: str
    remarks: str


@dataclass(frozen=True)
class CalendarPage:
    head: Head
    lines: tuple[AgendaLine, ...]
    page: Page[Any]
    coming: tuple[str, ...]


def calendar_page(actor: Actor, adoption_id: int, *, page: int, now: datetime) -> CalendarPage:
    """Who owes what by which day, as the adoption stands; one query."""
    found = seen(actor, adoption_id)
    agenda = with_effects_named(agenda_of(found, now=now), found.process)
    shown = Paginator(agenda.rows, PAGE).get_page(page)
    lines = tuple(
        AgendaLine(days_in_words(row), row.who, deed_in_words(row), remarks_in_words(row))
        for row in shown.object_list
    )
    coming = tuple(
        f"{change_title(found, name)}，{later.sentence}"
        for name, later in coming_of(found).items()
        if name.startswith("dates.")
    )
    return CalendarPage(head_of(actor, found.adoption, now=now), lines, shown, coming)


def agenda_of(found: Adopted, *, now: datetime) -> Agenda:
    """The process on its days; from the day of approval, or today, where it names no day itself."""
    given = {
        "parameters": found.parameters,
        "periods": found.periods,
        "calendar": mainland_calendar(),
        "titles": {one.id: one.title for one in found.pack.parameters.values()}
        | dict(found.pack.period_kinds),
    }
    agenda = lay_out(found.process, **given)  # type: ignore[arg-type]  # each as it is named
    if agenda.start is not None:
        return agenda
    since = found.adoption.approved_at or now
    return lay_out(found.process, start=since.astimezone(CHINA).date(), **given)  # type: ignore[arg-type]  # each as it is named
