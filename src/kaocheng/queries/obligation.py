"""Obligations as people read them: what is overdue, what is mine, one with all about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import F, Q

from kaocheng.access.actor import Actor
from kaocheng.access.holding import Owner
from kaocheng.access.refusal import NotYours
from kaocheng.access.round import SOURCE, own_groups
from kaocheng.access.scope import one
from kaocheng.engine.process.rows import what_of
from kaocheng.queries.obligation_state import NOT_BEGUN, by_hand, counted_in, is_final
from kaocheng.queries.round import Head, head
from kaocheng.queries.round_course import Course, owed_in_sight, waiting_for
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Obligation, Person, Review, Round, Unit
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

PAGE = MOST_WAITING = 50
WORKING_DAYS = DueUnit.WORKING_DAYS
TO_WRITE = (ReviewState.OPEN, ReviewState.RETURNED)
WHY = "named to whoever sees the obligation"
TONES = {
    State.OPEN: "in",
    State.DONE: "ok",
    State.LATE: "wa",
    State.MISSED: "no",
}
ICONS = {State.SHUT: "lock", State.DROPPED: "minus"}


@dataclass(frozen=True)
class Line:
    """One obligation; `page` is where it is done."""

    id: int
    # What is chased: the kind and id of the source of its tasks.
    matter: tuple[str, int]
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
class Mine:
    """`waiting`: the first of what the reader will owe later, of `waiting_count`."""

    of: Lines
    waiting: tuple[Line, ...]
    waiting_count: int

    @property
    def page(self) -> Page[Obligation]:
        return self.of.page


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
    first = rows.select_related("subject", "unit", "entry").first()
    if first is None or first.subject is None:
        raise NotYours
    lines = _lines(actor, course, rows.exclude(state=State.DROPPED), page=page)
    return SubjectLines(first.subject.name, first.unit.name, lines)


def mine(actor: Actor, work: Round, *, now: datetime, page: int = 1) -> Mine:
    """What the reader has to do in the round, what is due first standing first; then what waits."""
    course = Course(work, now)
    condition = Q(pk__in=())
    for duty, period in own_groups(actor, work):
        condition |= Q(duty=duty, period=period)
    rows = (
        owed_in_sight(actor, course).filter(condition).filter(state__in=(State.OPEN, State.MISSED))
    )
    ids = [row.pk for row in rows.select_related("subject", "entry") if _is_own(actor, course, row)]
    waiting = waiting_for(actor, course)
    later = _in_order(waiting)[:MOST_WAITING]
    return Mine(
        of=_lines(actor, course, rows.filter(pk__in=ids), page=page, mine=True),
        waiting=tuple(_line(course, row, {}, now=now) for row in later),
        waiting_count=waiting.count(),
    )


def whole(actor: Actor, work: Round, obligation_id: int, *, now: datetime) -> Whole:
    course = Course(work, now)
    row = one(
        owed_in_sight(actor, course).select_related("subject", "unit", "entry"), obligation_id
    )
    duty = course.duties.get(row.duty)
    top = head(actor, work, now=now)
    owners = () if duty is None else tuple(course.owners(row)[0])
    own = _is_own(actor, course, row) and row.state in (State.OPEN, State.MISSED)
    effect = None if duty is None else course.effect(row)
    return Whole(
        head=top,
        line=_line(course, row, {}, now=now),
        what="" if duty is None else what_of(duty),
        who="" if duty is None else duty.who,
        owners=_names(owners),
        begins_at=row.begins_at,
        otherwise=effect.title if effect else "" if duty is None else duty.otherwise,
        clauses=() if duty is None else tuple(one.rule for one in duty.clauses if one.rule),
        escalated_to=()
        if duty is None
        else tuple(step.goes_to for step in duty.escalate[: row.escalated]),
        may_excuse=top.runs
        and not top.is_over
        and not is_final(row)
        and row.state not in (State.DONE, State.LATE),
        may_finish=own and duty is not None and by_hand(duty),
    )


def _matters(course: Course, rows: Sequence[Obligation]) -> dict[int, tuple[str, int]]:
    """By obligation, what its tasks come from: the first of its duty and period, or a review."""
    listed = Obligation.objects.unscoped("only which names the matter").filter(
        round=course.work, entry=None
    )
    firsts = {
        (duty, period): pk
        for duty, period, pk in listed.order_by("duty", "period", "pk")
        .distinct("duty", "period")
        .values_list("duty", "period", "pk")
    }
    reviews = Review.objects.unscoped("which review is being chased").filter(
        round=course.work, subject__in={row.subject_id for row in rows}, state__in=TO_WRITE
    )
    asked = {
        (register, subject): pk
        for register, subject, pk in reviews.values_list("register", "subject", "pk")
    }
    found: dict[int, tuple[str, int]] = {}
    for row in rows:
        duty = course.duties.get(row.duty)
        review = asked.get((duty.register, row.subject_id or 0)) if duty is not None else None
        first = row.pk if row.entry_id else firsts.get((row.duty, row.period), row.pk)
        found[row.pk] = ("review", review) if review is not None else (SOURCE, first)
    return found


def _is_own(actor: Actor, course: Course, row: Obligation) -> bool:
    """Whether the reader is one of those who owe it, in person or by their office."""
    duty, held = course.duties.get(row.duty), actor.held
    if duty is None or held is None:
        return False
    return any(
        owner.person_id == actor.person_id
        if owner.person_id is not None
        else owner.unit_id == held.unit_id
        for owners in course.owners(row)
        for owner in owners
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
    shown = Paginator(_in_order(rows), PAGE).get_page(page)
    matters = _matters(course, list(shown.object_list))
    return Lines(
        head=head(actor, course.work, now=course.now),
        lines=tuple(
            _line(course, row, matters, now=course.now, mine=mine) for row in shown.object_list
        ),
        duties=tuple(
            (duty.id, duty.title) for duty in course.duties.values() if duty.id in present
        ),
        chosen=chosen if chosen in present else "",
        page=shown,
    )


def _in_order(rows: OwnedQuerySet[Obligation]) -> OwnedQuerySet[Obligation]:
    return rows.select_related("subject", "unit", "entry").order_by(
        F("due_at").asc(nulls_last=True), "subject__pinyin", "pk"
    )


def _line(
    course: Course,
    row: Obligation,
    matters: Mapping[int, tuple[str, int]],
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
        matter=matters.get(row.pk, (SOURCE, row.pk)),
        title=row.title,
        about=row.subject.name if row.subject is not None else "",
        unit_name=row.unit.name,
        period=titles.get(row.period, row.period),
        due=due(row.due_at, counted_in(duty) if row.entry_id else WORKING_DAYS, now=now),
        state=row.state,
        state_words=row.because if is_late else str(state.label),
        tone=TONES.get(state, ""),
        icon=ICONS.get(state, ""),
        because="" if is_late else row.because,
        done=min(row.done_count, row.needed),
        needed=row.needed,
        page=_page(course, row) if can_do else "",
        may_finish=can_do and duty is not None and by_hand(duty),
    )


def _page(course: Course, row: Obligation) -> str:
    """Where it is done; empty where one only says that it is."""
    if row.entry_id is not None:
        return f"/rounds/{course.work.pk}/tickets/{row.entry_id}"
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
