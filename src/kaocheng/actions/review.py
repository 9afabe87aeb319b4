"""评价: opened by whoever owes it, saved, handed in as entries, returned, checked by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.review import (
    own_reviews,
    rounds_at_work,
    subjects_to_open,
)
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.obligation import obligations_touched, reviews_asked
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.review_assignment import refuse_about_oneself, refuse_tie, withdraw
from kaocheng.actions.task import owe, progress, return_task, settle
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.review_content import Content, content_of, rating_values, taken_by_others
from kaocheng.queries.review_form import Cells, Layout, place_words
from kaocheng.queries.review_gate import shut_reasons
from kaocheng.queries.review_people import Raters, rating_holders
from kaocheng.queries.review_scope import review_to_assign
from kaocheng.queries.review_words import is_open_round, period_asked, shown_name
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Entry, Obligation, Person, Review, Subject
from kaocheng.records.models.register import Standing
from kaocheng.records.models.review import ReviewState

MOST_REASON = 160
MOST_CELL = 20_000
WRITABLE = (ReviewState.OPEN, ReviewState.RETURNED)
HANDED_IN = (ReviewState.SUBMITTED, ReviewState.CHECKED)


@action("review.open_own")
def open_own_review(
    act: Act,
    *,
    round_id: int,
    register: str,
    subject_id: int,
    period: str = "",
    take_over: bool = False,
) -> Answer:
    """A review that is owed without being assigned opens when it is first asked for.

    Where the table takes one rating of each subject, another bearer's open review is refused
    (K65), or taken over with what it holds.
    """
    only_in_person(act.actor)
    round_ = act.lock(
        rounds_at_work(act.actor).select_related("adoption__scheme", "adoption__unit"), round_id
    )
    found = adopted(round_.adoption)
    described = found.pack.registers.get(register)
    if described is None or described.kind != "review" or described.secret:
        raise NotYours
    roles = Layout.roles_of(found, register)
    rows = subjects_to_open(act.actor, round_, rating_holders(found, register))
    subject = rows.filter(pk=subject_id, roster=roles.roster).select_related("unit").first()
    person_id = act.actor.person_id
    if subject is None or person_id is None or roles.is_peer:
        raise NotYours
    is_open_round(round_)
    today = act.at.astimezone(CHINA).date()
    refuse_tie(Raters(found, register, on=today), subject, person_id)
    period = period_asked(found, round_, roles, period, on=today)
    lock_name(f"review {round_.pk} {register} {subject.pk} {period}")
    there = list(
        Review.objects.unscoped("whether somebody has opened it already")
        .filter(round=round_, register=register, subject=subject, period=period)
        .select_related("assessor")
    )
    mine = next((one for one in there if one.assessor_id == person_id), None)
    if mine is not None and mine.state != ReviewState.WITHDRAWN:
        act.audit(mine, opened_again=True)
        return Answer.of(mine)
    draft: dict[str, dict[str, str]] = {}
    if not roles.is_shared:
        draft = _taken_over(act, there, person_id, take_over=take_over)
    review = mine or Review(
        round=round_,
        register=register,
        subject=subject,
        period=period,
        assessor_id=person_id,
        unit=subject.unit,
        made_at=act.at,
    )
    review.state, review.draft = ReviewState.OPEN, draft or review.draft
    review.due_at = _due(round_.pk, found, register, subject)
    if mine is None:
        act.make(review, register=register)
    else:
        act.keep(review, "state", "draft", "due_at")
    owe(
        act,
        source=review,
        title=f"{described.title}：{subject.name}"[:80],
        page=page_of(review),
        unit=subject.unit,
        person=Person.objects.unscoped("the actor").get(pk=person_id),
        why=found.adoption.title[:160],
        verb="去评",
        due_at=review.due_at,
    )
    reviews_asked(act, round_, register)
    return Answer.of(review)


@action("review.save")
def save_review(act: Act, *, review_id: int, cells: Cells) -> Answer:
    """Keep what is filled in so far, also what cannot stand yet: nothing typed is lost."""
    review, content = _own(act, review_id)
    kept = {
        line.code: {
            column.name: text[:MOST_CELL]
            for column in content.layout.columns
            if (text := cells.get(line.code, {}).get(column.name, ""))
        }
        for line in content.layout.lines
    }
    review.draft = {code: own for code, own in kept.items() if own}
    act.keep(review, "draft", draft=digest(review.draft))
    missing = len(content.layout.missing(review.draft))
    total = max(len(content.layout.lines), 1)
    progress(act, review, done=max(total - missing, 0), total=total)
    wrong = len(content.layout.problems(review.draft))
    return Answer.of(review, missing=missing, wrong=wrong)


@action("review.submit")
def submit_review(act: Act, *, review_id: int) -> Answer:
    """What was saved becomes entries, one per line, all or none.

    Refused where the assessor is tied to the subject, while something is missing or cannot stand,
    while a gate is shut, and where somebody else's rating of the same line counts already.
    After a return the new entries correct the old.
    """
    only_in_person(act.actor)
    review, content = _own(act, review_id)
    raters = Raters(content.found, review.register, on=act.at.astimezone(CHINA).date())
    refuse_tie(raters, review.subject, review.assessor_id)
    _refuse_shut(review, content)
    _refuse_incomplete(content, review.draft)
    lock_name(f"ratings {content.found.adoption.pk} {review.register} {review.subject_id}")
    _refuse_taken(review, content)
    entries = _write(act, review, content)
    review.state, review.submitted_at = ReviewState.SUBMITTED, act.at
    review.returned_because = ""
    act.keep(review, "state", "submitted_at", "returned_because", entries=len(entries))
    settle(act, review)
    obligations_touched(act, content.found.adoption, review.register, [review.subject])
    return Answer.of(review, count=len(entries))


@action("review.return")
def return_review(act: Act, *, review_id: int, because: str) -> Answer:
    """Its entries count no more until it is handed in again; the assessor is told why."""
    rows = review_to_assign(act.actor, review_id).select_related("round", "subject")
    review = act.lock(rows, review_id)
    is_open_round(review.round)
    refuse_about_oneself(act, review)
    if review.state not in HANDED_IN:
        raise Refused("K60", state=ReviewState(review.state).label)
    problem = _wrong_reason(because)
    if problem:
        raise Invalid({"because": problem})
    restand(act, _entries(review), Standing.RETURNED, note=digest(because))
    adoption = review.round.adoption
    obligations_touched(act, adoption, review.register, [review.subject])
    review.state, review.returned_because = ReviewState.RETURNED, because.strip()
    review.checked_by, review.checked_at = None, None
    act.keep(
        review,
        "state",
        "returned_because",
        "checked_by",
        "checked_at",
        because=digest(because),
    )
    return_task(act, review, because=review.returned_because)
    return Answer.of(review)


@action("review.check")
def check_review(act: Act, *, review_id: int) -> Answer:
    """复核: another person than the assessor says that it can stand."""
    rows = review_to_assign(act.actor, review_id).select_related("round", "subject")
    review = act.lock(rows, review_id)
    only_in_person(act.actor)
    is_open_round(review.round)
    refuse_about_oneself(act, review)
    if review.assessor_id == act.actor.person_id:
        raise Refused("K67")
    if review.state != ReviewState.SUBMITTED:
        raise Refused("K60", state=ReviewState(review.state).label)
    review.state, review.checked_at = ReviewState.CHECKED, act.at
    review.checked_by_id = act.actor.person_id
    act.keep(review, "state", "checked_by", "checked_at")
    return Answer.of(review)


def page_of(review: Review) -> str:
    return f"/reviews/{review.pk}"


def _own(act: Act, review_id: int) -> tuple[Review, Content]:
    """The actor's own review, locked, while it can be written."""
    rows = own_reviews(act.actor).select_related(
        "round__adoption__scheme", "round__adoption__unit", "subject__unit", "assessor", "unit"
    )
    review = act.lock(rows, review_id)
    is_open_round(review.round)
    if review.state not in WRITABLE:
        raise Refused("K60", state=ReviewState(review.state).label)
    return review, content_of(review, on=act.at.astimezone(CHINA).date())


def _taken_over(
    act: Act, there: Sequence[Review], person_id: int, *, take_over: bool
) -> dict[str, dict[str, str]]:
    """What another bearer had filled in, whose review is withdrawn; K64, K65 where it stays."""
    draft: dict[str, dict[str, str]] = {}
    for other in there:
        if other.assessor_id == person_id or other.state == ReviewState.WITHDRAWN:
            continue
        if other.state in HANDED_IN:
            raise Refused("K64", place=f"“{other.subject.name}”")
        if not take_over:
            raise Refused("K65", who=other.assessor.name)
        draft = dict(other.draft)
        withdraw(act, other)
    return draft


def _due(round_id: int, found: Adopted, register: str, subject: Subject) -> datetime | None:
    """By when the round wants it, where it has made an obligation of it."""
    duties = [duty.id for duty in found.process.duties if duty.register == register]
    owed = Obligation.objects.unscoped("the deadline of the subject's own duty").filter(
        round=round_id, duty__in=duties, subject=subject
    )
    return owed.order_by("due_at").values_list("due_at", flat=True).first()


def _refuse_shut(review: Review, content: Content) -> None:
    reasons = shut_reasons(
        review.round,
        content.found,
        review.register,
        review.subject,
        content.rater,
        period=review.period,
    )
    if reasons:
        raise Refused("K61", reasons="；".join(reasons))


def _refuse_incomplete(content: Content, cells: Cells) -> None:
    problems: Mapping[str, Refused] = content.layout.problems(cells)
    if problems:
        raise Invalid(dict(problems))
    missing = content.layout.missing(cells)
    if missing:
        line, column = missing[0]
        raise Refused("K59", count=len(missing), place=place_words(line, column))


def _refuse_taken(review: Review, content: Content) -> None:
    taken = taken_by_others(review, content)
    lines = [line for line in content.layout.lines if line.code in taken]
    if lines or not content.layout.lines:
        first = f"的“{lines[0].title or lines[0].code}”" if lines and lines[0].title else ""
        raise Refused("K64", place=f"“{shown_name(review)}”{first}")


def _write(act: Act, review: Review, content: Content) -> list[Entry]:
    before = {content.code_of(entry): entry for entry in _entries(review)}
    restand(act, list(before.values()), Standing.REPLACED)
    needs_signature = bool(content.layout.roles.register.signed_by)
    standing = Standing.WAITING if needs_signature else Standing.COUNTS
    rows = [
        New(
            values,
            review.unit,
            review.subject,
            standing=standing,
            corrects=before.get(code),
            review=review,
        )
        for code, values in rating_values(review, content, on=act.at.astimezone(CHINA).date())
    ]
    return write_entries(act, content.found, review.register, rows)


def _entries(review: Review) -> list[Entry]:
    """The entries of the review that nothing has replaced yet, locked."""
    rows = Entry.objects.unscoped("what the review itself has written").filter(
        review=review,
        standing__in=[
            Standing.WAITING,
            Standing.CHECKING,
            Standing.COUNTS,
            Standing.RETURNED,
        ],
    )
    return list(rows.select_related("adoption").order_by("pk").select_for_update(of=("self",)))


def _wrong_reason(because: str) -> Refused | None:
    if not because.strip():
        return Refused("W63", field="退回原因")
    if len(because) > MOST_REASON:
        return Refused("W65", field="退回原因", most=MOST_REASON, count=len(because))
    return None
