"""投票: opened for a list of voters, voted in without a trace of who, closed and counted.

Nobody can join a paper to its voter: the paper bears neither person nor time, the log notes only
that somebody has voted, the request is not remembered by its content, and with every vote all
papers of the ballot are written anew, so that the database's own bookkeeping tells nothing either.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime

from kaocheng.access.account import only_in_person
from kaocheng.access.actor import system
from kaocheng.access.ballot import ballots_to_hold, ballots_to_vote, own_voters, rounds_to_hold
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.scope import units
from kaocheng.actions.entry_write import New, write_entries
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import Owed, cancel, owe_each, settle
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.ballot_form import (
    AGAINST,
    FOR,
    Asked,
    Papers,
    answer_of,
    asked_of,
    minutes_of,
    paper_missing,
    paper_problems,
    passes,
    rule_words,
    secret_tables,
    vote_of,
)
from kaocheng.queries.ballot_people import voters_of
from kaocheng.queries.review_words import is_open_round
from kaocheng.records.models import (
    Ballot,
    BallotPaper,
    BallotVoter,
    Person,
    RoundEvent,
    Subject,
    Unit,
)
from kaocheng.records.models.review import BallotState
from kaocheng.records.scoped import OwnedQuerySet

COUNTS = {
    "members": "应到",
    "present": "实到",
    "sent_out": "发出",
    "came_back": "收回",
    "valid": "有效",
    "in_favour": "赞成",
    "against": "反对",
}
# Each count, and the one that it cannot exceed.
_WITHIN = (
    ("present", "members"),
    ("sent_out", "present"),
    ("came_back", "sent_out"),
    ("valid", "came_back"),
)
MOST_TITLE, MOST_TELLERS, MOST_MINUTES, MOST_COUNT = 120, 80, 20_000, 1_000_000


@action("ballot.open")
def open_ballot(
    act: Act,
    *,
    round_id: int,
    about: str,
    title: str,
    is_secret: bool = True,
    unit_id: int | None = None,
    subject_id: int | None = None,
    closes_at: datetime | None = None,
) -> Answer:
    """`about`: `vote:<id>` of the process or `register:<id>` of a table without names.

    Voters are whom the scheme names, or the people of a unit. A vote in a meeting has no list.
    """
    rows = rounds_to_hold(act.actor).select_related("adoption__scheme", "adoption__unit", "unit")
    round_ = act.lock(rows, round_id)
    is_open_round(round_)
    found = adopted(round_.adoption)
    kind, _, name = about.partition(":")
    _check(found, kind, name, title, closes_at, at=act.at, is_secret=is_secret)
    ballot = Ballot(
        round=round_,
        vote=name if kind == "vote" else "",
        register=name if kind == "register" else "",
        subject=_subject(found, kind, name, subject_id),
        unit=round_.unit,
        title=title.strip(),
        is_secret=is_secret,
        opened_at=act.at,
        closes_at=closes_at,
    )
    if not is_secret:
        act.make(ballot, meeting=True)
        return Answer.of(ballot)
    people = _voters(act, found, ballot, unit_id)
    ballot.members = len(people)
    act.make(ballot, voters=len(people))
    BallotVoter.objects.bulk_create(BallotVoter(ballot=ballot, person=one) for one in people)
    owed = [
        Owed(
            title=f"投票：{ballot.title}"[:80],
            page=f"/ballots/{ballot.pk}",
            unit=ballot.unit,
            person=one,
            why="无记名，查不到是谁投的",
            verb="去投票",
            due_at=closes_at,
        )
        for one in people
    ]
    owe_each(act, ballot, owed)
    return Answer.of(ballot, count=len(people))


@action("ballot.vote")
def vote_in_ballot(act: Act, *, ballot_id: int, paper: Papers) -> Answer:
    """One paper of each voter. To be called without a key: a key would remember what was said."""
    only_in_person(act.actor)
    assert not act.by.key, "what is voted must not be kept under the voter's account"
    ballot = act.lock(_with_round(ballots_to_vote(act.actor)), ballot_id)
    if ballot.state != BallotState.OPEN or _is_over(ballot, act.at) or not ballot.is_secret:
        raise Refused("K69")
    is_open_round(ballot.round)
    mine = own_voters(act.actor).filter(ballot=ballot).values_list("pk", flat=True).first()
    voter = act.lock(own_voters(act.actor), mine)
    if voter.has_voted:
        raise Refused("K68")
    _check_paper(asked_of(ballot), paper)
    voter.has_voted = True
    act.keep(voter, "has_voted")
    _add_paper(ballot, paper)
    settle(act, ballot, person=voter.person)
    return Answer.of(voter)


@action("ballot.close")
def close_ballot(act: Act, *, ballot_id: int) -> Answer:
    """Nobody votes any more: the papers are counted, and those of a table become entries."""
    ballot = act.lock(_with_round(ballots_to_hold(act.actor)), ballot_id)
    if ballot.state != BallotState.OPEN or not ballot.is_secret:
        raise Refused("K69")
    is_open_round(ballot.round)
    asked = asked_of(ballot)
    papers = list(BallotPaper.objects.filter(ballot=ballot).order_by("pk"))
    answers = [answer_of(paper.values) for paper in papers]
    ballot.present = ballot.sent_out = ballot.came_back = ballot.valid = len(papers)
    ballot.in_favour, ballot.against = answers.count(FOR), answers.count(AGAINST)
    if asked.layout is not None:
        _write_papers(act, ballot, asked, [paper.values for paper in papers])
    cancel(act, ballot)
    return _finish(act, ballot, asked)


@action("ballot.count")
def count_ballot(
    act: Act,
    *,
    ballot_id: int,
    counts: Mapping[str, str],
    tellers: str,
    minutes: str = "",
) -> Answer:
    """What the tellers of a meeting counted, once it fits together."""
    ballot = act.lock(_with_round(ballots_to_hold(act.actor)), ballot_id)
    if ballot.state != BallotState.OPEN or ballot.is_secret:
        raise Refused("K69")
    is_open_round(ballot.round)
    numbers = _read_counts(counts, tellers, minutes)
    for name, number in numbers.items():
        setattr(ballot, name, number)
    ballot.tellers, ballot.minutes = tellers.strip(), minutes.strip()
    return _finish(act, ballot, asked_of(ballot))


def _finish(act: Act, ballot: Ballot, asked: Asked) -> Answer:
    passed = passes(asked.found, asked.vote, ballot)
    if not ballot.minutes:
        rule = rule_words(asked.found, asked.vote)
        ballot.minutes = minutes_of(ballot, rule=rule, passed=passed)
    ballot.state, ballot.closed_at = BallotState.CLOSED, act.at
    act.keep(
        ballot,
        *COUNTS,
        "tellers",
        "minutes",
        "state",
        "closed_at",
        counts={name: getattr(ballot, name) for name in COUNTS},
        passed=passed,
    )
    if passed and asked.vote is not None and asked.vote.passed:
        _happened(act, ballot, asked.vote.passed)
    return Answer.of(ballot, passed=passed)


def _happened(act: Act, ballot: Ballot, name: str) -> None:
    """The process waits for the vote: its event of the round, unless it is there already."""
    there = RoundEvent.objects.unscoped("whether it happened before").filter(
        round=ballot.round, name=name, unit=ballot.unit
    )
    if not there.exists():
        event = RoundEvent(
            round=ballot.round,
            name=name,
            unit=ballot.unit,
            happened_at=act.at,
            made_by_id=act.actor.person_id,
        )
        act.make(event, name=name)


def _add_paper(ballot: Ballot, paper: Papers) -> None:
    """All papers anew, in the order of their random numbers: none tells when it was added."""
    before = BallotPaper.objects.filter(ballot=ballot)
    values = [*before.values_list("values", flat=True), {key: dict(v) for key, v in paper.items()}]
    before.delete()
    papers = [BallotPaper(id=uuid.uuid4(), ballot=ballot, values=one) for one in values]
    BallotPaper.objects.bulk_create(sorted(papers, key=lambda one: one.id))


def _write_papers(act: Act, ballot: Ballot, asked: Asked, papers: list[Papers]) -> None:
    """Entries that nobody has entered, in a chance order of their own."""
    layout = asked.layout
    assert layout is not None
    shuffled = list(papers)
    secrets.SystemRandom().shuffle(shuffled)
    roles = layout.roles
    today = act.at.astimezone(CHINA).date().isoformat()
    rows = []
    for number, paper in enumerate(shuffled, start=1):
        for subject in asked.subjects:
            for code, own in paper.get(str(subject.pk), {}).items():
                named = {
                    roles.subject: subject.key,
                    roles.line: code,
                    roles.day: today,
                    roles.period: ballot.round.period,
                    roles.assessor: f"无记名{number}",
                    roles.key: f"B{ballot.pk}-{number}-{subject.pk}-{code}"[:60],
                }
                values = {**own, **{name: text for name, text in named.items() if name}}
                rows.append(New(values, subject.unit, subject))
    nobody = Act(system(act.at), act.name)
    write_entries(nobody, asked.found, ballot.register, rows)
    act.audit_rows += nobody.audit_rows


def _voters(act: Act, found: Adopted, ballot: Ballot, unit_id: int | None) -> list[Person]:
    unit: Unit | None = None
    if unit_id is not None:
        unit = units(act.actor, Permission.SEE_UNIT).filter(pk=unit_id).first()
        if unit is None:
            raise NotYours
    people = voters_of(found, ballot, unit, on=act.at.astimezone(CHINA).date())
    if not people:
        raise Refused("K70")
    return people


def _subject(found: Adopted, kind: str, name: str, subject_id: int | None) -> Subject | None:
    """One of those whom the table is about; none for all of them together, and for a vote."""
    if subject_id is None or kind != "register":
        return None
    roster = found.shape(name).roster
    rows = Subject.objects.unscoped("the round of the actor's own unit was found before")
    subject = rows.filter(pk=subject_id, adoption=found.adoption, roster=roster).first()
    if subject is None:
        raise NotYours
    return subject


def _check(
    found: Adopted,
    kind: str,
    name: str,
    title: str,
    closes_at: datetime | None,
    *,
    at: datetime,
    is_secret: bool,
) -> None:
    problems: dict[str, Refused] = {}
    if not title.strip():
        problems["title"] = Refused("W63", field="名称")
    elif len(title) > MOST_TITLE:
        problems["title"] = Refused("W65", field="名称", most=MOST_TITLE, count=len(title))
    tables = [table for table, _ in secret_tables(found)]
    known = {"vote": name == "" or vote_of(found, name) is not None, "register": name in tables}
    if not known.get(kind, False) or (kind == "register" and not is_secret):
        problems["about"] = Refused("W63", field="投什么")
    if closes_at is not None and closes_at <= at:
        problems["closes_on"] = Refused("K69")
    if problems:
        raise Invalid(problems)


def _check_paper(asked: Asked, paper: Papers) -> None:
    problems = paper_problems(asked, paper)
    if problems:
        raise Invalid(problems)
    missing = paper_missing(asked, paper)
    if missing:
        raise Refused("K59", count=missing, place="页面上标出的一格")


def _read_counts(counts: Mapping[str, str], tellers: str, minutes: str) -> dict[str, int]:
    problems: dict[str, Refused] = {}
    numbers: dict[str, int] = {}
    for name, title in COUNTS.items():
        text = counts.get(name, "").strip()
        if text.isascii() and text.isdigit() and int(text) <= MOST_COUNT:
            numbers[name] = int(text)
        else:
            problems[name] = Refused("K74", field=title)
    for part, whole in _WITHIN:
        a, b = numbers.get(part), numbers.get(whole)
        if a is not None and b is not None and a > b:
            problems[part] = Refused("K71", more=COUNTS[part], a=a, less=COUNTS[whole], b=b)
    if not problems and numbers["in_favour"] + numbers["against"] > numbers["valid"]:
        problems["in_favour"] = Refused(
            "K72",
            favour=numbers["in_favour"],
            against=numbers["against"],
            valid=numbers["valid"],
        )
    if not tellers.strip():
        problems["tellers"] = Refused("W63", field="计票人、监票人")
    elif len(tellers) > MOST_TELLERS:
        problems["tellers"] = Refused(
            "W65", field="计票人、监票人", most=MOST_TELLERS, count=len(tellers)
        )
    if len(minutes) > MOST_MINUTES:
        problems["minutes"] = Refused(
            "W65", field="会议记录", most=MOST_MINUTES, count=len(minutes)
        )
    if problems:
        raise Invalid(problems)
    return numbers


def _is_over(ballot: Ballot, at: datetime) -> bool:
    return ballot.closes_at is not None and ballot.closes_at <= at


def _with_round(rows: OwnedQuerySet[Ballot]) -> OwnedQuerySet[Ballot]:
    return rows.select_related("round__adoption__scheme", "round__adoption__unit", "unit")
