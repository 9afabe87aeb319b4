"""Reviews: opened, saved, handed in as entries, returned and corrected, checked."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.review import (
    check_review,
    open_own_review,
    return_review,
    save_review,
    submit_review,
)
from kaocheng.actions.review_assignment import assign_all_reviews
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Person, Review, Round
from kaocheng.records.models.register import Standing
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.task import TaskState
from tests.actions.reviewing import (
    BY_GUIDES,
    OURS,
    SELF,
    entries,
    forget,
    full_marks,
    review_of,
    schools_at_work,
    subject,
    tasks,
)
from tests.cast import Cast, by

Work = tuple[Adopted, Round]


@pytest.fixture
def work(cast: Cast) -> Work:
    return schools_at_work(cast)


def open_self(work: Work, who: Person, *, key: str = OURS, take_over: bool = False) -> Review:
    found, round_ = work
    answer = open_own_review(
        by(who),
        round_id=round_.pk,
        register=SELF,
        subject_id=subject(found, "school", key).pk,
        take_over=take_over,
    )
    return Review.objects.unscoped("a test").get(pk=answer.id)


def hand_in(who: Person, review: Review, cells: dict[str, dict[str, str]]) -> None:
    save_review(by(who), review_id=review.pk, cells=cells)
    submit_review(by(who), review_id=review.pk)


def test_school_assesses_itself_line_by_line_of_the_rubric(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    assert [task.state for task in tasks(review)] == [TaskState.OPEN]

    hand_in(cast.lead, review, full_marks(found))

    written = entries(found, SELF, OURS)
    assert len(written) == len(found.settled["indicators"].rows)
    assert {one.standing for one in written} == {Standing.COUNTS}
    assert written[0].values == {
        "school": OURS,
        "indicator": "A1",
        "mark": "10/2",
        "scored_on": "2026-11-27",
    }
    assert {one.review_id for one in written} == {review.pk}
    assert [task.state for task in tasks(review)] == [TaskState.DONE]


def test_guides_assess_the_schools_that_the_register_gives_them(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, BY_GUIDES)

    answer = assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)

    assert answer.values["count"] > 0
    review = review_of(cast.outsider, OURS)
    hand_in(cast.outsider, review, full_marks(found))
    written = entries(found, BY_GUIDES, OURS)
    assert {one.values["scorer"] for one in written} == {"G2"}
    assert {one.entered_by_id for one in written} == {cast.outsider.pk}
