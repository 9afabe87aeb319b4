"""演练: a whole round of a scheme, day by day on a clock of its own, of which nothing remains.

Units and people are made up for the rosters of the scheme's example; its entries are written on
their days. What is found on the way is told at the end; the transaction is rolled back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from django.db import transaction

from kaocheng.access.actor import By, system
from kaocheng.access.refusal import Refused
from kaocheng.actions.entry_write import New, write_entries
from kaocheng.actions.fact_load import load_subjects
from kaocheng.actions.obligation import finish, move_round, tickets_touched
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.rehearsal_cast import Stage
from kaocheng.actions.rehearsal_result import freeze
from kaocheng.actions.round import archive_round, note_event, start_round
from kaocheng.actions.round_ticket import note_ticket
from kaocheng.actions.scheme import keep_scheme
from kaocheng.engine.process.clocks import ServiceClock
from kaocheng.engine.text_table import TextTable
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.adopted import Adopted, example_tables
from kaocheng.queries.obligation_state import by_hand
from kaocheng.queries.round_agenda import Agendas
from kaocheng.queries.round_course import Memory
from kaocheng.queries.ticket_clocks import Tickets, clocks_of, registers_of_events
from kaocheng.records.models import (
    Consequence,
    Entry,
    Message,
    Obligation,
    Round,
    SchemeVersion,
    Subject,
    Task,
)
from kaocheng.records.models.round import ObligationState

WHY = "a rehearsal owns everything that it has made"
MORNING, EVENING = time(8), time(20)
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
# What nobody dates happens so many days after the start, one after the other.
FIRST_EVENT, NEXT_EVENT = 5, 3
# Of what is done by hand every so manieth is left undone, to see what follows.
LEFT_UNDONE = 3


@dataclass
class Report:
    """What came of it; `problems` is empty where all went as it should."""

    scheme: str
    first: date
    last: date
    days: int = 0
    entries: int = 0
    events: int = 0
    subjects: int = 0
    obligations: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    escalated: int = 0
    messages: int = 0
    consequences: int = 0
    results: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def rehearse(folder: Path, *, days: int | None = None) -> Report:
    """Walk through the round of the scheme in `folder`, at most so many days; nothing is kept.

    Raises the engine's `Refused` where the scheme has an error.
    """
    source = CLOCK.source
    try:
        with transaction.atomic():
            report = _rehearse(folder, days)
            transaction.set_rollback(True)
    finally:
        CLOCK.source = source
    return report


def _rehearse(folder: Path, days: int | None) -> Report:
    kept = keep_scheme(system(CLOCK.now()), folder=folder)
    version = SchemeVersion.objects.get(pk=kept.id)
    stage = Stage(version)
    found = stage.adopt()
    tables = example_tables(version)
    first = _first_day(found, tables)
    _at(first)
    subjects = _subjects(stage, found, tables)
    officer = stage.actor(stage.officer)
    started = start_round(
        By(officer, CLOCK.now()),
        adoption_id=found.adoption.pk,
        period=_widest(found),
        title=f"{found.adoption.title}（演练）"[-120:],
        starts_on=first,
    )
    walk = Walk(stage, found, Round.objects.unscoped(WHY).get(pk=started.id), tables, subjects)
    return walk.through(first, days)


@dataclass
class Walk:
    """Day by day through one round."""

    stage: Stage
    found: Adopted
    work: Round
    tables: Mapping[str, TextTable]
    subjects: Mapping[tuple[str, str], Subject]
    memory: Memory = field(default_factory=Memory)
    # The days on which the agenda changes something by itself.
    falling: set[date] = field(default_factory=set)
    looked_at: datetime | None = None

    def through(self, first: date, days: int | None) -> Report:
        entries = self._entries(first)
        events = self._events(first)
        self.falling = {first, *self._agenda_days(first)}
        dated = sorted({*entries, *events, *self.falling})
        if days is not None:
            dated = [day for day in dated if day < first + timedelta(days=days)] or [first]
        report = Report(self.found.pack.scheme.title, first, dated[-1], len(dated))
        report.subjects = len(self.subjects)
        # What comes after the last day on which something falls is written on that day.
        for day in (*entries, *events):
            if day > dated[-1]:
                entries.setdefault(dated[-1], []).extend(entries.pop(day, []))
                events.setdefault(dated[-1], []).extend(events.pop(day, []))
        for day in dated:
            try:
                self._one_day(day, entries.get(day, []), events.get(day, []), report)
            except Refused as problem:
                report.problems.append(f"{day}：{problem}")
        self._end(report)
        return report

    def _one_day(
        self, day: date, entries: list[tuple[str, New]], events: list[str], report: Report
    ) -> None:
        now = _at(day)
        if day in self.falling:
            self._move(now)
        if entries:
            _write(system(now), found=self.found, rows=entries)
            report.entries += len(entries)
        officer = self.stage.actor(self.stage.officer)
        for name in events:
            note_event(By(officer, now), round_id=self.work.pk, name=name)
            report.events += 1
        new = self._untold(entries)
        self._tell(By(officer, now), new, [one.starts for one in self.clocks.values()], report)
        now = _at(day, EVENING)
        ended = [one for one in new if one.pk % LEFT_UNDONE]
        self._tell(By(officer, now), ended, [one.stops for one in self.clocks.values()], report)
        if self.looked_at is None or now - self.looked_at > ONE_WEEK:
            self._move(now)
        self._finish_by_hand(now)

    @cached_property
    def clocks(self) -> Mapping[str, ServiceClock]:
        return clocks_of(self.found)

    def _untold(self, entries: list[tuple[str, New]]) -> list[Entry]:
        """Tickets of the day: entries for which the scheme keeps time and nothing was told yet."""
        registers = {register for register, _ in entries}
        timed = {one.duty.register for one in self.clocks.values()} & registers
        rows = Entry.objects.unscoped(WHY).filter(
            adoption=self.found.adoption, register__in=timed, events=None
        )
        return list(rows.order_by("pk")) if timed else []

    def _tell(self, by: By, tickets: list[Entry], names: list[str], report: Report) -> None:
        """What the tickets do not say themselves."""
        told = registers_of_events(self.found)
        clocks = Tickets(Agendas(self.work, self.found), by.at)
        for ticket in tickets:
            for name in dict.fromkeys(names):
                if told[name] == ticket.register and name not in clocks.told(ticket):
                    note_ticket(by, round_id=self.work.pk, entry_id=ticket.pk, name=name)
                    report.events += 1

    def _move(self, now: datetime) -> None:
        self.looked_at = now
        move_round(system(now), round_id=self.work.pk, memory=self.memory)

    def _finish_by_hand(self, now: datetime) -> None:
        """Done on the last day by whoever owes it, most of them."""
        duties = {one.id for one in self.found.process.duties if by_hand(one)}
        rows = Obligation.objects.unscoped(WHY).filter(
            round=self.work,
            duty__in=duties,
            state=ObligationState.OPEN,
            due_at__gt=now,
            due_at__lte=now + ONE_DAY,
        )
        for row in rows.order_by("pk"):
            owner = self.stage.owner_of(row) if row.pk % LEFT_UNDONE else None
            if owner is not None:
                finish(By(owner, now), obligation_id=row.pk)

    def _end(self, report: Report) -> None:
        last = report.last + ONE_DAY
        now = _at(last)
        self._move(now)
        officer = self.stage.actor(self.stage.officer)
        report.results, problems = freeze(By(officer, now), self.work, self.tables)
        report.problems += problems
        rows = Obligation.objects.unscoped(WHY).filter(round=self.work)
        report.obligations = Counter(rows.values_list("state", flat=True))
        report.escalated = rows.filter(escalated__gt=0).count()
        tasks = Task.objects.unscoped(WHY).filter(
            source_kind="obligation",
            source_id__in=[str(pk) for pk in rows.values_list("pk", flat=True)],
        )
        report.tasks = Counter(tasks.values_list("state", flat=True))
        report.messages = (
            Message.objects.unscoped(WHY).filter(person__in=self.stage.people.values()).count()
        )
        report.consequences = Consequence.objects.unscoped(WHY).filter(round=self.work).count()
        archive_round(By(officer, now), round_id=self.work.pk)
        if tasks.filter(state="open").exists():
            report.problems.append("归档以后还有没有关闭的任务")

    def _agenda_days(self, first: date) -> Iterator[date]:
        """When something begins, is due on its last day, or is over."""
        windows = Agendas(self.work, self.found).windows(self.work.unit.path).values()
        for window in windows:
            for at in (window.begins, window.due, *window.escalations):
                if at is not None:
                    yield max(at.astimezone(CHINA).date(), first)
            if window.due is not None:
                yield max((window.due - timedelta(seconds=1)).astimezone(CHINA).date(), first)

    def _entries(self, first: date) -> dict[date, list[tuple[str, New]]]:
        """The rows of the example on the days that they name, else when their duty opens."""
        opens = self._opens()
        ends = {one.id: one.last for one in self.found.periods}
        listed: dict[date, list[tuple[str, New]]] = {}
        for register in self.found.ledgers:
            shape = self.found.shape(register.id)
            table = self.tables.get(register.id)
            for row in table.rows if table is not None else ():
                assert table is not None
                values = dict(zip(table.header, row.cells, strict=True))
                subject = self.subjects.get((shape.roster, values.get(shape.subject, "")))
                unit = subject.unit if subject is not None else self.work.unit
                dated = shape.spine(values)["date"] or ends.get(values.get(shape.period, ""))
                day = dated if isinstance(dated, date) else opens.get(register.id, first)
                new = New({name: text for name, text in values.items() if text}, unit, subject)
                listed.setdefault(max(day, first), []).append((register.id, new))
        return listed

    def _opens(self) -> dict[str, date]:
        opens: dict[str, date] = {}
        for window in Agendas(self.work, self.found).windows(self.work.unit.path).values():
            if window.begins is not None and window.duty.register:
                opens.setdefault(window.duty.register, window.begins.astimezone(CHINA).date())
        return opens

    def _events(self, first: date) -> dict[date, list[str]]:
        """The events of the process: a posting on its day, the others one after the other.

        Those of tickets come with the tickets.
        """
        process = self.found.process
        of_tickets = registers_of_events(self.found)
        moments = Agendas(self.work, self.found).whole.days
        posted = {one.posted: moments.get(f"{one.id}.from") for one in process.publicity}
        listed: dict[date, list[str]] = {}
        for number, name in enumerate(one for one in process.events if one not in of_tickets):
            later = first + timedelta(days=FIRST_EVENT + NEXT_EVENT * number)
            listed.setdefault(max(posted.get(name) or later, first), []).append(name)
        return listed


@action("rehearsal.write")
def _write(act: Act, *, found: Adopted, rows: list[tuple[str, New]]) -> Answer:
    by_register: dict[str, list[New]] = {}
    for register, new in rows:
        by_register.setdefault(register, []).append(new)
    for register, listed in by_register.items():
        tickets_touched(act, found, write_entries(act, found, register, listed))
    return Answer.of(found.adoption)


@action("rehearsal.fill")
def _fill(act: Act, *, stage: Stage, found: Adopted, tables: Mapping[str, TextTable]) -> Answer:
    load_subjects(act, found, tables, stage.place)
    act.audit(found.adoption)
    return Answer.of(found.adoption)


def _subjects(
    stage: Stage, found: Adopted, tables: Mapping[str, TextTable]
) -> Mapping[tuple[str, str], Subject]:
    _fill(system(CLOCK.now()), stage=stage, found=found, tables=tables)
    rows = Subject.objects.unscoped(WHY).filter(adoption=found.adoption).select_related("unit")
    return {(one.roster, one.key): one for one in rows}


def _first_day(found: Adopted, tables: Mapping[str, TextTable]) -> date:
    """Where the process begins by itself, else with its period, else with its first entry."""
    trial = Round(adoption=found.adoption, unit=found.adoption.unit, starts_on=date(2024, 9, 1))
    own = Agendas(trial, found).own_start
    period = _widest(found)
    starts = [one.first for one in found.periods if one.id == period]
    dated = [
        day
        for register in found.ledgers
        for row in _rows(tables.get(register.id))
        if isinstance(day := found.shape(register.id).spine(row)["date"], date)
    ]
    return min([day for day in (own, *starts) if day is not None] or dated or [trial.starts_on])


def _widest(found: Adopted) -> str:
    """The longest of the periods, the earliest of several."""
    periods = sorted(found.periods, key=lambda one: (one.first - one.last, one.first))
    return periods[0].id if periods else ""


def _rows(table: TextTable | None) -> Iterator[dict[str, str]]:
    for row in table.rows if table is not None else ():
        assert table is not None
        yield dict(zip(table.header, row.cells, strict=True))


def _at(day: date, hour: time = MORNING) -> datetime:
    """Put the product's clock on that day."""
    now = datetime.combine(day, hour, tzinfo=CHINA)
    CLOCK.source = lambda: now
    return now
