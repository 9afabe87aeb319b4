"""Fields that the scheme has somebody fill in once an entry is there."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, Refused, Stale
from kaocheng.actions.entry import correct, enter
from kaocheng.actions.entry_fill import fill_in
from kaocheng.actions.entry_sign import sign
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry import entry_of, entry_page
from kaocheng.queries.entry_later import fields_to_fill
from kaocheng.records.models import Entry
from kaocheng.records.models.register import Standing
from tests.cast import NOW, Cast, actor, by
from tests.registering import company, entries, entry


def planned(found: Adopted, cast: Cast, **more: str) -> Entry:
    """A task of the teacher's plan, signed by their superior."""
    own = next(
        one.subject
        for one in entries(found, "plan")
        if one.subject and one.subject.person_id == cast.teacher.pk
    )
    values = {"employee": own.key, "cycle": found.periods[-1].id, "task": "新任务", "weight": "20%"}
    answer = enter(
        by(cast.teacher), adoption_id=found.adoption.pk, register="plan", values=values | more
    )
    sign(by(cast.lead), entry_ids=[int(answer.id)])
    return entry(answer.id)


def test_superior_fills_in_the_score_and_the_signature_stands(cast: Cast) -> None:
    found = company(cast)
    plan = planned(found, cast)

    answer = fill_in(
        by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "92.5"}
    )

    made = entry(answer.id)
    assert (made.values, made.standing) == ({**plan.values, "score": "92.5"}, Standing.COUNTS)
    assert (made.entered_by_id, made.entered_at) == (cast.teacher.pk, plan.entered_at)
    assert (made.signed_count, made.corrects_id) == (plan.signed_count, plan.pk)
    assert entry(plan.pk).standing == Standing.REPLACED
    page = entry_page(actor(cast.lead), made.pk, now=NOW)
    assert [(one.words, one.who) for one in page.steps] == [
        ("审签", cast.lead.name),
        ("填写：任务得分", cast.lead.name),
    ]


def test_k120_who_enters_leaves_it_empty_and_changes_it_no_more(cast: Cast) -> None:
    found = company(cast)
    with pytest.raises(Invalid) as refused:
        planned(found, cast, score="100")
    assert str(refused.value.problems["score"]) == (
        "“任务得分”由直接上级填写，登记、更正时请空着或不改。"
    )
    plan = planned(found, cast)
    answer = fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "60"})
    filled = entry(answer.id)
    with pytest.raises(Invalid) as again:
        correct(
            by(cast.teacher),
            entry_id=filled.pk,
            version=filled.version,
            values={"score": "100"},
            why="改",
        )
    assert list(again.value.problems) == ["score"]

    same = correct(
        by(cast.teacher),
        entry_id=filled.pk,
        version=filled.version,
        values={"task": "任务名称写错了"},
        why="改",
    )

    assert entry(same.id).values["score"] == "60"


def test_nobody_else_fills_it_in_and_nobody_for_themselves(cast: Cast) -> None:
    found = company(cast)
    plan = planned(found, cast)
    for who, values in (
        (cast.teacher, {"score": "100"}),
        (cast.lead, {"task": "别的"}),
        (cast.lead, {}),
    ):
        with pytest.raises(NotAllowed):
            fill_in(by(who), entry_id=plan.pk, version=plan.version, values=values)
    assert plan.subject is not None
    plan.subject.person = cast.lead
    plan.subject.save()
    with pytest.raises(NotAllowed):
        fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "100"})


def test_what_is_filled_in_is_checked_and_an_old_page_is_stale(cast: Cast) -> None:
    found = company(cast)
    plan = planned(found, cast)
    with pytest.raises(Invalid) as refused:
        fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "101"})
    assert list(refused.value.problems) == ["score"]
    with pytest.raises(Stale):
        fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version + 1, values={"score": "9"})
    fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "90"})
    with pytest.raises(Refused):
        fill_in(by(cast.lead), entry_id=plan.pk, version=plan.version, values={"score": "95"})


def test_page_of_an_entry_asks_the_superior_alone(cast: Cast) -> None:
    found = company(cast)
    plan = planned(found, cast)
    shown, adopted, register = entry_of(actor(cast.lead), plan.pk)

    assert fields_to_fill(actor(cast.lead), adopted, register, shown) == ("approved_on", "score")
    assert fields_to_fill(actor(cast.teacher), adopted, register, shown) == ()


def test_correction_that_is_filled_in_while_it_waits_still_replaces_what_counts(
    cast: Cast,
) -> None:
    found = company(cast)
    plan = planned(found, cast)
    found.adoption.monthly_sheets = ["plan"]
    found.adoption.save()
    answer = correct(
        by(cast.teacher), entry_id=plan.pk, version=plan.version, values={"task": "别的"}, why="改"
    )
    sign(by(cast.lead), entry_ids=[int(answer.id)])
    checking = entry(answer.id)

    filled = fill_in(
        by(cast.lead), entry_id=checking.pk, version=checking.version, values={"score": "90"}
    )

    made = entry(filled.id)
    assert (made.standing, made.replaces_id) == (Standing.CHECKING, plan.pk)
    assert entry(plan.pk).standing == Standing.COUNTS
