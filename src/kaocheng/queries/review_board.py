"""派评: what the office sees of a table of ratings: subjects, assessors, load, and the marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from kaocheng.access.actor import Actor
from kaocheng.access.review import Office
from kaocheng.access.scope import one
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.review_form import Layout
from kaocheng.queries.review_gate import over_load
from kaocheng.queries.review_people import Raters, names_of
from kaocheng.queries.review_scope import (
    Assigning,
    assigning,
    assigning_holders,
    review_to_assign,
)
from kaocheng.queries.review_words import period_shown, periods_asked
from kaocheng.records.models import Review, Subject
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import RoundState

PAGE = 50
MOST_CANDIDATES = 200
CELLS = 10
DONE = (ReviewState.SUBMITTED, ReviewState.CHECKED)


@dataclass(frozen=True)
class TableLine:
    """A table of ratings in a round, with how far it is."""

    round_id: int
    round_title: str
    register: str
    title: str
    asked: int
    done: int


def tables_to_assign(actor: Actor) -> tuple[TableLine, ...]:
    """Every table of ratings that the reader's office assigns by; two queries, three at most."""
    office = Office(actor)
    rounds = list(
        office.rounds()
        .exclude(state=RoundState.ARCHIVED)
        .select_related("adoption__scheme", "adoption__unit", "unit")
        .order_by("-starts_on", "pk")
    )
    counted = {
        (round_id, register): (asked, done)
        for round_id, register, asked, done in office.all_reviews()
        .filter(round__in=rounds)
        .exclude(state=ReviewState.WITHDRAWN)
        .order_by()
        .values_list("round", "register")
        .annotate(asked=Count("pk"), done=Count("pk", filter=Q(state__in=DONE)))
    }
    return tuple(
        TableLine(
            round_.pk,
            round_.title,
            register.id,
            register.title,
            *counted.get((round_.pk, register.id), (0, 0)),
        )
        for round_ in rounds
        for found in [adopted(round_.adoption)]
        for register in found.ledgers
        if register.kind == "review" and not register.secret
        if office.assigns(round_, assigning_holders(found, register.id))
    )


@dataclass(frozen=True)
class Asked:
    """One review as the office lists it."""

    id: int
    assessor: str
    state: str
    state_label: str
    is_late: bool


@dataclass(frozen=True)
class SubjectLine:
    id: int
    name: str
    unit_name: str
    reviews: tuple[Asked, ...]


@dataclass(frozen=True)
class Load:
    """How much one assessor has; `over`: what the scheme says against so much."""

    name: str
    asked: int
    done: int
    over: str

    @property
    def cells(self) -> tuple[tuple[int, str], ...]:
        """(where it stands, how dark it is) of ten cells: done, asked for, free."""
        full = max(self.asked, CELLS)
        tones = ["1"] * self.done + ["0.6"] * (self.asked - self.done)
        tones += ["0.12"] * (full - self.asked)
        return tuple((20 * at, tones[at * full // CELLS]) for at in range(CELLS))


@dataclass(frozen=True)
class Board:
    round_id: int
    round_title: str
    register: str
    title: str
    is_peer: bool
    is_running: bool
    lines: tuple[SubjectLine, ...]
    loads: tuple[Load, ...]
    asked: int
    done: int
    nobody: int
    periods: tuple[tuple[str, str], ...]
    period: str
    shown: str
    page: Page[Subject]


def board(
    actor: Actor,
    round_id: int,
    register: str,
    *,
    now: datetime,
    shown: str,
    page: int,
    period: str = "",
) -> Board:
    """Who assesses whom in a period, a page of subjects, and everybody's load."""
    table = table_of(actor, round_id, register)
    round_, found = table.round, table.found
    roles = Layout.roles_of(found, register)
    periods = periods_asked(found, round_, roles, on=now.astimezone(CHINA).date())
    chosen = period_shown(periods, period, round_.period)
    every = table.reviews().filter(period=chosen)
    live = every.exclude(state=ReviewState.WITHDRAWN)
    subjects = table.subjects().filter(roster=roles.roster)
    unasked = subjects.exclude(pk__in=live.values("subject"))
    rows = unasked if shown == "nobody" else subjects
    paginator = Paginator(rows.select_related("unit").order_by("pinyin", "pk"), PAGE)
    listed = paginator.get_page(page)
    here = live.filter(subject__in=[row.pk for row in listed.object_list])
    of_subject: defaultdict[int, list[Asked]] = defaultdict(list)
    for review in here.select_related("assessor").order_by("pk"):
        of_subject[review.subject_id].append(asked_line(review, now=now))
    counts = live.aggregate(asked=Count("pk"), done=Count("pk", filter=Q(state__in=DONE)))
    return Board(
        round_id=round_.pk,
        round_title=round_.title,
        register=register,
        title=found.register(register).title,
        is_peer=roles.is_peer,
        is_running=round_.state == RoundState.RUNNING,
        lines=tuple(
            SubjectLine(row.pk, row.name, row.unit.name, tuple(of_subject[row.pk]))
            for row in listed.object_list
        ),
        loads=_loads(found, register, live, now=now),
        asked=counts["asked"],
        done=counts["done"],
        nobody=unasked.count(),
        periods=periods,
        period=chosen,
        shown=shown,
        page=listed,
    )


def asked_line(review: Review, *, now: datetime) -> Asked:
    is_open = review.state not in DONE
    return Asked(
        review.pk,
        review.assessor.name,
        review.state,
        str(ReviewState(review.state).label),
        is_open and review.due_at is not None and review.due_at <= now,
    )


def _loads(found: Adopted, register: str, live: object, *, now: datetime) -> tuple[Load, ...]:
    rows = Counter[int]()
    done = Counter[int]()
    for assessor, state in live.order_by().values_list("assessor", "state"):  # type: ignore[attr-defined]  # a queryset
        rows[assessor] += 1
        done[assessor] += state in DONE
    people = names_of(rows)
    over = _over(found, register, rows, now=now)
    return tuple(
        Load(people[pk].name, count, done[pk], over.get(pk, ""))
        for pk, count in sorted(rows.items(), key=lambda one: (-one[1], people[one[0]].pinyin))
    )[:MOST_CANDIDATES]


def _over(
    found: Adopted, register: str, people: Iterable[int], *, now: datetime
) -> Mapping[int, str]:
    """What the scheme says against somebody's load, asked only where assessors are listed."""
    raters = Raters(found, register, on=now.astimezone(CHINA).date())
    if not raters.rater_roster or raters.rater_roster == raters.roles.roster:
        return {}
    rows = {pk: row for pk in people if (row := raters.row(pk)) is not None}
    said = over_load(found, register, rows.values()) if rows else {}
    return {pk: said[row.pk] for pk, row in rows.items() if row.pk in said}


def table_of(actor: Actor, round_id: int, register: str) -> Assigning:
    rows = Office(actor).rounds().select_related("adoption__scheme", "adoption__unit", "unit")
    return assigning(actor, one(rows, round_id), register)


def office_review(actor: Actor, review_id: int) -> Review:
    """A review that the reader's office assigns, for saying what to do with it."""
    rows = review_to_assign(actor, review_id).select_related("subject", "assessor", "round")
    return one(rows, review_id)
