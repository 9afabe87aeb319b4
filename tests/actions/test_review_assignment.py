"""Who assesses whom: by titles, by hand, among peers; ties, load and reassigning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from pytest_django import DjangoAssertNumQueries

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.fact_load import Place
from kaocheng.actions.review import open_own_review, save_review, submit_review
from kaocheng.actions.review_assignment import (
    assign_all_reviews,
    assign_review,
    reassign_review,
)
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_words import blind_code
from kaocheng.records.models import AuditRow, Message, Review, Round
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.task import TaskState
from tests.actions.reviewing import (
    BY_GUIDES,
    OURS,
    OWN_OF_GUIDE,
    entries,
    forget,
    review_of,
    reviews,
    schools_at_work,
    subject,
    tasks,
)
from tests.adopting import adopt, fill, open_round
from tests.cast import Cast, by, person

APPRAISALS = "appraisals"


def peers_at_work(cast: Cast, *, count: int = 5) -> tuple[Adopted, Round]:
    """The teachers of the example with people of ours behind the first few; all in one school."""
    found = adopt("s4.3-participative", cast.school)
    found.adoption.holders["全体教师"] = [{"how": "subject"}]
    found.adoption.save()
    known = {
        f"T{number:02d}": person(f"教师{number}", f"peer{number}", "member", cast.school)
        for number in range(1, count + 1)
    }

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        return Place(cast.school, known.get(values["id"]) if roster == "teachers" else None)

    fill(found, placed)
    forget(found, APPRAISALS)
    return found, open_round(found, period="2024秋")


def test_titles_give_every_subject_its_assessors(cast: Cast) -> None:
    _, round_ = schools_at_work(cast)

    answer = assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)

    asked = {(one.subject.key, one.assessor.name) for one in reviews(round=round_)}
    assert ("YL02", "许岚") in asked
    assert ("YL04", "邓启文") in asked
    assert answer.values["count"] == len(asked)
    # Where the guide is nobody of ours, the office does not assess in their place.
    assert {name for _, name in asked} == {"许岚", "邓启文"}
    review = review_of(cast.outsider, OURS)
    assert [(one.person_id, one.state) for one in tasks(review)] == [
        (cast.outsider.pk, TaskState.OPEN)
    ]
    told = Message.objects.unscoped("a test").filter(person=cast.outsider)
    assert [one.subject for one in told] == ["请您评价：区级考核打分，2 份"]


def test_assigning_again_adds_nothing(cast: Cast) -> None:
    _, round_ = schools_at_work(cast)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    before = len(reviews(round=round_))

    answer = assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)

    assert (answer.values["count"], len(reviews(round=round_))) == (0, before)


def test_k62_guide_does_not_assess_their_own_school(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    own = subject(found, "school", OWN_OF_GUIDE)

    with pytest.raises(Refused) as refused:
        assign_review(
            by(cast.city_officer),
            round_id=round_.pk,
            register=BY_GUIDES,
            subject_id=own.pk,
            assessor_ids=[cast.reviewer.pk],
        )

    assert str(refused.value) == f"邓启文不能评{own.name}：是本人所在的学校。"
    assert reviews(round=round_) == []


def test_only_those_who_may_be_chosen_are_assigned(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    ours = subject(found, "school", OURS)

    for who, chosen in ((cast.city_officer, cast.teacher), (cast.lead, cast.outsider)):
        with pytest.raises(NotYours):
            assign_review(
                by(who),
                round_id=round_.pk,
                register=BY_GUIDES,
                subject_id=ours.pk,
                assessor_ids=[chosen.pk],
            )


def test_reassigning_withdraws_the_old_review_and_its_task(cast: Cast) -> None:
    _, round_ = schools_at_work(cast)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    old = review_of(cast.outsider, OURS)

    answer = reassign_review(by(cast.city_officer), review_id=old.pk, assessor_id=cast.reviewer.pk)

    old.refresh_from_db()
    assert old.state == ReviewState.WITHDRAWN
    assert [one.state for one in tasks(old)] == [TaskState.CANCELLED]
    new = Review.objects.unscoped("a test").get(pk=answer.id)
    assert (new.assessor_id, new.subject_id) == (cast.reviewer.pk, old.subject_id)
    reassign_review(by(cast.city_officer), review_id=new.pk, assessor_id=cast.outsider.pk)
    old.refresh_from_db()
    assert old.state == ReviewState.OPEN
    assert [one.state for one in tasks(old)] == [TaskState.OPEN]


def test_blind_review_names_nobody_in_task_and_message(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    ours = subject(found, "school", OURS)

    assign_review(
        by(cast.city_officer),
        round_id=round_.pk,
        register=BY_GUIDES,
        subject_id=ours.pk,
        assessor_ids=[cast.outsider.pk],
        is_blind=True,
    )

    review = review_of(cast.outsider)
    [task] = tasks(review)
    assert ours.name not in f"{task.title}{task.why}"
    assert blind_code(review) in task.title


def test_circle_of_peers_is_even_and_the_seed_of_a_draw_is_in_the_log(cast: Cast) -> None:
    _, round_ = peers_at_work(cast)

    assign_all_reviews(
        by(cast.lead),
        round_id=round_.pk,
        register=APPRAISALS,
        way="random",
        count=2,
        seed="20261127",
    )

    asked = reviews(round=round_)
    assert set(Counter(one.assessor_id for one in asked).values()) == {2}
    assert set(Counter(one.subject_id for one in asked).values()) == {2}
    assert all(one.subject.person_id != one.assessor_id for one in asked)
    row = AuditRow.objects.filter(action="review.assign_all", object_kind="round").get()
    assert (row.changes["seed"], row.changes["way"]) == ("20261127", "random")


def test_k66_too_few_peers_are_told(cast: Cast) -> None:
    _, round_ = peers_at_work(cast, count=3)

    with pytest.raises(Refused, match="没有指派：有 1 个单位人数不够每人评 3 个。"):
        assign_all_reviews(
            by(cast.lead), round_id=round_.pk, register=APPRAISALS, way="circle", count=3
        )
    with pytest.raises(Refused, match="“随机种子”还没有填。"):
        assign_all_reviews(
            by(cast.lead), round_id=round_.pk, register=APPRAISALS, way="random", count=1
        )


def test_peer_rates_a_colleague_by_name_and_period(cast: Cast) -> None:
    found, round_ = peers_at_work(cast)
    assign_all_reviews(
        by(cast.lead), round_id=round_.pk, register=APPRAISALS, way="circle", count=1
    )
    review = reviews(round=round_)[0]
    lines = ("遵纪守法", "爱岗敬业", "关爱学生", "团结协作")

    save_review(
        by(review.assessor), review_id=review.pk, cells={one: {"score": "90"} for one in lines}
    )
    submit_review(by(review.assessor), review_id=review.pk)

    written = entries(found, APPRAISALS)
    assert len(written) == 4
    assert written[0].values == {
        "term": "2024秋",
        "rater": "T01",
        "teacher": "T02",
        "indicator": "遵纪守法",
        "score": "90",
    }
    assert written[0].subject == review.subject


def test_peers_are_not_opened_by_themselves(cast: Cast) -> None:
    found, round_ = peers_at_work(cast)
    first = subject(found, "teachers", "T01")
    assert first.person is not None

    with pytest.raises(NotYours):
        open_own_review(
            by(first.person), round_id=round_.pk, register=APPRAISALS, subject_id=first.pk
        )


def test_superior_of_the_row_assesses_their_people(cast: Cast) -> None:
    """The roster names the superior in a field; they stand in the roster themselves."""
    found = adopt("s0.4-appraisal", cast.school)
    found.adoption.holders["直接上级"] = [{"how": "field", "field": "superior"}]
    found.adoption.save()
    people = {"XX01": cast.teacher, "XX02": cast.colleague}

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        return Place(cast.school, people.get(values["id"]) if roster == "employee" else None)

    fill(found, placed)
    forget(found, "superior_review")
    round_ = open_round(found, period="2025Q1")
    theirs = subject(found, "employee", "XX02")

    answer = open_own_review(
        by(cast.teacher), round_id=round_.pk, register="superior_review", subject_id=theirs.pk
    )
    save_review(by(cast.teacher), review_id=int(answer.id), cells={"-": {"conduct": "88.5"}})
    submit_review(by(cast.teacher), review_id=int(answer.id))

    [written] = entries(found, "superior_review")
    assert written.values == {
        "employee": "XX02",
        "cycle": "2025Q1",
        "scored_on": "2026-11-27",
        "conduct": "88.5",
    }
    with pytest.raises(NotYours):
        open_own_review(
            by(cast.colleague),
            round_id=round_.pk,
            register="superior_review",
            subject_id=theirs.pk,
        )


@pytest.mark.parametrize("count", [3, 12])
def test_assigning_takes_a_fixed_number_of_statements(
    count: int, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _, round_ = peers_at_work(cast, count=count)

    with django_assert_max_num_queries(40):
        assign_all_reviews(by(cast.lead), round_id=round_.pk, register=APPRAISALS, way="everybody")

    assert len(reviews(round=round_)) == count * (count - 1)
