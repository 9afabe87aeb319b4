"""Reviews as their assessors see them: what is to be assessed, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import F

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import Refused
from kaocheng.access.review import own_reviews, rounds_at_work, subjects_to_open
from kaocheng.access.scope import one
from kaocheng.engine.exact import exact_text
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import adopted
from kaocheng.queries.review_content import Content, content_of
from kaocheng.queries.review_evidence import Item, evidence_of, self_marks_of
from kaocheng.queries.review_form import Cells, Layout, Row, rows_of
from kaocheng.queries.review_gate import shut_reasons
from kaocheng.queries.review_people import Raters, rating_holders
from kaocheng.queries.review_words import periods_asked, shown_name
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Review
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.task import DueUnit

PAGE = 50
MOST_OWN = 50
TO_DO, DONE = "todo", "done"
FILTERS = (TO_DO, DONE)
OPEN_STATES = (ReviewState.OPEN, ReviewState.RETURNED)


@dataclass(frozen=True)
class QueueLine:
    """One review of the reader's."""

    id: int
    title: str
    name: str
    round_title: str
    state: str
    state_label: str
    due: Due | None
    returned_because: str
    submitted_at: datetime | None


@dataclass(frozen=True)
class Queue:
    lines: tuple[QueueLine, ...]
    chosen: str
    counts: Mapping[str, int]
    page: Page[Review]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def queue(actor: Actor, *, now: datetime, chosen: str, page: int) -> Queue:
    """What the reader has to assess, the returned first, then by due time; or what they have."""
    rows = own_reviews(actor)
    counts = {
        TO_DO: rows.filter(state__in=OPEN_STATES).count(),
        DONE: rows.exclude(state__in=OPEN_STATES).count(),
    }
    if chosen == DONE:
        shown_rows = rows.exclude(state__in=OPEN_STATES).order_by("-submitted_at", "-pk")
    else:
        open_rows = rows.filter(state__in=OPEN_STATES)
        shown_rows = open_rows.order_by("-state", F("due_at").asc(nulls_last=True), "pk")
    paginator = Paginator(
        shown_rows.select_related("round__adoption__scheme", "round__adoption__unit", "subject"),
        PAGE,
    )
    paginator.count = counts[chosen]
    shown = paginator.get_page(page)
    lines = tuple(_line(row, now=now) for row in shown.object_list)
    return Queue(lines=lines, chosen=chosen, counts=counts, page=shown)


def _line(review: Review, *, now: datetime) -> QueueLine:
    is_open = review.state in OPEN_STATES
    return QueueLine(
        id=review.pk,
        title=adopted(review.round.adoption).register(review.register).title,
        name=shown_name(review),
        round_title=review.round.title,
        state=review.state,
        state_label=str(ReviewState(review.state).label),
        due=due(review.due_at, DueUnit.DAYS, now=now) if is_open else None,
        returned_because=review.returned_because,
        submitted_at=review.submitted_at,
    )


@dataclass(frozen=True)
class OwnLine:
    """A rating that the reader may give without being asked; `review_id` where it is open."""

    round_id: int
    round_title: str
    register: str
    title: str
    subject_id: int
    name: str
    period: str
    period_title: str


def own_to_open(actor: Actor, *, now: datetime) -> tuple[OwnLine, ...]:
    """What the titles of the reader let them assess: their own, their unit's, whom they lead."""
    found: list[OwnLine] = []
    rounds = rounds_at_work(actor).select_related("adoption__scheme", "adoption__unit")
    for round_ in rounds.order_by("-starts_on", "pk"):
        at_work = adopted(round_.adoption)
        for register in at_work.ledgers:
            roles = Layout.roles_of(at_work, register.id)
            if register.kind != "review" or register.secret or roles.is_peer:
                continue
            holders = rating_holders(at_work, register.id)
            rows = subjects_to_open(actor, round_, holders).filter(roster=roles.roster)
            listed = rows.select_related("unit").order_by("pinyin", "pk")[:MOST_OWN]
            today = now.astimezone(CHINA).date()
            raters = Raters(at_work, register.id, on=today)
            mine = set(
                own_reviews(actor)
                .filter(round=round_, register=register.id)
                .values_list("subject", "period")
            )
            found += [
                OwnLine(
                    round_.pk,
                    round_.title,
                    register.id,
                    register.title,
                    row.pk,
                    row.name,
                    period,
                    title,
                )
                for row in listed
                if not raters.tie(row, actor.person_id or 0)
                for period, title in periods_asked(at_work, round_, roles, on=today)
                if (row.pk, period) not in mine
            ]
    return tuple(found)


@dataclass(frozen=True)
class Part:
    """A line of the form with what belongs beside it."""

    row: Row
    evidence: tuple[Item, ...]
    # What the subject gave itself; empty until the reader's own mark is saved.
    self_mark: str
    is_saved: bool


@dataclass(frozen=True)
class ReviewPage:
    """A review as its assessor fills it in."""

    id: int
    title: str
    name: str
    period: str
    round_title: str
    state: str
    state_label: str
    is_blind: bool
    due: Due | None
    returned_because: str
    submitted_at: datetime | None
    layout: Layout
    parts: tuple[Part, ...]
    shut: tuple[str, ...]
    missing: int
    sum: str
    full: str
    taken: int
    hides_self_marks: bool
    note: str
    is_running: bool
    is_in_person: bool

    @property
    def may_write(self) -> bool:
        return self.state in OPEN_STATES and self.is_running and not self.shut

    @property
    def may_submit(self) -> bool:
        return self.may_write and self.is_in_person

    @property
    def count(self) -> int:
        return len(self.parts)

    @property
    def done(self) -> int:
        return sum(1 for part in self.parts if part.is_saved)

    @property
    def has_evidence(self) -> bool:
        return any(part.evidence for part in self.parts)

    @property
    def has_self_marks(self) -> bool:
        return any(part.self_mark for part in self.parts)


def own_review(actor: Actor, review_id: int) -> Review:
    """One of the reader's own, with all that its form needs."""
    rows = own_reviews(actor).select_related(
        "round__adoption__scheme", "round__adoption__unit", "subject__unit", "assessor", "unit"
    )
    return one(rows, review_id)


def review_page(
    actor: Actor,
    review_id: int,
    *,
    now: datetime,
    typed: Cells | None = None,
    problems: Mapping[str, Refused] | None = None,
) -> ReviewPage:
    """The form with what is saved, or with what was just typed and what is wrong with it."""
    review = own_review(actor, review_id)
    content = content_of(review, on=now.astimezone(CHINA).date())
    cells = review.draft if typed is None else typed
    is_open = review.state in OPEN_STATES
    is_running = review.round.state == RoundState.RUNNING
    layout = content.layout
    wrong = problems if problems is not None else layout.problems(cells) if is_open else {}
    full = layout.full
    self_marks = self_marks_of(review, content)
    return ReviewPage(
        id=review.pk,
        title=layout.roles.register.title,
        name=shown_name(review),
        period=_period(review, content),
        round_title=review.round.title,
        state=review.state,
        state_label=str(ReviewState(review.state).label),
        is_blind=review.is_blind,
        due=due(review.due_at, DueUnit.DAYS, now=now) if is_open else None,
        returned_because=review.returned_because,
        submitted_at=review.submitted_at,
        layout=layout,
        parts=_parts(review, content, cells, wrong, self_marks),
        shut=_shut(review, content) if is_open and is_running else (),
        missing=len(layout.missing(cells)),
        sum=exact_text(layout.sum(cells)) if layout.mark and not layout.is_single else "",
        full=exact_text(full) if full is not None and not layout.is_single else "",
        taken=len(content.taken),
        hides_self_marks=bool(self_marks) and is_open,
        note=layout.roles.register.note,
        is_running=is_running,
        is_in_person=actor.helper is None,
    )


def _period(review: Review, content: Content) -> str:
    if not content.layout.roles.period:
        return ""
    periods = content.found.periods
    return next((one.title for one in periods if one.id == review.period), review.period)


def _shut(review: Review, content: Content) -> tuple[str, ...]:
    return shut_reasons(
        review.round,
        content.found,
        review.register,
        review.subject,
        content.rater,
        period=review.period,
    )


def _parts(
    review: Review,
    content: Content,
    cells: Cells,
    wrong: Mapping[str, Refused],
    self_marks: Mapping[str, str],
) -> tuple[Part, ...]:
    """Against anchoring, what the subject gave itself stands beside lines that are saved."""
    evidence = evidence_of(review, content)
    incomplete = {line.code for line, _ in content.layout.missing(review.draft)}
    incomplete |= {name.rpartition(".")[0] for name in content.layout.problems(review.draft)}
    return tuple(
        Part(
            row,
            evidence.get(row.line.code, ()),
            self_marks.get(row.line.code, "") if is_saved else "",
            is_saved,
        )
        for row in rows_of(content.layout, cells, wrong)
        for is_saved in [row.line.code in review.draft and row.line.code not in incomplete]
    )
