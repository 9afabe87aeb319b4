"""Who assesses whom: by titles, by hand, among peers; ties, load and reassigning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

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
from kaocheng.queries.review_marks import subject_board
from kaocheng.queries.review_words import blind_code
from kaocheng.records.models import (
    Appointment,
    AuditRow,
    Message,
    Obligation,
    Person,
    Review,
    Round,
    Task,
)
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import ObligationState
from kaocheng.records.models.task import TaskState
from tests.actions.reviewing import (
    BY_GUIDES,
    OURS,
    OWN_OF_GUIDE,
    SELF,
    THEIRS,
    entries,
    forget,
    full_marks,
    review_of,
    reviews,
    schools_at_work,
    subject,
    tasks,
)
from tests.adopting import adopt, fill, open_round
from tests.cast import NOW, Cast, actor, by, person
from tests.rounds import begun, china, enter, move

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


@pytest.mark.parametrize("office", ["city_officer", "officer"])
def test_k62_guide_does_not_assess_their_own_school(cast: Cast, office: str) -> None:
    found, round_ = schools_at_work(cast)
    own = subject(found, "school", OWN_OF_GUIDE)
    own.unit = cast.school
    own.save()

    with pytest.raises(Refused) as refused:
        assign_review(
            by(getattr(cast, office)),
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


def open_tasks(who: Person) -> list[tuple[str, str]]:
    rows = Task.objects.unscoped("a test").filter(state=TaskState.OPEN, verb="去评")
    found = rows.filter(person=who).order_by("title").values_list("source_kind", "title")
    return list(found)


def test_who_is_asked_for_a_review_has_its_task_alone(cast: Cast) -> None:
    """The district's assessment: a task of the duty only until reviews are asked for."""
    found, old = schools_at_work(cast)
    old.delete()
    found.adoption.holders["区工程办组织的研训指导团队"] = found.adoption.holders["研训指导团队"]
    found.adoption.save()
    forget(found, BY_GUIDES)
    Appointment.objects.unscoped("a test").update(starts_on=date(2000, 9, 1))
    round_ = open_round(found, starts_on=date(2023, 11, 6), at=china("2023-11-06"))
    move(round_, china("2023-12-08"))
    assert open_tasks(cast.outsider) == [("obligation", "区级考核打分")]
    borne = (
        Task.objects.unscoped("a test")
        .get(source_kind="obligation", person=cast.outsider, state=TaskState.OPEN)
        .total_count
    )
    assert borne > 1
    on = china("2023-12-08", 9)

    assign_all_reviews(by(cast.city_officer, at=on), round_id=round_.pk, register=BY_GUIDES)

    asked = sorted(one.subject.name for one in reviews(assessor=cast.outsider))
    # A school to which the guide is tied is not asked of them, and is still owed.
    [tied] = Task.objects.unscoped("a test").filter(
        source_kind="obligation", person=cast.outsider, state=TaskState.OPEN
    )
    assert tied.total_count == borne - len(asked)
    expected = [
        ("obligation", "区级考核打分"),
        *(("review", f"区级考核打分：{name}") for name in asked),
    ]
    assert open_tasks(cast.outsider) == expected
    move(round_, china("2023-12-09"))
    assert open_tasks(cast.outsider) == expected

    review = review_of(cast.outsider, OURS)
    save_review(by(cast.outsider, at=on), review_id=review.pk, cells=full_marks(found))
    submit_review(by(cast.outsider, at=on), review_id=review.pk)

    assert len(open_tasks(cast.outsider)) == len(expected) - 1
    [row] = Obligation.objects.unscoped("a test").filter(
        round=round_, duty="district_scoring", subject=review.subject
    )
    assert row.state == ObligationState.DONE
    left = next(one for one in reviews(assessor=cast.outsider) if one.pk != review.pk)
    reassign_review(by(cast.city_officer, at=on), review_id=left.pk, assessor_id=cast.reviewer.pk)
    assert ("review", f"区级考核打分：{left.subject.name}") in open_tasks(cast.reviewer)


def test_superior_who_opens_a_review_has_no_second_task_of_the_duty(cast: Cast) -> None:
    """Appraisal and interview: one task of the review, one of the interview, which is written."""
    people = {"XX01": cast.teacher, "XX02": cast.colleague}

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        return Place(cast.school, people.get(values["id"]) if roster == "employee" else None)

    found, round_ = begun(
        "s0.4-appraisal",
        cast.school,
        placed,
        starts="2025-01-01",
        only=lambda roster, row: roster != "employee" or row["id"] in people,
        holders={"直接上级": [{"how": "field", "field": "superior"}]},
    )
    on = china("2025-04-03", 9)
    plan = {
        "employee": "XX02",
        "cycle": "2025Q1",
        "task": "门户改版",
        "standard": "按期完成",
        "support": "外包人力两名",
        "evaluators": "用户部门",
        "weight": "100%",
        "submitted_on": "2025-01-02",
        "approved_on": "2025-01-03",
    }
    report = {"employee": "XX02", "cycle": "2025Q1", "submitted_on": "2025-04-03"}
    enter(found, "plan", plan, at=on)
    enter(found, "self_report", report | {"achievement": "90", "conduct": "90"}, at=on)
    move(round_, on)
    before = open_titles(cast.teacher)
    theirs = subject(found, "employee", "XX02")

    open_own_review(
        by(cast.teacher, at=on),
        round_id=round_.pk,
        register="superior_review",
        subject_id=theirs.pk,
        period="2025Q1",
    )

    assert "季度考核评定" in before
    after = open_titles(cast.teacher)
    assert "季度考核评定" not in after
    assert [title for title in after if theirs.name in title] == [
        f"{found.register('superior_review').title}：{theirs.name}"
    ]
    assert after.count("季度绩效面谈") == before.count("季度绩效面谈") == 1


def open_titles(who: Person) -> list[str]:
    rows = Task.objects.unscoped("a test").filter(state=TaskState.OPEN, person=who)
    return list(rows.order_by("pk").values_list("title", flat=True))


@pytest.mark.parametrize("count", [3, 12])
def test_assigning_takes_a_fixed_number_of_statements(
    count: int, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _, round_ = peers_at_work(cast, count=count)

    with django_assert_max_num_queries(40):
        assign_all_reviews(by(cast.lead), round_id=round_.pk, register=APPRAISALS, way="everybody")

    assert len(reviews(round=round_)) == count * (count - 1)


def test_district_assigns_its_own_schools_in_the_round_of_the_city(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    own, theirs = subject(found, "school", OURS), subject(found, "school", THEIRS)

    assign_review(
        by(cast.officer),
        round_id=round_.pk,
        register=BY_GUIDES,
        subject_id=own.pk,
        assessor_ids=[cast.reviewer.pk],
    )
    assign_all_reviews(by(cast.officer), round_id=round_.pk, register=BY_GUIDES)

    assert {one.subject.key for one in reviews(round=round_)} <= {OURS, THEIRS}
    assert review_of(cast.reviewer, OURS).state == ReviewState.OPEN
    assert reviews(subject=theirs, assessor=cast.outsider) != []
    moved = review_of(cast.outsider, THEIRS)
    reassign_review(by(cast.officer), review_id=moved.pk, assessor_id=cast.reviewer.pk)
    assert review_of(cast.outsider, THEIRS).state == ReviewState.WITHDRAWN


def test_district_assigns_nothing_elsewhere_and_by_no_table_of_another_level(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    before = [(one.pk, one.state) for one in reviews(round=round_)]
    elsewhere = next(one for one in reviews(round=round_) if one.subject.key not in {OURS, THEIRS})
    own = subject(found, "school", OURS)
    far = person("区外", "quwai", "officer", cast.other_district)

    for who, register, subject_id in (
        (cast.officer, BY_GUIDES, elsewhere.subject_id),
        (cast.officer, "city_review", own.pk),
        (cast.officer, SELF, own.pk),
        (far, BY_GUIDES, own.pk),
        (cast.lead, BY_GUIDES, own.pk),
    ):
        with pytest.raises(NotYours):
            assign_review(
                by(who),
                round_id=round_.pk,
                register=register,
                subject_id=subject_id,
                assessor_ids=[cast.reviewer.pk],
            )
    with pytest.raises(NotYours):
        reassign_review(by(cast.officer), review_id=elsewhere.pk, assessor_id=cast.reviewer.pk)
    for register in ("city_review", SELF):
        with pytest.raises(NotYours):
            assign_all_reviews(by(cast.officer), round_id=round_.pk, register=register)
    assert [(one.pk, one.state) for one in reviews(round=round_)] == before


def test_district_chooses_among_those_of_its_panel_and_not_of_others(cast: Cast) -> None:
    found, round_ = schools_at_work(cast)
    own = subject(found, "school", OURS)
    for key, where in (("G1", cast.city), ("G2", cast.city)):
        guide = subject(found, "guide", key)
        guide.unit = where
        guide.save()
    forget(found, "assignment")

    shown = subject_board(actor(cast.officer), round_.pk, BY_GUIDES, own.pk, now=NOW)

    # 邓启文 is of the panel of the district; 许岚 works in the other one.
    assert [one.name for one in shown.candidates] == ["邓启文"]
