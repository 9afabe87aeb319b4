"""月度核对单 as it is read and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kaocheng.access.actor import Actor
from kaocheng.access.entry import entries_in_sight, may_see_personal, own_sheets, sheets_in_sight
from kaocheng.access.scope import one
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import add_workdays, mainland_calendar
from kaocheng.queries.adopted import adopted
from kaocheng.queries.entry import EntryLine, entry_line
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import MonthlySheet, Setting
from kaocheng.records.models.register import SheetState
from kaocheng.records.models.task import DueUnit

SILENT_DAYS = "sheet_days"
DEFAULT_DAYS = 3
PAGE = 50


@dataclass(frozen=True)
class SheetLine:
    id: int
    title: str
    subject: str
    month: date
    state: str
    state_words: str
    is_mine: bool


@dataclass(frozen=True)
class SheetPage:
    id: int
    title: str
    adoption_title: str
    subject: str
    month: date
    state: str
    state_words: str
    note: str
    answered_at: datetime | None
    entries: tuple[EntryLine, ...]
    may_answer: bool
    days: int
    due: Due | None


def silent_days(unit_id: int) -> int:
    """After how many working days silence confirms, in the unit or in the whole installation."""
    rows = Setting.objects.unscoped("what holds for everybody concerned").filter(name=SILENT_DAYS)
    found = {row.unit_id: row.value for row in rows.filter(unit__in=[unit_id])}
    found = found or {row.unit_id: row.value for row in rows.filter(unit=None)}
    value = next(iter(found.values()), DEFAULT_DAYS)
    return value if isinstance(value, int) and 1 <= value <= 30 else DEFAULT_DAYS


def sheets(actor: Actor, *, only_open: bool = False) -> tuple[SheetLine, ...]:
    """The newest sheets in sight, those to answer first; two queries."""
    rows = sheets_in_sight(actor).select_related("subject", "adoption", "adoption__scheme")
    if only_open:
        rows = rows.filter(state=SheetState.OPEN)
    listed = list(rows.order_by("-month", "-pk")[:PAGE])
    mine = set(
        own_sheets(actor).filter(pk__in=[row.pk for row in listed]).values_list("pk", flat=True)
    )
    lines = [
        SheetLine(
            id=row.pk,
            title=adopted(row.adoption).register(row.register).title,
            subject=row.subject.name,
            month=row.month,
            state=row.state,
            state_words=str(SheetState(row.state).label),
            is_mine=row.pk in mine,
        )
        for row in listed
    ]
    return tuple(sorted(lines, key=lambda line: not (line.is_mine and line.state == "open")))


def sheet_page(actor: Actor, sheet_id: int, *, now: datetime) -> SheetPage:
    rows = sheets_in_sight(actor).select_related(
        "subject", "subject__unit", "adoption", "adoption__unit", "adoption__scheme"
    )
    sheet: MonthlySheet = one(rows, sheet_id)
    found = adopted(sheet.adoption)
    register = found.register(sheet.register)
    after = (sheet.month + timedelta(days=31)).replace(day=1)
    entries = (
        entries_in_sight(actor)
        .filter(
            adoption=sheet.adoption_id,
            register=sheet.register,
            subject=sheet.subject_id,
            date__gte=sheet.month,
            date__lt=after,
        )
        .select_related("subject", "unit", "entered_by")
        .order_by("date", "pk")
    )
    days = silent_days(sheet.adoption.unit_id)
    until = answer_until(sheet.made_at, days)
    is_mine = own_sheets(actor).filter(pk=sheet.pk).exists()
    sees = may_see_personal(
        actor,
        person_id=sheet.subject.person_id,
        unit_path=sheet.subject.unit.path,
        entered_by_id=None,
    )
    return SheetPage(
        id=sheet.pk,
        title=register.title,
        adoption_title=sheet.adoption.title,
        subject=sheet.subject.name,
        month=sheet.month,
        state=sheet.state,
        state_words=str(SheetState(sheet.state).label),
        note=sheet.note if sees else "",
        answered_at=sheet.answered_at,
        entries=tuple(entry_line(actor, found, register, entry) for entry in entries),
        may_answer=is_mine and sheet.state == SheetState.OPEN and actor.helper is None,
        days=days,
        due=due(until, DueUnit.WORKING_DAYS, now=now) if sheet.state == SheetState.OPEN else None,
    )


def answer_until(made_at: datetime, days: int) -> datetime:
    """24:00 of the last working day on which an answer counts."""
    first = made_at.astimezone(CHINA).date()
    last = add_workdays(first, days, calendar=mainland_calendar()).day
    return datetime.combine(last + timedelta(days=1), time(0), tzinfo=CHINA)
