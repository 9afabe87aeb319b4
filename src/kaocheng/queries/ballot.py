"""Ballots as voters and as the office see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.ballot import ballots_to_hold, ballots_to_vote, own_voters, rounds_to_hold
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import one, units
from kaocheng.queries.adopted import adopted
from kaocheng.queries.ballot_form import (
    FEW,
    Asked,
    Papers,
    answer_of,
    asked_of,
    passes,
    rule_words,
    secret_tables,
)
from kaocheng.queries.review_form import Cells, Row, rows_of
from kaocheng.queries.review_roles import Roles
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Ballot, BallotPaper, BallotVoter, Round, Subject
from kaocheng.records.models.review import BallotState
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
MOST_UNITS = 300
MOST_NAMES = 100


@dataclass(frozen=True)
class BallotLine:
    """A ballot in a list; `has_voted` of the reader's own."""

    id: int
    title: str
    round_title: str
    is_open: bool
    is_secret: bool
    has_voted: bool
    due: Due | None
    voted: int = 0
    members: int = 0


@dataclass(frozen=True)
class Ballots:
    lines: tuple[BallotLine, ...]
    page: Page[Ballot]


def ballots_of_mine(actor: Actor, *, now: datetime, page: int) -> Ballots:
    """Those in which the reader votes, the open ones first."""
    voted = own_voters(actor).filter(ballot=OuterRef("pk"), has_voted=True)
    rows = ballots_to_vote(actor).annotate(voted=Exists(voted))
    return _listed(rows.order_by("-state", "closes_at", "-pk"), now=now, page=page)


def ballots_of_office(actor: Actor, *, now: datetime, page: int) -> Ballots:
    """Those that the reader's unit holds, with how many have voted."""
    rows = ballots_to_hold(actor).annotate(
        voted=Count("voters", filter=Q(voters__has_voted=True)), listed=Count("voters")
    )
    return _listed(rows.order_by("-state", "-pk"), now=now, page=page)


def _listed(rows: OwnedQuerySet[Ballot], *, now: datetime, page: int) -> Ballots:
    shown = Paginator(rows.select_related("round"), PAGE).get_page(page)
    lines = tuple(
        BallotLine(
            row.pk,
            row.title,
            row.round.title,
            is_open(row, now),
            row.is_secret,
            bool(row.voted),  # type: ignore[attr-defined]  # annotated
            due(row.closes_at, DueUnit.DAYS, now=now) if is_open(row, now) else None,
            int(row.voted),  # type: ignore[attr-defined]  # annotated
            int(getattr(row, "listed", 0)),
        )
        for row in shown.object_list
    )
    return Ballots(lines, shown)


def is_open(ballot: Ballot, now: datetime) -> bool:
    is_over = ballot.closes_at is not None and ballot.closes_at <= now
    return ballot.state == BallotState.OPEN and not is_over


@dataclass(frozen=True)
class PaperPart:
    """What is asked about one subject, row by row."""

    subject_id: int
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class VotePage:
    """A ballot as a voter sees it."""

    id: int
    title: str
    round_title: str
    is_open: bool
    has_voted: bool
    is_vote: bool
    voters: int
    due: Due | None
    parts: tuple[PaperPart, ...]
    answer: str
    asked: Asked

    @property
    def is_weak(self) -> bool:
        return self.voters < FEW


def vote_page(
    actor: Actor,
    ballot_id: int,
    *,
    now: datetime,
    paper: Papers | None = None,
    problems: Mapping[str, Refused] | None = None,
) -> VotePage:
    """The paper to be filled in, with what was just typed."""
    ballot = one(_whole(ballots_to_vote(actor)), ballot_id)
    voter = own_voters(actor).filter(ballot=ballot).first()
    asked = asked_of(ballot)
    sent = paper or {}
    return VotePage(
        id=ballot.pk,
        title=ballot.title,
        round_title=ballot.round.title,
        is_open=is_open(ballot, now) and ballot.round.state == RoundState.RUNNING,
        has_voted=voter is not None and voter.has_voted,
        is_vote=asked.layout is None,
        voters=ballot.members,
        due=due(ballot.closes_at, DueUnit.DAYS, now=now),
        parts=_parts(asked, sent, problems or {}),
        answer=answer_of(sent),
        asked=asked,
    )


def _parts(asked: Asked, sent: Papers, problems: Mapping[str, Refused]) -> tuple[PaperPart, ...]:
    if asked.layout is None:
        return ()
    found = []
    for subject in asked.subjects:
        start = f"{subject.pk}."
        wrong = {n.removeprefix(start): p for n, p in problems.items() if n.startswith(start)}
        rows = rows_of(asked.layout, sent.get(str(subject.pk), {}), wrong)
        found.append(PaperPart(subject.pk, subject.name, rows))
    return tuple(found)


@dataclass(frozen=True)
class CountPage:
    """A ballot as the office sees it: who has voted (never what), and the count when it is over."""

    ballot: Ballot
    round_title: str
    is_open: bool
    voted: int
    waiting: tuple[str, ...]
    waiting_count: int
    rule: str
    passed: bool | None
    papers: tuple[tuple[str, str], ...]

    @property
    def is_weak(self) -> bool:
        return self.ballot.is_secret and self.ballot.members < FEW

    @property
    def abstained(self) -> int:
        return self.ballot.valid - self.ballot.in_favour - self.ballot.against


def count_page(actor: Actor, ballot_id: int) -> CountPage:
    ballot = one(_whole(ballots_to_hold(actor)), ballot_id)
    asked = asked_of(ballot)
    voters = BallotVoter.objects.unscoped("the office sees who is still to vote").filter(
        ballot=ballot
    )
    waiting = voters.filter(has_voted=False)
    is_closed = ballot.state == BallotState.CLOSED
    names = waiting.order_by("person__pinyin", "pk").values_list("person__name", flat=True)
    return CountPage(
        ballot=ballot,
        round_title=ballot.round.title,
        is_open=not is_closed,
        voted=voters.filter(has_voted=True).count(),
        waiting=tuple(names[:MOST_NAMES]) if not is_closed else (),
        waiting_count=waiting.count(),
        rule=rule_words(asked.found, asked.vote),
        passed=passes(asked.found, asked.vote, ballot) if is_closed else None,
        papers=_papers(ballot, asked) if is_closed else (),
    )


def _papers(ballot: Ballot, asked: Asked) -> tuple[tuple[str, str], ...]:
    """(short number, what it says) in the order of the random numbers."""
    names = {str(subject.pk): subject.name for subject in asked.subjects}
    found = []
    for paper in BallotPaper.objects.filter(ballot=ballot).order_by("pk")[:MOST_NAMES]:
        says = answer_of(paper.values) or "；".join(
            f"{names.get(key, '')}：{_texts(cells)}" for key, cells in paper.values.items()
        )
        found.append((str(paper.pk)[:8], says))
    return tuple(found)


def _texts(cells: Cells) -> str:
    return "、".join(text for own in cells.values() for text in own.values())


@dataclass(frozen=True)
class NewBallot:
    """What can be put to the vote in a round, and by whom."""

    round_id: int
    round_title: str
    abouts: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    subjects: tuple[tuple[str, str], ...]


def new_ballot(actor: Actor, round_id: int) -> NewBallot:
    rows = rounds_to_hold(actor).select_related("adoption__scheme", "adoption__unit")
    round_ = one(rows, round_id)
    found = adopted(round_.adoption)
    votes = [(f"vote:{vote.id}", vote.title) for vote in found.process.votes]
    tables = [(f"register:{name}", title) for name, title in secret_tables(found)]
    rosters = [
        Roles.of(found.pack, found.register(name)).roster for name, _ in secret_tables(found)
    ]
    subjects = Subject.objects.unscoped("of a round of the reader's own unit").filter(
        adoption=found.adoption, roster__in=rosters, has_left=False
    )
    below = units(actor, Permission.SEE_UNIT).filter(closes_on=None)
    return NewBallot(
        round_.pk,
        round_.title,
        (*votes, *tables, ("vote:", "其他表决")),
        tuple((str(pk), name) for pk, name in _names(below.values_list("pk", "name"))),
        tuple((str(pk), name) for pk, name in _names(subjects.values_list("pk", "name"))),
    )


def _names(rows: object) -> list[tuple[int, str]]:
    return list(rows.order_by("name", "pk")[:MOST_UNITS])  # type: ignore[attr-defined]  # a queryset


def rounds_for_ballots(actor: Actor) -> tuple[Round, ...]:
    """The running rounds in which the reader's unit may call a vote."""
    rows = rounds_to_hold(actor).filter(state=RoundState.RUNNING)
    return tuple(rows.order_by("-starts_on", "pk")[:PAGE])


def _whole(rows: OwnedQuerySet[Ballot]) -> OwnedQuerySet[Ballot]:
    return rows.select_related(
        "round__adoption__scheme", "round__adoption__unit", "unit", "subject"
    )
