"""Pages of reviews and ballots: the queue, the form, assigning, comparing, voting, counting."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.ballot import open_ballot
from kaocheng.actions.review import open_own_review, save_review, submit_review
from kaocheng.actions.review_assignment import assign_all_reviews, assign_review
from kaocheng.gateways.files import store
from kaocheng.queries import computing
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import (
    BallotVoter,
    Draft,
    Entry,
    FileUse,
    Person,
    Review,
    Round,
    StoredFile,
    Subject,
)
from tests.actions.reviewing import (
    BY_GUIDES,
    OURS,
    SELF,
    THEIRS,
    UNASKED,
    entries,
    forget,
    full_marks,
    review_of,
    reviews,
    schools_at_work,
    subject,
)
from tests.adopting import adopt, open_round
from tests.cast import NOW, Cast, by
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in

Work = tuple[Adopted, Round]


@pytest.fixture
def work(cast: Cast) -> Work:
    """The guides are asked; what they and our two schools have given before is taken away."""
    found, round_ = schools_at_work(cast)
    forget(found, BY_GUIDES)
    forget(found, SELF, THEIRS)
    assign_all_reviews(by(cast.city_officer), round_id=round_.pk, register=BY_GUIDES)
    return found, round_


def own(cast: Cast) -> Review:
    return review_of(cast.outsider, OURS)


def sent(cells: dict[str, dict[str, str]], then: str = "send") -> dict[str, str]:
    form = {f"{code}.{field}": text for code, own in cells.items() for field, text in own.items()}
    return {**form, "then": then, "key": "k1"}


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def hand_in(who: Person, review: Review, cells: dict[str, dict[str, str]]) -> None:
    save_review(by(who), review_id=review.pk, cells=cells)
    submit_review(by(who), review_id=review.pk)


def test_queue_lists_what_is_to_be_assessed_and_how_far_one_is(work: Work, cast: Cast) -> None:
    hand_in(cast.outsider, own(cast), full_marks(work[0]))
    guide = signed_in(cast.outsider)

    queue = page(guide, "/reviews")

    assert "还有 1 份要评" in queue
    assert "松涛小学" in queue
    assert "云岭第二小学" not in queue
    assert "1 / 2" in queue
    assert "云岭第二小学" in page(guide, "/reviews?show=done")


@pytest.mark.parametrize("count", [1, 3])
def test_queue_takes_a_fixed_number_of_queries(
    count: int, work: Work, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found, round_ = work
    Review.objects.unscoped("a test").delete()
    for key in (OURS, THEIRS, UNASKED)[:count]:
        assign_review(
            by(cast.city_officer),
            round_id=round_.pk,
            register=BY_GUIDES,
            subject_id=subject(found, "school", key).pk,
            assessor_ids=[cast.outsider.pk],
        )
    guide = signed_in(cast.outsider)
    guide.get("/reviews")

    with django_assert_max_num_queries(15):
        assert f"还有 {count} 份要评" in page(guide, "/reviews")


def test_form_has_a_line_per_indicator_and_says_what_is_missing(work: Work, cast: Cast) -> None:
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"

    form = page(guide, path)

    assert "提交（还差 12 项）" in form
    assert form.count('inputmode="decimal"') == 12
    assert "信息化教育教学发展规划 区级考核得分，最多 10" in form
    saved = guide.post(path, sent({"A1": {"mark": "8"}}, "save"), follow=True).content.decode()
    assert "已保存，还差 11 项" in saved
    assert "提交（还差 11 项）" in saved


def test_saving_a_mark_that_is_too_high_keeps_it_and_says_so(work: Work, cast: Cast) -> None:
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"

    saved = guide.post(path, sent({"A1": {"mark": "12"}}, "save"), follow=True).content.decode()

    assert "已保存，有 1 处填得不对，改好才能提交" in saved
    assert 'value="12"' in saved


def test_self_mark_stands_beside_a_line_only_once_it_is_saved(work: Work, cast: Cast) -> None:
    """Against anchoring: the school gave itself 9.5 for A1."""
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"

    assert "9.5" not in page(guide, path)
    guide.post(path, sent({"A1": {"mark": "12"}}, "save"))
    assert "9.5" not in page(guide, path)
    guide.post(path, {**sent({"A1": {"mark": "8"}}, "save"), "key": "k2"})

    form = page(guide, path)
    assert form.count(">9.5<") == 1


def test_handing_in_twice_writes_once(work: Work, cast: Cast) -> None:
    found, _ = work
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"
    form = sent(full_marks(found))

    first = guide.post(path, form)
    second = guide.post(path, form)
    third = guide.post(path, {**form, "key": "other"})

    assert (first.status_code, second.status_code) == (302, 302)
    assert third.status_code == 422
    assert "不能再改" in third.content.decode()
    assert len(entries(found, BY_GUIDES, OURS)) == 12


def test_mark_above_the_maximum_is_told_in_its_cell_and_kept(work: Work, cast: Cast) -> None:
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"
    cells = full_marks(work[0])
    cells["A2"]["mark"] = "99"

    answer = guide.post(path, sent(cells))

    assert answer.status_code == 422
    form = answer.content.decode()
    assert "“信息化管理团队”的“区级考核得分”最多 5 分，现在填了 99。" in form
    assert 'value="99"' in form
    assert 'aria-invalid="true"' in form
    assert 'value="99"' in page(guide, path)


def test_review_of_another_is_not_found(work: Work, cast: Cast) -> None:
    stranger = signed_in(cast.reviewer)
    path = f"/reviews/{own(cast).pk}"

    assert stranger.get(path).status_code == 404
    assert stranger.post(path, sent(full_marks(work[0]))).status_code == 404
    assert stranger.post(f"{path}/return", {"because": "补", "key": "k"}).status_code == 403
    assert signed_in(cast.lead).get(f"{path}/return").status_code == 404


def test_shut_gate_is_said_and_nothing_can_be_filled_in(work: Work, cast: Cast) -> None:
    forget(work[0], SELF, OURS)

    form = page(signed_in(cast.outsider), f"/reviews/{own(cast).pk}")

    assert "还不能评" in form
    assert "先自评，再区级考核" in form
    assert 'inputmode="decimal"' not in form


def test_school_opens_its_own_assessment(work: Work, cast: Cast) -> None:
    lead = signed_in(cast.other_lead)
    listed = page(lead, "/reviews/own")
    [path] = re.findall(r'action="(/reviews/own/\d+/self_score/\d+)"', listed)

    answer = lead.post(path, {"key": "k1"})

    assert "学校自评打分" in page(lead, answer["Location"])
    assert "现在没有可以开始的" in page(lead, "/reviews/own")


def test_colleague_is_asked_before_taking_over(work: Work, cast: Cast) -> None:
    found, round_ = work
    forget(found, SELF, OURS)
    ours = subject(found, "school", OURS)
    open_own_review(by(cast.lead), round_id=round_.pk, register=SELF, subject_id=ours.pk)
    clerk = signed_in(cast.clerk)
    path = f"/reviews/own/{round_.pk}/{SELF}/{ours.pk}"

    asked = clerk.post(path, {"key": "k1"})
    taken = clerk.post(path, {"key": "k2", "take_over": "yes"})

    assert asked.status_code == 422
    assert "何敏仪正在填这份评价。" in asked.content.decode()
    assert taken.status_code == 302


def evidence_file(found: Adopted, cast: Cast) -> FileUse:
    kept = store().keep([b"plan"], most_bytes=100)
    stored = StoredFile(
        digest=kept.digest, size=4, media_type="text/plain", state="clean", stored_at=NOW
    )
    stored.save()
    [entry] = [one for one in entries(found, "material", OURS) if one.values["indicator"] == "A1"]
    use = FileUse(
        file=stored,
        name="榕荫小学规划.txt",
        person=cast.lead,
        unit=cast.school,
        object_kind="entry",
        object_id=str(entry.pk),
        receipt_number="HZ-1",
        received_at=NOW,
    )
    use.save()
    return use


def test_evidence_with_its_files_stands_beside_the_form(work: Work, cast: Cast) -> None:
    use = evidence_file(work[0], cast)
    guide = signed_in(cast.outsider)
    path = f"/reviews/{own(cast).pk}"

    form = page(guide, path)

    assert "榕荫小学规划.txt" in form
    answer = guide.get(f"{path}/files/{use.pk}")
    assert b"".join(answer) == b"plan"
    other = review_of(cast.outsider, THEIRS)
    assert guide.get(f"/reviews/{other.pk}/files/{use.pk}").status_code == 404


def test_blind_review_hides_names_of_subject_and_files(work: Work, cast: Cast) -> None:
    use = evidence_file(work[0], cast)
    review = own(cast)
    Review.objects.unscoped("a test").filter(pk=review.pk).update(is_blind=True)
    guide = signed_in(cast.outsider)

    form = page(guide, f"/reviews/{review.pk}")

    assert "云岭第二小学" not in form
    assert "榕荫小学" not in form
    assert "材料 1.txt" in form
    assert "云岭第二小学" not in page(guide, "/reviews")
    answer = guide.get(f"/reviews/{review.pk}/files/{use.pk}")
    assert b"".join(answer) == b"plan"
    assert "%E6%A6%95%E8%8D%AB" not in answer["Content-Disposition"]


def test_board_shows_who_assesses_whom_and_everybodys_load(work: Work, cast: Cast) -> None:
    found, round_ = work
    hand_in(cast.outsider, own(cast), full_marks(found))
    office = signed_in(cast.city_officer)

    board = page(office, f"/reviews/assign/{round_.pk}/{BY_GUIDES}")

    assert f"已评 1 / {len(reviews())} 份" in board
    assert "1 / 2 份" in board
    assert "还没有派" in board
    assert "区级考核打分" in page(office, "/reviews/assign")
    unasked = page(office, f"/reviews/assign/{round_.pk}/{BY_GUIDES}?show=nobody")
    assert "云岭第二小学" not in unasked


def test_guide_with_too_many_schools_is_pointed_out(work: Work, cast: Cast) -> None:
    found, round_ = work
    office = signed_in(cast.city_officer)
    path = f"/reviews/assign/{round_.pk}/{BY_GUIDES}"
    assert "每人指导不超过10所学校" not in page(office, path)
    assigned = entries(found, "assignment")
    given = [one.values["school"] for one in assigned if one.values["guide"] == "G2"]
    schools = Subject.objects.unscoped("a test").filter(
        adoption=found.adoption, roster="school", values__city_direct="否"
    )
    for number, school in enumerate(schools.exclude(key__in=given)[:11]):
        values = {"id": f"N{number}", "guide": "G2", "school": school.key}
        Entry(
            adoption=found.adoption,
            register="assignment",
            unit=cast.city,
            subject=school,
            key=f"N{number}",
            values={**values, "assigned_by": "区工程办"},
            entered_at=NOW,
        ).save()
    computing.forget()

    assert "每人指导不超过10所学校" in page(office, path)


def test_subject_page_compares_raters_and_warns_of_ties(work: Work, cast: Cast) -> None:
    found, round_ = work
    office = signed_in(cast.city_officer)
    ours = subject(found, "school", OURS)
    hand_in(cast.outsider, own(cast), full_marks(found))
    second = Review(
        round=round_,
        register=BY_GUIDES,
        subject=ours,
        unit=ours.unit,
        assessor=cast.reviewer,
        state="submitted",
        submitted_at=NOW,
        draft={"A1": {"mark": "10"}},
        made_at=NOW,
    )
    second.save()

    shown = page(office, f"/reviews/assign/{round_.pk}/{BY_GUIDES}/{ours.pk}")

    assert "差距大" in shown
    assert "最高与最低相差" in shown
    own_school = subject(found, "school", "YL06")
    tied = page(office, f"/reviews/assign/{round_.pk}/{BY_GUIDES}/{own_school.pk}")
    assert "是本人所在的学校" in tied


def test_office_assigns_returns_checks_and_reassigns(work: Work, cast: Cast) -> None:
    found, round_ = work
    office = signed_in(cast.city_officer)
    hand_in(cast.outsider, own(cast), full_marks(found))
    at = f"/reviews/assign/{round_.pk}/{BY_GUIDES}"
    unasked = subject(found, "school", UNASKED)

    made = office.post(
        f"{at}/{unasked.pk}/assign", {"assessor": cast.reviewer.pk, "key": "k1"}, follow=True
    )
    assert "已派 1 份" in made.content.decode()
    moved = review_of(cast.reviewer, UNASKED)
    office.post(f"/reviews/{moved.pk}/reassign", {"assessor": cast.outsider.pk, "key": "k2"})
    assert review_of(cast.outsider, UNASKED).state == "open"
    checked = office.post(f"/reviews/{own(cast).pk}/check", {"key": "k3"}, follow=True)
    assert "已复核" in checked.content.decode()
    empty = office.post(f"/reviews/{own(cast).pk}/return", {"because": "", "key": "k4"})
    assert empty.status_code == 200
    back = office.post(
        f"/reviews/{own(cast).pk}/return", {"because": "请附依据", "key": "k5"}, follow=True
    )
    assert "已退回" in back.content.decode()
    assert "退回原因：请附依据" in page(signed_in(cast.outsider), "/reviews")


def test_nobody_chosen_is_told_on_the_page(work: Work, cast: Cast) -> None:
    found, round_ = work
    unasked = subject(found, "school", UNASKED)

    answer = signed_in(cast.city_officer).post(
        f"/reviews/assign/{round_.pk}/{BY_GUIDES}/{unasked.pk}/assign", {"key": "k1"}
    )

    assert answer.status_code == 422
    assert "“由谁评”还没有填。" in answer.content.decode()


def ballot_of(cast: Cast, *, is_secret: bool = True) -> int:
    round_ = open_round(adopt("s4.1-dongliu", cast.school))
    answer = open_ballot(
        by(cast.lead),
        round_id=round_.pk,
        about="vote:scheme_vote",
        title="考评方案表决",
        is_secret=is_secret,
        unit_id=cast.school.pk if is_secret else None,
    )
    return int(answer.id)


def test_teacher_votes_on_a_phone_and_the_office_counts(cast: Cast) -> None:
    ballot_id = ballot_of(cast)
    teacher = signed_in(cast.teacher)
    paper = page(teacher, f"/ballots/{ballot_id}")
    assert "只有 5 人投票，人少时票上的内容容易猜出是谁，匿名性弱。" in paper
    assert 'name="key"' not in paper.split("<main", 1)[1].split("投出</button>")[0]
    assert "data-autosave" not in paper

    blank = teacher.post(f"/ballots/{ballot_id}", {"vote": "看情况"})
    assert blank.status_code == 422
    voted = teacher.post(f"/ballots/{ballot_id}", {"vote": "反对"}, follow=True)
    assert "您已经投过了" in voted.content.decode()
    again = teacher.post(f"/ballots/{ballot_id}", {"vote": "赞成"})
    assert again.status_code == 422

    lead = signed_in(cast.lead)
    board = page(lead, f"/ballots/{ballot_id}/board")
    assert "还有 4 人没有投" in board
    assert "林晓棠" not in board
    assert "反对" not in board
    closed = lead.post(f"/ballots/{ballot_id}/close", {"key": "k1"}, follow=True)
    assert "没有通过" in closed.content.decode()
    sheet = lead.get(f"/ballots/{ballot_id}/count.pdf")
    assert sheet["Content-Type"] == "application/pdf"
    assert "已投" in page(teacher, "/ballots")
    assert "考评方案表决" in page(lead, "/ballots/held")
    assert not Draft.objects.exists()


def test_office_calls_a_vote_on_its_page(cast: Cast) -> None:
    round_ = open_round(adopt("s4.1-dongliu", cast.school))
    lead = signed_in(cast.lead)
    path = f"/ballots/new/{round_.pk}"
    form = {"about": "vote:scheme_vote", "title": "表决", "how": "secret", "key": "k1"}

    assert "考评方案（细则）表决" in page(lead, path)
    assert lead.post(path, {**form, "title": ""}).status_code == 422
    past = lead.post(path, {**form, "unit": cast.school.pk, "closes_on": "2026-11-01"})
    assert past.status_code == 422
    made = lead.post(path, {**form, "unit": cast.school.pk, "key": "k2"})

    assert made.status_code == 302
    assert BallotVoter.objects.unscoped("a test").count() == 5


def test_tellers_enter_the_count_of_a_meeting(cast: Cast) -> None:
    ballot_id = ballot_of(cast, is_secret=False)
    lead = signed_in(cast.lead)
    form = {
        "members": "30",
        "present": "28",
        "sent_out": "28",
        "came_back": "27",
        "valid": "27",
        "in_favour": "20",
        "against": "6",
        "tellers": "林晓棠、陈敏",
    }

    wrong = lead.post(f"/ballots/{ballot_id}/count", {**form, "valid": "29", "key": "k1"})
    assert wrong.status_code == 422
    assert "有效（29）不能大于收回（27）" in wrong.content.decode()
    assert 'value="29"' in wrong.content.decode()
    done = lead.post(f"/ballots/{ballot_id}/count", {**form, "key": "k2"}, follow=True)

    text = done.content.decode()
    assert "通过" in text
    assert "弃权 1 票" in text
    assert lead.get(f"/ballots/{ballot_id}/count").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_and_can_be_used_by_everybody(
    width: int, work: Work, cast: Cast, window: Open
) -> None:
    found, round_ = work
    evidence_file(found, cast)
    ballot_id = ballot_of(cast)
    at = f"/reviews/assign/{round_.pk}/{BY_GUIDES}"
    for path, who in (
        ("/reviews", cast.outsider),
        (f"/reviews/{own(cast).pk}", cast.outsider),
        (at, cast.city_officer),
        (f"{at}/{subject(found, 'school', OURS).pk}", cast.city_officer),
        (f"/ballots/{ballot_id}", cast.teacher),
        (f"/ballots/{ballot_id}/board", cast.lead),
    ):
        shown = window(path, who, width=width)
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (path, violations(shown)) == (path, [])
        assert (path, shown.evaluate(too_wide)) == (path, 0)


@pytest.mark.browser
def test_tab_goes_down_the_column_of_marks(work: Work, cast: Cast, window: Open) -> None:
    shown = window(f"/reviews/{own(cast).pk}", cast.outsider)
    shown.locator('input[name="A1.mark"]').focus()

    shown.keyboard.press("Tab")

    assert shown.evaluate("document.activeElement.name") == "A2.mark"


@pytest.mark.browser
def test_what_is_typed_is_kept_without_saving(work: Work, cast: Cast, window: Open) -> None:
    review = own(cast)
    shown = window(f"/reviews/{review.pk}", cast.outsider)
    shown.locator('input[name="A1.mark"]').fill("7.5")

    shown.wait_for_function(
        "words => document.querySelector('.kept').innerText.includes(words)", arg="保存"
    )

    draft = Draft.objects.get(form=f"review-{review.pk}")
    assert draft.content["A1.mark"] == ["7.5"]


def test_district_sees_its_own_schools_and_guides_of_the_round_of_the_city(
    cast: Cast, work: Work
) -> None:
    found, round_ = work
    board = f"/reviews/assign/{round_.pk}/{BY_GUIDES}"
    own, far = subject(found, "school", OURS), subject(found, "school", "YL04")
    district = signed_in(cast.officer)

    tables = page(district, "/reviews/assign")
    shown = page(district, board)
    one = page(district, f"{board}/{own.pk}")

    assert f'href="{board}"' in tables
    assert f"/reviews/assign/{round_.pk}/{SELF}" not in tables
    assert own.name in shown
    assert far.name not in shown
    assert "邓启文" in one
    sent_form = {"assessor": str(cast.reviewer.pk), "period": "", "key": "k9"}
    answer = district.post(f"{board}/{own.pk}/assign", sent_form)
    assert (answer.status_code, answer["Location"]) == (302, f"{board}/{own.pk}")
    assert review_of(cast.reviewer, OURS).state == "open"
    for path in (
        f"{board}/{far.pk}",
        f"/reviews/assign/{round_.pk}/{SELF}",
        f"/reviews/{reviews(subject=far)[0].pk}/return",
    ):
        assert district.get(path).status_code == 404, path
    assert signed_in(cast.other_lead).get(board).status_code == 404
