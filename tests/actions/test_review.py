"""Reviews: opened, saved, handed in as entries, returned and corrected, checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.access.actor import Helper
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.review import (
    check_review,
    open_own_review,
    return_review,
    save_review,
    submit_review,
)
from kaocheng.actions.review_assignment import assign_all_reviews
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review import own_to_open
from kaocheng.queries.review_form import layout
from kaocheng.records.models import Obligation, Person, Review, Round, Subject
from kaocheng.records.models.register import Standing
from kaocheng.records.models.review import ReviewState
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
    schools_at_work,
    subject,
    tasks,
)
from tests.actions.test_result import corrected
from tests.adopting import adopt
from tests.cast import NOW, Cast, actor, by

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


def test_k63_assessor_who_stands_in_no_list_cannot_be_named(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, BY_GUIDES)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    review = review_of(cast.outsider, OURS)
    Subject.objects.unscoped("a test").filter(roster="guide", key="G2").update(person=None)

    with pytest.raises(Refused, match="名册“研训指导教师”里没有许岚，写不出评价人。"):
        hand_in(cast.outsider, review, full_marks(found))

    assert entries(found, BY_GUIDES, OURS) == []


def test_k61_gate_of_the_scheme_keeps_the_review_shut(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    forget(found, "material", OURS)
    review = open_self(work, cast.lead)

    with pytest.raises(Refused, match="还不能评：先上传材料，再自评打分。"):
        hand_in(cast.lead, review, full_marks(found))


def test_one_faulty_entry_neither_opens_nor_shuts_the_gates_of_others(
    work: Work, cast: Cast
) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    forget(found, SELF, THEIRS)
    forget(found, "material", OURS)
    corrected(found, "material", "uploaded_on", "昨天")

    with pytest.raises(Refused, match="还不能评：先上传材料，再自评打分。"):
        hand_in(cast.lead, open_self(work, cast.lead), full_marks(found))
    hand_in(cast.other_lead, open_self(work, cast.other_lead, key=THEIRS), full_marks(found))
    assert entries(found, SELF, THEIRS)


def test_guides_wait_for_the_self_assessment(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, BY_GUIDES)
    forget(found, SELF, OURS)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    review = review_of(cast.outsider, OURS)

    with pytest.raises(Refused, match="还不能评：先自评，再区级考核"):
        hand_in(cast.outsider, review, full_marks(found))

    hand_in(cast.lead, open_self(work, cast.lead), full_marks(found))
    hand_in(cast.outsider, review, full_marks(found))
    assert entries(found, BY_GUIDES, OURS)


def test_obligation_of_the_round_says_whether_it_is_shut(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, SELF, OURS)
    ours = subject(found, "school", OURS)
    obligation = Obligation(
        round=round_,
        duty="self_scoring",
        key=f"self_scoring//{OURS}",
        subject=ours,
        unit=ours.unit,
        title="自评打分",
        state="shut",
        because="材料还没有交齐",
        due_at=NOW,
    )
    obligation.save()
    review = open_self(work, cast.lead)
    assert review.due_at == NOW

    with pytest.raises(Refused, match="还不能评：材料还没有交齐。"):
        hand_in(cast.lead, review, full_marks(found))

    Obligation.objects.unscoped("a test").update(state="open")
    submit_review(by(cast.lead), review_id=review.pk)


def test_k56_mark_above_the_maximum_of_its_line_is_refused(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    cells = full_marks(found)
    cells["A2"]["mark"] = "5.01"

    with pytest.raises(Invalid) as refused:
        hand_in(cast.lead, review, cells)

    [problem] = refused.value.problems.values()
    assert str(problem) == "“信息化管理团队”的“自评得分”最多 5 分，现在填了 5.01。"
    assert entries(found, SELF, OURS) == []
    kept = Review.objects.unscoped("a test").get(pk=review.pk)
    assert kept.draft["A2"] == {"mark": "5.01"}


def test_k55_what_is_no_mark_is_told_at_its_place(work: Work, cast: Cast) -> None:
    assert said_of(work, cast, "A1", "很好") == [
        "“信息化教育教学发展规划”的“自评得分”要填数，如 12、0.5、95%、7/3（不带单位和千分位）。"
    ]


def test_k57_mark_below_the_minimum_is_told_at_its_place(work: Work, cast: Cast) -> None:
    said = said_of(work, cast, "A3", "-1")
    assert said == ["“制度与经费保障”的“自评得分”最少 0，现在填了 -1。"]


def said_of(work: Work, cast: Cast, code: str, mark: str) -> list[str]:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    cells = full_marks(found)
    cells[code]["mark"] = mark

    with pytest.raises(Invalid) as refused:
        hand_in(cast.lead, review, cells)

    return [str(one) for one in refused.value.problems.values()]


def test_k59_says_how_much_is_missing_and_where_it_begins(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    cells = full_marks(found)
    del cells["A1"], cells["B1"]

    with pytest.raises(Refused) as refused:
        hand_in(cast.lead, review, cells)

    assert str(refused.value) == "还差 2 项没有填，没有提交；填好的已经保存。"
    assert "“信息化教育教学发展规划”的“自评得分”" in refused.value.remedy("zh")


def test_k60_review_is_handed_in_once(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    hand_in(cast.lead, review, full_marks(found))

    with pytest.raises(Refused, match="这份评价现在是“已提交”，不能再改，没有写入。"):
        submit_review(by(cast.lead), review_id=review.pk)

    assert len(entries(found, SELF, OURS)) == len(full_marks(found))


def test_same_key_hands_in_once_and_answers_twice(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    save_review(by(cast.lead), review_id=review.pk, cells=full_marks(found))

    first = submit_review(by(cast.lead, key="once"), review_id=review.pk)
    second = submit_review(by(cast.lead, key="once"), review_id=review.pk)

    assert first == second


def test_review_of_somebody_else_does_not_exist(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)

    for stranger in (cast.other_lead, cast.clerk, cast.city_officer, cast.system_admin):
        with pytest.raises(NotYours):
            save_review(by(stranger), review_id=review.pk, cells={})
        with pytest.raises(NotYours):
            submit_review(by(stranger), review_id=review.pk)


def test_nobody_opens_the_review_of_another_school(work: Work, cast: Cast) -> None:
    with pytest.raises(NotYours):
        open_self(work, cast.other_lead, key=OURS)
    with pytest.raises(NotYours):
        open_self(work, cast.teacher, key=OURS)


def test_opening_again_gives_the_same_review(work: Work, cast: Cast) -> None:
    forget(work[0], SELF, OURS)
    assert open_self(work, cast.lead).pk == open_self(work, cast.lead).pk


def test_k65_second_bearer_takes_over_only_when_asked_to(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    theirs = open_self(work, cast.lead)
    save_review(by(cast.lead), review_id=theirs.pk, cells={"A1": {"mark": "8"}})

    with pytest.raises(Refused, match="何敏仪正在填这份评价。"):
        open_self(work, cast.clerk)

    mine = open_self(work, cast.clerk, take_over=True)
    assert mine.draft == {"A1": {"mark": "8"}}
    theirs.refresh_from_db()
    assert theirs.state == ReviewState.WITHDRAWN
    assert [task.state for task in tasks(theirs)] == [TaskState.CANCELLED]
    with pytest.raises(NotYours):
        save_review(by(cast.lead), review_id=theirs.pk, cells={})


def test_k64_what_another_has_assessed_is_not_assessed_again(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    hand_in(cast.lead, open_self(work, cast.lead), full_marks(found))

    with pytest.raises(Refused, match="“云岭第二小学”已经有人评过，没有写入。"):
        open_self(work, cast.clerk)


def test_return_lets_the_marks_count_no_more_until_they_are_corrected(
    work: Work, cast: Cast
) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    hand_in(cast.lead, review, full_marks(found))
    first = entries(found, SELF, OURS)

    return_review(by(cast.city_officer), review_id=review.pk, because="A1 请附依据")

    assert {one.standing for one in entries(found, SELF, OURS)} == {Standing.RETURNED}
    [task] = tasks(review)
    assert (task.state, task.returned_because) == (TaskState.OPEN, "A1 请附依据")
    cells = full_marks(found)
    cells["A1"]["mark"] = "7"
    hand_in(cast.lead, review, cells)
    after = entries(found, SELF, OURS)
    counting = [one for one in after if one.standing == Standing.COUNTS]
    assert [one.corrects_id for one in counting] == [one.pk for one in first]
    assert counting[0].values["mark"] == "7"
    assert {one.standing for one in after[: len(first)]} == {Standing.REPLACED}


def test_return_needs_a_reason_that_is_not_too_long(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    hand_in(cast.lead, review, full_marks(found))

    for because in ("  ", "长" * 161):
        with pytest.raises(Invalid):
            return_review(by(cast.city_officer), review_id=review.pk, because=because)
    with pytest.raises(NotYours):
        return_review(by(cast.lead), review_id=review.pk, because="自己退回自己")


def test_k67_second_check_is_made_by_another_person(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, BY_GUIDES)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    review = review_of(cast.outsider, OURS)
    hand_in(cast.outsider, review, full_marks(found))

    Review.objects.unscoped("a test").filter(pk=review.pk).update(assessor=cast.city_officer)
    with pytest.raises(Refused) as refused:
        check_review(by(cast.city_officer), review_id=review.pk)
    assert str(refused.value) == (
        "复核、退回和改派要由另一个人办：评价人不复核自己的评价，被评的人不经手对自己的评价。"
    )

    Review.objects.unscoped("a test").filter(pk=review.pk).update(assessor=cast.outsider)
    check_review(by(cast.city_officer), review_id=review.pk)
    review.refresh_from_db()
    assert (review.state, review.checked_by_id) == (ReviewState.CHECKED, cast.city_officer.pk)


def test_helper_saves_but_does_not_hand_in(work: Work, cast: Cast) -> None:
    found, _ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    asked = by(cast.lead)
    helped = replace(asked, actor=replace(asked.actor, helper=Helper(cast.clerk.pk, "沈一鸣")))

    save_review(helped, review_id=review.pk, cells=full_marks(found))

    with pytest.raises(NotAllowed):
        submit_review(helped, review_id=review.pk)


def test_k73_nothing_is_assessed_in_a_round_that_does_not_run(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, SELF, OURS)
    review = open_self(work, cast.lead)
    Round.objects.unscoped("a test").filter(pk=round_.pk).update(state="frozen")

    with pytest.raises(Refused) as refused:
        save_review(by(cast.lead), review_id=review.pk, cells={})

    assert str(refused.value) == (
        f"“{round_.title}”现在是“结果已冻结”，不能这样办，没有做任何改动。"
    )


def test_k58_option_that_the_scheme_does_not_have_is_refused(cast: Cast) -> None:
    found = adopt("s0.5-ability", cast.school)
    form = layout(found, "activities")

    problems = form.problems({"常态化教研活动": {"rating": "很好"}})

    [problem] = problems.values()
    assert str(problem) == "“常态化教研活动”的“评价”里没有“很好”这一项。"


def test_guide_neither_opens_nor_hands_in_the_review_of_their_own_school(
    work: Work, cast: Cast
) -> None:
    found, round_ = work
    forget(found, BY_GUIDES)
    found.adoption.holders |= {
        "研训指导团队": [{"how": "role", "role": "reviewer", "kind": "panel"}]
    }
    found.adoption.save()
    own = subject(found, "school", OWN_OF_GUIDE)
    Subject.objects.unscoped("a test").filter(pk=own.pk).update(unit=cast.other_school)
    said = f"邓启文不能评{own.name}：是本人所在的"

    offered = {line.subject_id for line in own_to_open(actor(cast.reviewer), now=NOW)}
    assert subject(found, "school", THEIRS).pk in offered
    assert own.pk not in offered
    with pytest.raises(Refused, match=said):
        open_own_review(
            by(cast.reviewer), round_id=round_.pk, register=BY_GUIDES, subject_id=own.pk
        )

    review = Review(
        round=round_,
        register=BY_GUIDES,
        subject=own,
        assessor=cast.reviewer,
        unit=cast.other_school,
        made_at=NOW,
    )
    review.save()
    with pytest.raises(Refused, match=said):
        hand_in(cast.reviewer, review, full_marks(found))
