"""派评: who assesses whom, by hand, as the scheme's titles say, or among peers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.access.review import Office
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.obligation import reviews_asked
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import cancel
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_pairs import CIRCLE, EVERYBODY, RANDOM, pairs, too_few
from kaocheng.queries.review_people import Raters, names_of
from kaocheng.queries.review_scope import Assigning, assigning, review_to_assign
from kaocheng.queries.review_words import blind_code, is_open_round, period_asked
from kaocheng.records.models import Review, Round, Subject, Task
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.task import TaskState

TITLES = "titles"
WAYS = (TITLES, CIRCLE, RANDOM, EVERYBODY)
MOST_PEERS = 20
MOST_REVIEWS = 20_000
LIVE = (ReviewState.OPEN, ReviewState.RETURNED, ReviewState.SUBMITTED, ReviewState.CHECKED)
# Subject and the id of the person who is to assess it.
Wanted = tuple[Subject, int]


@dataclass(frozen=True)
class Asking:
    """What is asked for alike in every review."""

    round: Round
    found: Adopted
    register: str
    period: str
    is_blind: bool
    due_at: datetime | None


@action("review.assign")
def assign_review(
    act: Act,
    *,
    round_id: int,
    register: str,
    subject_id: int,
    assessor_ids: Sequence[int],
    period: str = "",
    is_blind: bool = False,
    due_at: datetime | None = None,
) -> Answer:
    """Ask some people to assess one subject; who is tied to it is refused."""
    table, raters = _at_work(act, round_id, register)
    round_, found = table.round, table.found
    subject = table.subjects().filter(pk=subject_id, roster=raters.roles.roster)
    assessed = subject.select_related("unit").first()
    if assessed is None or not set(assessor_ids) <= set(raters.candidates(assessed)):
        raise NotYours
    if not assessor_ids:
        raise Refused("W63", field="由谁评")
    for person_id in assessor_ids:
        refuse_tie(raters, assessed, person_id)
    wanted = [(assessed, person_id) for person_id in assessor_ids]
    period = period_asked(found, round_, raters.roles, period, on=raters.on)
    asking = Asking(round_, found, register, period, is_blind, due_at)
    made = _ask(act, asking, wanted)
    act.audit(round_, register=register, subject=subject_id, assigned=len(made))
    return Answer.of(round_, count=len(made))


@action("review.assign_all")
def assign_all_reviews(
    act: Act,
    *,
    round_id: int,
    register: str,
    way: str = TITLES,
    count: int = 1,
    seed: str = "",
    within_units: bool = True,
    period: str = "",
    is_blind: bool = False,
    due_at: datetime | None = None,
) -> Answer:
    """Ask for all subjects at once, in a fixed number of statements.

    By the titles: each bearer for whom nothing stands against it. Among peers: see
    `queries.review_pairs`; the seed goes into the log, so that the draw can be repeated.
    """
    table, raters = _at_work(act, round_id, register)
    round_, found = table.round, table.found
    if way == TITLES:
        wanted, tied = _by_titles(raters)
    else:
        wanted, tied = _among_peers(raters, way, count, seed, within_units=within_units), 0
    if not wanted:
        raise Refused("K66", why="没有找到可以评的人" if not tied else "找到的人都须回避")
    if len(wanted) > MOST_REVIEWS:
        raise Refused("K66", why=f"一次最多派 {MOST_REVIEWS} 份，现在要派 {len(wanted)} 份")
    period = period_asked(found, round_, raters.roles, period, on=raters.on)
    asking = Asking(round_, found, register, period, is_blind, due_at)
    made = _ask(act, asking, wanted)
    act.audit(
        round_,
        register=register,
        way=way,
        seed=seed if way == RANDOM else "",
        count=count,
        assigned=len(made),
        tied=tied,
    )
    return Answer.of(round_, count=len(made), tied=tied)


@action("review.reassign")
def reassign_review(act: Act, *, review_id: int, assessor_id: int) -> Answer:
    """Another person assesses instead; what was handed in already is returned, not reassigned."""
    rows = review_to_assign(act.actor, review_id).select_related("subject__unit")
    review = act.lock(rows, review_id)
    refuse_about_oneself(act, review)
    table, raters = _at_work(act, review.round_id, review.register)
    round_, found = table.round, table.found
    if review.state not in (ReviewState.OPEN, ReviewState.RETURNED):
        raise Refused("K60", state=ReviewState(review.state).label)
    if assessor_id not in raters.candidates(review.subject):
        raise NotYours
    refuse_tie(raters, review.subject, assessor_id)
    withdraw(act, review)
    wanted = [(review.subject, assessor_id)]
    asking = Asking(round_, found, review.register, review.period, review.is_blind, review.due_at)
    made = _ask(act, asking, wanted)
    return Answer.of(made[0] if made else review)


def refuse_about_oneself(act: Act, review: Review) -> None:
    """Nobody has a hand in what others rate of them; needs the subject."""
    if act.actor.person_id is not None and review.subject.person_id == act.actor.person_id:
        raise Refused("K67")


def withdraw(act: Act, review: Review) -> None:
    """The locked review is somebody else's from now on; its task is cancelled."""
    review.state = ReviewState.WITHDRAWN
    act.keep(review, "state")
    cancel(act, review)


def _at_work(act: Act, round_id: int, register: str) -> tuple[Assigning, Raters]:
    rows = Office(act.actor).rounds()
    round_ = act.lock(rows.select_related("adoption__scheme", "adoption__unit", "unit"), round_id)
    table = assigning(act.actor, round_, register)
    is_open_round(round_)
    on = act.at.astimezone(CHINA).date()
    return table, Raters(table.found, register, on=on, below=table.path)


def refuse_tie(raters: Raters, subject: Subject, person_id: int) -> None:
    """回避: K62 where something stands against this person assessing the subject."""
    why = raters.tie(subject, person_id)
    if why:
        name = names_of([person_id])[person_id].name
        raise Refused("K62", who=name, subject=subject.name, why=why)


def _by_titles(raters: Raters) -> tuple[list[Wanted], int]:
    """Whoever bears the title for each subject; how many were left out for a tie."""
    wanted: list[Wanted] = []
    tied = 0
    for subject in raters.subjects():
        for person_id in raters.bearers(subject):
            if raters.tie(subject, person_id):
                tied += 1
            else:
                wanted.append((subject, person_id))
    return wanted, tied


def _among_peers(
    raters: Raters, way: str, count: int, seed: str, *, within_units: bool
) -> list[Wanted]:
    if way not in WAYS or not 1 <= count <= MOST_PEERS:
        raise Refused("K66", why=f"每人评几个，要填 1 至 {MOST_PEERS}")
    if way == RANDOM and not seed.strip():
        raise Refused("W63", field="随机种子")
    groups = raters.peers(within_units=within_units)
    if way != EVERYBODY and (few := too_few(map(len, groups), count=count)):
        raise Refused("K66", why=f"有 {few} 个单位人数不够每人评 {count} 个")
    return [
        (assessed, assessor)
        for group in groups
        for (_, assessor), (assessed, _) in pairs(group, way=way, count=count, seed=seed)
    ]


def _ask(act: Act, asking: Asking, wanted: Iterable[Wanted]) -> list[Review]:
    """The reviews that were not asked for yet, each with a task; those taken away come back."""
    wanted = list(wanted)
    subjects = {subject.pk: subject for subject, _ in wanted}
    there = {
        (one.subject_id, one.assessor_id): one
        for one in Review.objects.unscoped("what was asked for already").filter(
            round=asking.round,
            register=asking.register,
            period=asking.period,
            subject__in=subjects,
        )
    }
    asked_for = list(dict.fromkeys((subject.pk, person) for subject, person in wanted))
    new = [
        _review(act, asking, subjects[one], who)
        for one, who in asked_for
        if (one, who) not in there
    ]
    again = [there[one] for one in asked_for if one in there]
    again = [review for review in again if review.state == ReviewState.WITHDRAWN]
    Review.objects.bulk_create(new)
    _reopen(again, asking)
    made = [*new, *again]
    for review in made:
        act.audit(review, register=asking.register, state=review.state)
    owe_reviews(act, asking.found, made, subjects)
    reviews_asked(act, asking.round, asking.register)
    return made


def _review(act: Act, asking: Asking, subject: Subject, person_id: int) -> Review:
    return Review(
        round=asking.round,
        register=asking.register,
        subject=subject,
        period=asking.period,
        assessor_id=person_id,
        unit=subject.unit,
        is_blind=asking.is_blind,
        due_at=asking.due_at,
        made_at=act.at,
    )


def _reopen(reviews: Sequence[Review], asking: Asking) -> None:
    for review in reviews:
        review.state = ReviewState.OPEN
        review.is_blind, review.due_at = asking.is_blind, asking.due_at
        review.version += 1
    if reviews:
        Review.objects.unscoped("they were just found").bulk_update(
            reviews, ["state", "is_blind", "due_at", "version"]
        )


def owe_reviews(
    act: Act, found: Adopted, reviews: Sequence[Review], subjects: Mapping[int, Subject]
) -> None:
    """A task for each review and one letter for each assessor, in a fixed number of statements."""
    title = found.register(reviews[0].register).title if reviews else ""
    ids = [str(review.pk) for review in reviews]
    before = {
        task.source_id: task
        for task in Task.objects.unscoped("tasks of reviews that come back").filter(
            source_kind="review", source_id__in=ids
        )
    }
    new: list[Task] = []
    for review in reviews:
        subject = subjects[review.subject_id]
        name = blind_code(review) if review.is_blind else subject.name
        task = before.get(str(review.pk))
        if task is None:
            task = Task(source_kind="review", source_id=str(review.pk), made_at=act.at)
            new.append(task)
        task.person_id, task.unit = review.assessor_id, subject.unit
        task.title, task.why = f"{title}：{name}"[:80], found.adoption.title[:160]
        task.page, task.verb = f"/reviews/{review.pk}", "去评"
        task.due_at, task.state, task.closed_at = review.due_at, TaskState.OPEN, None
    Task.objects.bulk_create(new)
    again = list(before.values())
    for task in again:
        task.version += 1
    if again:
        fields = ["person", "unit", "title", "why", "page", "verb", "due_at", "state"]
        Task.objects.unscoped("they were just found").bulk_update(
            again, [*fields, "closed_at", "version"]
        )
    for task in (*new, *again):
        act.audit(task, state=task.state)
    _tell(act, title, reviews)


def _tell(act: Act, title: str, reviews: Sequence[Review]) -> None:
    counts = Counter(review.assessor_id for review in reviews)
    last = {review.assessor_id: review for review in reviews}
    tell_each(
        act,
        [
            Letter(
                person_id,
                f"请您评价：{title}，{count} 份"[:80],
                f"reviews-asked-{last[person_id].pk}-{last[person_id].version}",
                page="/reviews",
            )
            for person_id, count in sorted(counts.items())
            if person_id != act.actor.person_id
        ],
    )
