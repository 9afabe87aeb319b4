"""One subject as the office sees it: who assesses it, what they gave, how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.scope import one
from kaocheng.engine.exact import exact_text
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_board import DONE, MOST_CANDIDATES, Asked, asked_line, table_of
from kaocheng.queries.review_content import content_of
from kaocheng.queries.review_form import Layout, number_of
from kaocheng.queries.review_form import layout as layout_of
from kaocheng.queries.review_people import Raters, is_self, names_of
from kaocheng.queries.review_words import period_shown, periods_asked
from kaocheng.records.models import Review, Round, Subject
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import RoundState

# A spread of more than a fifth of the full mark is pointed out.
WIDE = Fraction(1, 5)


@dataclass(frozen=True)
class Candidate:
    id: int
    name: str
    unit_name: str
    load: int
    # Why not, or that both are in one unit; `is_barred` where it is refused.
    says: str
    is_barred: bool


@dataclass(frozen=True)
class Rated:
    """What one assessor has given: marks by line, and their sum."""

    review: Asked
    marks: tuple[str, ...]
    sum: str
    because: str
    may_return: bool
    may_check: bool
    may_reassign: bool


@dataclass(frozen=True)
class LineStat:
    title: str
    marks: tuple[str, ...]
    spread: str
    is_wide: bool


@dataclass(frozen=True)
class SubjectPage:
    """One subject: who assesses it, what they gave, how far they are apart."""

    round_id: int
    round_title: str
    register: str
    title: str
    subject_id: int
    name: str
    unit_name: str
    rated: tuple[Rated, ...]
    lines: tuple[LineStat, ...]
    mean: str
    trimmed: str
    spread: str
    is_wide: bool
    candidates: tuple[Candidate, ...]
    periods: tuple[tuple[str, str], ...]
    period: str
    is_running: bool


def subject_board(
    actor: Actor,
    round_id: int,
    register: str,
    subject_id: int,
    *,
    now: datetime,
    period: str = "",
) -> SubjectPage:
    """The official value is the scheme's: what is shown here only helps to see differences."""
    table = table_of(actor, round_id, register)
    round_, found = table.round, table.found
    raters = Raters(found, register, on=now.astimezone(CHINA).date(), below=table.path)
    subject = one(
        table.subjects().filter(roster=raters.roles.roster).select_related("unit"), subject_id
    )
    periods = periods_asked(found, round_, raters.roles, on=raters.on)
    chosen = period_shown(periods, period, round_.period)
    rows = list(
        table.reviews()
        .filter(subject=subject, period=chosen)
        .exclude(state=ReviewState.WITHDRAWN)
        .select_related(
            "round__adoption__scheme", "round__adoption__unit", "subject__unit", "assessor"
        )
        .order_by("pk")
    )
    layout = _whole_layout(rows, found, register, now=now)
    counted = [row for row in rows if row.state in DONE]
    sums = [layout.sum(row.draft) for row in counted] if layout.mark else []
    full = layout.full
    return SubjectPage(
        round_id=round_.pk,
        round_title=round_.title,
        register=register,
        title=found.register(register).title,
        subject_id=subject.pk,
        name=subject.name,
        unit_name=subject.unit.name,
        rated=tuple(_rated(row, layout, actor, now=now) for row in rows),
        lines=_stats(layout, counted),
        mean=exact_text(mean(sums)) if sums else "",
        trimmed=exact_text(trimmed(sums)) if len(sums) > 2 else "",
        spread=exact_text(max(sums) - min(sums)) if len(sums) > 1 else "",
        is_wide=is_wide(sums, full),
        candidates=_candidates(raters, subject, rows, round_),
        periods=periods,
        period=chosen,
        is_running=round_.state == RoundState.RUNNING,
    )


def _whole_layout(
    rows: Sequence[Review], found: Adopted, register: str, *, now: datetime
) -> Layout:
    """The lines of any of the reviews: they are the same for one subject."""
    if not rows:
        return layout_of(found, register)
    contents = [content_of(row, on=now.astimezone(CHINA).date()) for row in rows]
    return max((content.layout for content in contents), key=lambda one: len(one.lines))


def _rated(review: Review, layout: Layout, actor: Actor, *, now: datetime) -> Rated:
    is_done = review.state in DONE
    is_own = review.subject.person_id == actor.person_id
    marks = tuple(
        review.draft.get(line.code, {}).get(layout.mark, "") if is_done else ""
        for line in layout.lines
    )
    return Rated(
        review=asked_line(review, now=now),
        marks=marks,
        sum=exact_text(layout.sum(review.draft)) if is_done and layout.mark else "",
        because=review.returned_because,
        may_return=is_done and not is_own,
        may_check=review.state == ReviewState.SUBMITTED
        and not is_own
        and review.assessor_id != actor.person_id,
        may_reassign=not is_done and not is_own,
    )


def _stats(layout: Layout, rows: Sequence[Review]) -> tuple[LineStat, ...]:
    found = []
    for line in layout.lines:
        texts = tuple(row.draft.get(line.code, {}).get(layout.mark, "") for row in rows)
        numbers = [value for text in texts if (value := number_of(text)) is not None]
        spread = max(numbers) - min(numbers) if len(numbers) > 1 else None
        title = line.title or layout.roles.register.title
        wide = is_wide(numbers, line.most)
        found.append(LineStat(title, texts, "" if spread is None else exact_text(spread), wide))
    return tuple(found) if layout.mark and rows else ()


def _candidates(
    raters: Raters, subject: Subject, rows: Sequence[Review], round_: Round
) -> tuple[Candidate, ...]:
    ids = raters.candidates(subject)[:MOST_CANDIDATES]
    there = {row.assessor_id for row in rows}
    loads = dict(
        Review.objects.unscoped("how much everybody has who may be chosen")
        .filter(round=round_, register=raters.roles.register.id, assessor__in=ids)
        .exclude(state=ReviewState.WITHDRAWN)
        .order_by()
        .values_list("assessor")
        .annotate(Count("pk"))
    )
    people = names_of(ids)
    own = is_self(raters.found, raters.roles, subject)
    found = []
    for pk in ids:
        tie = gettext("已经派给这个人") if pk in there else raters.tie(subject, pk)
        near = gettext("与对方在同一单位") if not own and raters.is_near(subject, pk) else ""
        units = raters.rows_of.get(pk, ())
        unit_name = units[0].unit.name if units else ""
        found.append(
            Candidate(pk, people[pk].name, unit_name, loads.get(pk, 0), tie or near, bool(tie))
        )
    return tuple(sorted(found, key=lambda one: (one.is_barred, one.load)))


def mean(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0)) / len(numbers)


def trimmed(numbers: Sequence[Fraction]) -> Fraction:
    """The mean without one highest and one lowest; of three or more."""
    return mean(sorted(numbers)[1:-1])


def is_wide(numbers: Sequence[Fraction], full: Fraction | None) -> bool:
    return len(numbers) > 1 and full is not None and max(numbers) - min(numbers) > WIDE * full
