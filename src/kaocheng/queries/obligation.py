"""Obligations as people read them: what is overdue, what is mine, one with all about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import F, Q

from kaocheng.access.actor import Actor
from kaocheng.access.holding import Owner
from kaocheng.access.refusal import NotYours
from kaocheng.access.round import own_groups
from kaocheng.access.scope import one
from kaocheng.engine.process.rows import what_of
from kaocheng.queries.obligation_state import NOT_BEGUN, by_hand, is_final
from kaocheng.queries.round import Head, head
from kaocheng.queries.round_course import Course, owed_in_sight
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Obligation, Person, Round, Unit
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
WHY = "named to whoever sees the obligation"
_TONES = {
    State.OPEN: "in",
    State.DONE: "ok",
    State.LATE: "wa",
    State.MISSED: "no",
}
_ICONS = {State.SHUT: "lock", State.DROPPED: "minus"}


@dataclass(frozen=True)
class Line:
    """One obligation; `page` is where it is done."""

    id: int
    matter: int
    title: str
    about: str
    unit_name: str
    period: str
    due: Due | None
    state: str
    state_words: str
    tone: str
    icon: str
    because: str
    done: int
    needed: int
    page: str = ""
    may_finish: bool = False

    @property
    def is_in_pieces(self) -> bool:
        return self.needed > 1


@dataclass(frozen=True)
class Lines:
    head: Head
    lines: tuple[Line, ...]
    duties: tuple[tuple[str, str], ...]
    chosen: str
    page: Page[Obligation]


@dataclass(frozen=True)
class SubjectLines:
    name: str
    unit_name: str
    of: Lines

    @property
    def page(self) -> Page[Obligation]:
        return self.of.page


@dataclass(frozen=True)
class Whole:
    """One obligation with who owes it, the clause behind it, and what follows otherwise."""

    head: Head
    line: Line
    what: str
    who: str
    owners: tuple[str, ...]
    begins_at: datetime | None
    otherwise: str
    clauses: tuple[str, ...]
    escalated_to: tuple[str, ...]
    may_excuse: bool
    may_finish: bool


def overdue(actor: Actor, work: Round, *, now: datetime, duty: str = "", page: int = 1) -> Lines:
    """What was missed in the reader's area, the oldest first."""
    course = Course(work, now)
    rows = owed_in_sight(actor, course).filter(
        Q(state=State.MISSED) | Q(state=State.OPEN, due_at__lte=now)
    )
    present = set(rows.values_list("duty", flat=True).distinct().order_by())
    if duty in present:
        rows = rows.filter(duty=duty)
    return _lines(actor, course, rows, page=page, present=present, chosen=duty)


def of_subject(
    actor: Actor, work: Round, subject_id: int, *, now: datetime, page: int = 1
) -> SubjectLines:
    """All that is owed for one subject; refused where nothing of it is in sight."""
    course = Course(work, now)
    rows = owed_in_sight(actor, course).filter(subject=subject_id)
    first = rows.select_related("subject", "unit").first()
    if first is None or first.subject is None:
        raise NotYours
    lines = _lines(actor, course, rows.exclude(state=State.DROPPED), page=page)
    return SubjectLines(first.subject.name, first.unit.name, lines)


def mine(actor: Actor, work: Round, *, now: datetime, page: int = 1) -> Lines:
    """What the reader has to do in the round, what is due first standing first."""
    course = Course(work, now)
    condition = Q(pk__in=())
    for duty, period in own_groups(actor, work):
        condition |= Q(duty=duty, period=period)
    rows = (
        owed_in_sight(actor, course)
        .filter(condition)
        .exclude(state__in=(State.DROPPED, State.DONE, State.LATE))
    )
    ids = [row.pk for row in rows.select_related("subject") if _is_own(actor, course, row)]
    return _lines(actor, course, rows.filter(pk__in=ids), page=page, mine=True)


def whole(actor: Actor, work: Round, obligation_id: int, *, now: datetime) -> Whole:
    course = Course(work, now)
    row = one(owed_in_sight(actor, course).select_related("subject", "unit"), obligation_id)
    duty = course.duties.get(row.duty)
    top = head(actor, work, now=now)
    owners = () if duty is None else course.bearers.owners(duty.who, row.subject, row.unit_id)
    own = _is_own(actor, course, row) and row.state in (State.OPEN, State.MISSED)
    effect = None if duty is None else course.effect(row)
    return Whole(
        head=top,
        line=_line(course, row, _firsts(work), now=now),
        what="" if duty is None else what_of(duty),
        who="" if duty is None else duty.who,
        owners=_names(owners),
        begins_at=row.begins_at,
        otherwise=effect.title if effect else "" if duty is None else duty.otherwise,
        clauses=() if duty is None else tuple(one.rule for one in duty.clauses if one.rule),
        escalated_to=()
        if duty is None
        else tuple(step.goes_to for step in duty.escalate[: row.escalated]),
        may_excuse=top.runs and not is_final(row) and row.state not in (State.DONE, State.LATE),
        may_finish=own and duty is not None and by_hand(duty),
    )


def _firsts(work: Round) -> dict[tuple[str, str], int]:
    """By duty and period: the obligation that names the matter of its tasks."""
    rows = Obligation.objects.unscoped("only which names the matter").filter(round=work)
    listed = rows.order_by("duty", "period", "pk").distinct("duty", "period")
    return {(duty, period): pk for duty, period, pk in listed.values_list("duty", "period", "pk")}


def _is_own(actor: Actor, course: Course, row: Obligation) -> bool:
    """Whether the reader is one of those who owe it, in person or by their office."""
    duty, held = course.duties.get(row.duty), actor.held
    if duty is None or held is None:
        return False
    phrases = (duty.who, *(step.goes_to for step in duty.escalate[: row.escalated]))
    return any(
        owner.person_id == actor.person_id
        if owner.person_id is not None
        else owner.unit_id == held.unit_id
        for phrase in phrases
        for owner in course.bearers.owners(phrase, row.subject, row.unit_id)
    )


def _lines(
    actor: Actor,
    course: Course,
    rows: OwnedQuerySet[Obligation],
    *,
    page: int,
    present: Collection[str] = (),
    chosen: str = "",
    mine: bool = False,
) -> Lines:
    ordered = rows.select_related("subject", "unit").order_by(
        F("due_at").asc(nulls_last=True), "subject__pinyin", "pk"
    )
    shown = Paginator(ordered, PAGE).get_page(page)
    firsts = _firsts(course.work)
    return Lines(
        head=head(actor, course.work, now=course.now),
        lines=tuple(
            _line(course, row, firsts, now=course.now, mine=mine) for row in shown.object_list
        ),
        duties=tuple(
            (duty.id, duty.title) for duty in course.duties.values() if duty.id in present
        ),
        chosen=chosen if chosen in present else "",
        page=shown,
    )


def _line(
    course: Course,
    row: Obligation,
    firsts: Mapping[tuple[str, str], int],
    *,
    now: datetime,
    mine: bool = False,
) -> Line:
    duty = course.duties.get(row.duty)
    state = State(row.state)
    is_late = state == State.SHUT and row.because == NOT_BEGUN
    titles = {one.id: one.title for one in course.found.periods}
    can_do = mine and duty is not None and state in (State.OPEN, State.MISSED)
    return Line(
        id=row.pk,
        matter=firsts.get((row.duty, row.period), row.pk),
        title=row.title,
        about=row.subject.name if row.subject is not None else "",
        unit_name=row.unit.name,
        period=titles.get(row.period, row.period),
        due=due(row.due_at, DueUnit.WORKING_DAYS, now=now),
        state=row.state,
        state_words=row.because if is_late else str(state.label),
        tone=_TONES.get(state, ""),
        icon=_ICONS.get(state, ""),
        because="" if is_late else row.because,
        done=min(row.done_count, row.needed),
        needed=row.needed,
        page=_page(course, row) if can_do else "",
        may_finish=can_do and duty is not None and by_hand(duty),
    )


def _page(course: Course, row: Obligation) -> str:
    """Where it is done; empty where one only says that it is."""
    register = course.duties[row.duty].register
    if not register:
        return ""
    if course.found.register(register).kind == "review":
        return "/reviews"
    return f"/registers/{course.work.adoption_id}/{register}"


def _names(owners: tuple[Owner, ...]) -> tuple[str, ...]:
    people = Person.objects.unscoped(WHY).in_bulk(
        {one.person_id for one in owners if one.person_id is not None}
    )
    places = Unit.objects.unscoped(WHY).in_bulk({one.unit_id for one in owners})
    return tuple(
        people[one.person_id].name if one.person_id is not None else places[one.unit_id].name
        for one in owners
    )
