"""考核进度: the phases with their clock, and how far everybody in the reader's area is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.round import own_groups
from kaocheng.access.scope import one, units
from kaocheng.engine.process.entries import Duty
from kaocheng.queries.round import (
    COUNT_DONE,
    COUNT_MISSED,
    COUNT_OPEN,
    Figures,
    Head,
    Phase,
    figures_of,
    head,
    phases_of,
)
from kaocheng.queries.round_course import Course, owed_in_sight
from kaocheng.queries.round_events import tellable
from kaocheng.queries.round_past import PastDuty, past_duties
from kaocheng.queries.task_board import ROWS_UNDER
from kaocheng.records.models import Obligation, Round, Unit
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
MISSED, UNDONE, DONE = "missed", "open", "done"
FILTERS = {"": Q(), MISSED: Q(missed__gt=0), UNDONE: Q(open__gt=0), DONE: Q(open=0)}


@dataclass(frozen=True)
class Step:
    """A phase with what is done in it."""

    phase: Phase
    figures: Figures


@dataclass(frozen=True)
class BoardRow:
    """A unit or a subject; `cells`: title of each phase, and what is done in it."""

    name: str
    unit_id: int
    subject_id: int
    note: str
    figures: Figures
    cells: tuple[tuple[str, Figures], ...]


@dataclass(frozen=True)
class Board:
    head: Head
    steps: tuple[Step, ...]
    figures: Figures
    # The unit whose rows are shown, and what the rows are.
    unit_id: int
    unit_name: str
    row_name: str
    are_units: bool
    columns: tuple[str, ...]
    rows: tuple[BoardRow, ...]
    chosen: str
    counts: Mapping[str, int]
    page: Page[Any]
    mine: int
    may_tell: bool
    past: tuple[PastDuty, ...]


def board(
    actor: Actor, work: Round, *, now: datetime, unit_id: int = 0, chosen: str = "", page: int = 1
) -> Board:
    """The phases, then the units under the reader's (or one of them), else their subjects."""
    top = _top(actor, unit_id)
    course = Course(work, now)
    phases = phases_of(course.agendas, top.path if top else work.unit.path, now=now)
    owed = owed_in_sight(actor, course)
    if top is not None:
        owed = owed.filter(Q(unit__path__startswith=top.path) | Q(round__unit=F("unit")))
    by_phase = _by_phase(owed, course)
    columns = tuple(one for one in phases if by_phase[one.id].total)
    place = Place(owed, course.duties, {one.id: one.title for one in columns})
    under = _under(actor, top, owed)
    shown, rows, counts = (
        _unit_rows(place, under, chosen, page) if under else _subject_rows(place, chosen, page)
    )
    own_head = head(actor, work, now=now)
    return Board(
        head=own_head,
        steps=tuple(Step(one, by_phase[one.id]) for one in phases),
        figures=figures_of(owed),
        unit_id=top.pk if top else 0,
        unit_name=top.name if top else "",
        row_name=str(UnitKind(under[0].kind).label) if under else "",
        are_units=bool(under),
        columns=tuple(one.title for one in columns),
        rows=rows,
        chosen=chosen if chosen in FILTERS else "",
        counts=counts,
        page=shown,
        mine=len(own_groups(actor, work)),
        may_tell=bool(tellable(actor, work)),
        past=past_duties(course) if own_head.runs and not own_head.is_over else (),
    )


@dataclass(frozen=True)
class Place:
    """What is owed in the reader's area, and by which phase it is counted."""

    owed: OwnedQuerySet[Obligation]
    duties: Mapping[str, Duty]
    columns: Mapping[str, str]  # titles by phase

    def cells(self, own: _Sum) -> tuple[tuple[str, Figures], ...]:
        return tuple((title, own.figures(name)) for name, title in self.columns.items())

    def column(self, duty: str) -> str:
        found = self.duties.get(duty)
        return "" if found is None else found.within


@dataclass
class _Sum:
    """Counts that grow: by phase, and all together under the empty name."""

    done: defaultdict[str, int]
    open: defaultdict[str, int]
    missed: defaultdict[str, int]

    @classmethod
    def empty(cls) -> _Sum:
        return cls(defaultdict(int), defaultdict(int), defaultdict(int))

    def add(self, phase: str, state: str, count: int) -> None:
        for name in {phase, ""}:
            if state in (State.DONE, State.LATE):
                self.done[name] += count
            elif state != State.DROPPED:
                self.open[name] += count
                self.missed[name] += count if state == State.MISSED else 0

    def figures(self, name: str = "") -> Figures:
        return Figures(self.done[name], self.open[name], self.missed[name])


def _top(actor: Actor, unit_id: int) -> Unit | None:
    """The unit asked for, or the reader's own; none for who sees only themselves."""
    held = actor.held
    if held is None:
        raise NotYours
    if not actor.may(Permission.CHASE_TASKS):
        return None
    return one(units(actor, Permission.CHASE_TASKS), unit_id or held.unit_id)


def _by_phase(owed: OwnedQuerySet[Obligation], course: Course) -> defaultdict[str, Figures]:
    sums = _Sum.empty()
    for duty, state, count in owed.values_list("duty", "state").annotate(Count("pk")).order_by():
        found = course.duties.get(duty)
        sums.add(found.within if found else "", state, count)
    figures: defaultdict[str, Figures] = defaultdict(Figures)
    for name in {*sums.done, *sums.open} - {""}:
        figures[name] = sums.figures(name)
    return figures


def _under(actor: Actor, top: Unit | None, owed: OwnedQuerySet[Obligation]) -> list[Unit]:
    """The units that stand in the rows: of the first kind under `top` of which some owe."""
    if top is None:
        return []
    kinds = [kind for kind in ROWS_UNDER.get(top.kind, ()) if kind != UnitKind.GROUP]
    below = units(actor, Permission.CHASE_TASKS).filter(
        path__startswith=top.path, kind__in=kinds, closes_on=None
    )
    listed = list(below.order_by("pinyin", "pk"))
    owing = set(owed.values_list("unit__path", flat=True).distinct().order_by())
    for kind in kinds:
        rows = [
            unit
            for unit in listed
            if unit.kind == kind and any(path.startswith(unit.path) for path in owing)
        ]
        if rows:
            return rows
    return []


def _unit_rows(
    place: Place, under: list[Unit], chosen: str, page: int
) -> tuple[Page[Any], tuple[BoardRow, ...], Mapping[str, int]]:
    ids = {unit.pk: unit for unit in under}
    sums: dict[int, _Sum] = {unit.pk: _Sum.empty() for unit in under}
    grouped = place.owed.values_list("unit__path", "duty", "state").annotate(Count("pk"))
    for path, duty, state, count in grouped.order_by():
        row = next((int(part) for part in path.split("/") if part and int(part) in ids), 0)
        if row:
            sums[row].add(place.column(duty), state, count)
    rows = [(unit, sums[unit.pk]) for unit in under]
    rows.sort(key=lambda pair: -pair[1].figures().missed)  # stable: pinyin among equals
    counts = _counts(pair[1].figures() for pair in rows)
    wanted = [pair for pair in rows if _is(chosen, pair[1].figures())]
    shown: Page[Any] = Paginator(wanted, PAGE).get_page(page)
    return (
        shown,
        tuple(
            BoardRow(
                name=unit.name,
                unit_id=unit.pk,
                subject_id=0,
                note="",
                figures=own.figures(),
                cells=place.cells(own),
            )
            for unit, own in wanted[shown.start_index() - 1 if wanted else 0 : shown.end_index()]
        ),
        counts,
    )


def _subject_rows(
    place: Place, chosen: str, page: int
) -> tuple[Page[Any], tuple[BoardRow, ...], Mapping[str, int]]:
    """Whom it is owed for, those with something missed first, in pages of the database."""
    grouped = (
        place.owed.filter(subject__isnull=False)
        .values("subject", "subject__name", "subject__pinyin", "unit__name")
        .annotate(done=COUNT_DONE, open=COUNT_OPEN, missed=COUNT_MISSED)
        .filter(Q(done__gt=0) | Q(open__gt=0))
    )
    all_counts = [Figures(one["done"], one["open"], one["missed"]) for one in grouped.order_by()]
    wanted = grouped.filter(FILTERS.get(chosen, Q()))
    ordered = wanted.order_by("-missed", "subject__pinyin", "subject")
    shown: Page[Any] = Paginator(ordered, PAGE).get_page(page)
    listed = list(shown.object_list)
    sums: defaultdict[int, _Sum] = defaultdict(_Sum.empty)
    ids = [row["subject"] for row in listed]
    states = place.owed.filter(subject__in=ids).values_list("subject", "duty", "state")
    for subject, duty, state, count in states.annotate(Count("pk")).order_by():
        assert subject is not None
        sums[subject].add(place.column(duty), state, count)
    rows = tuple(
        BoardRow(
            name=row["subject__name"],
            unit_id=0,
            subject_id=row["subject"],
            note=row["unit__name"],
            figures=sums[row["subject"]].figures(),
            cells=place.cells(sums[row["subject"]]),
        )
        for row in listed
    )
    return shown, rows, _counts(all_counts)


def _is(chosen: str, figures: Figures) -> bool:
    return {
        MISSED: figures.missed > 0,
        UNDONE: figures.open > 0,
        DONE: figures.open == 0 and figures.done > 0,
    }.get(chosen, True)


def _counts(all_figures: Iterable[Figures]) -> Mapping[str, int]:
    listed = list(all_figures)
    return {name or "all": sum(_is(name, one) for one in listed) for name in FILTERS}
