"""交接: listed, signed away, signed for, witnessed; every way out once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kaocheng.access.actor import By, Helper
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.handover import (
    begin_for_absent,
    begin_handover,
    cancel_handover,
    sign_away,
    sign_for,
    witness_handover,
)
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import owe
from kaocheng.queries.actor import appointments_today
from kaocheng.queries.handover import choice
from kaocheng.queries.handover_items import items_of
from kaocheng.records.models import Appointment, AuditRow, Handover, Person, Task, Unit
from tests.actions.collecting import drafted
from tests.cast import NOW, Cast, actor, by

TODAY = date(2026, 11, 27)


@action("test.owe")
def owe_it(act: Act, *, person_id: int, unit_id: int, title: str) -> Answer:
    person = Person.objects.unscoped("a test").get(pk=person_id)
    unit = Unit.objects.unscoped("a test").get(pk=unit_id)
    due_at = NOW + timedelta(days=3)
    return Answer.of(
        owe(act, source=person, title=title, page="/x", unit=unit, person=person, due_at=due_at)
    )


def task_for(cast: Cast, who: Person, title: str = "交教学反思") -> Task:
    answer = owe_it(by(cast.lead), person_id=who.pk, unit_id=cast.group.pk, title=title)
    return Task.objects.unscoped("a test looks").get(pk=int(answer.id))


def begun(cast: Cast, who: Person, *, giver: Person, taker: Person) -> Handover:
    answer = begin_handover(by(who), giver_id=giver.pk, taker_id=taker.pk, note="周报办到一半")
    return row_of(int(answer.id))


def row_of(handover_id: int) -> Handover:
    return Handover.objects.unscoped("a test looks").get(pk=handover_id)


def given(cast: Cast, *, giver: Person, taker: Person) -> Handover:
    row = begun(cast, giver, giver=giver, taker=taker)
    keys = tuple(item.key for item in items_of(giver.pk, on=TODAY))
    sign_away(by(giver), handover_id=row.pk, keys=keys, version=row.version)
    return row_of(row.pk)


def roles_of(who: Person) -> set[tuple[str, str]]:
    return {(held.unit_name, held.role) for held in appointments_today(who.pk)}


def owned(task: Task) -> tuple[str, str]:
    kept = Task.objects.unscoped("a test looks").get(pk=task.pk)
    return (kept.person.name if kept.person else "", kept.state)


def open_tasks(row: Handover) -> list[tuple[str, str, str]]:
    """Who has to sign next: the person, or the unit and role."""
    tasks = Task.objects.unscoped("a test looks").filter(
        source_kind="handover", source_id=str(row.pk), state="open"
    )
    return [(task.person.name if task.person else "", task.unit.name, task.role) for task in tasks]


def helped(who: By) -> By:
    return replace(who, actor=replace(who.actor, helper=Helper(person_id=1, name="别人")))


def test_list_is_collected_from_everywhere(cast: Cast) -> None:
    task_for(cast, cast.workshop_leader)
    drafted(cast.lead, kinds=("group",))

    leader = items_of(cast.workshop_leader.pk, on=TODAY)
    lead = items_of(cast.lead.pk, on=TODAY)

    assert [(item.kind, item.title, item.note) for item in leader] == [
        ("role", "数学组 坊主", "2020-09-01 起任"),
        ("task", "交教学反思", "2026-11-30 截止"),
    ]
    assert [(item.kind, item.title) for item in lead] == [
        ("role", "榕荫小学 校长"),
        ("collection", "教师情况收集表"),
    ]


def test_tasks_pass_on_when_the_taker_has_signed(cast: Cast) -> None:
    task = task_for(cast, cast.teacher)
    row = given(cast, giver=cast.teacher, taker=cast.colleague)

    assert (row.state, row.given_at, len(row.items)) == ("given", NOW, 1)
    assert owned(task) == ("林晓棠", "open")
    assert open_tasks(row) == [("陈敏", "数学组", "")]
    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    done = row_of(row.pk)
    assert (done.state, done.taken_at, done.ended_at) == ("taken", NOW, NOW)
    assert owned(task) == ("陈敏", "open")
    assert open_tasks(row) == []


def test_what_was_not_chosen_stays_with_the_giver(cast: Cast) -> None:
    kept = task_for(cast, cast.teacher)
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    sign_away(by(cast.teacher), handover_id=row.pk, keys=(), version=row.version)
    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version + 1)

    assert row_of(row.pk).items == []
    assert owned(kept) == ("林晓棠", "open")


def test_list_stays_as_it_was_signed(cast: Cast) -> None:
    row = given(cast, giver=cast.teacher, taker=cast.colleague)
    task = task_for(cast, cast.teacher)

    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    assert row_of(row.pk).items == []
    assert owned(task) == ("林晓棠", "open")


def test_role_passes_on_only_under_a_witness_who_may_give_it(cast: Cast) -> None:
    row = given(cast, giver=cast.workshop_leader, taker=cast.teacher)

    sign_for(by(cast.teacher), handover_id=row.pk, version=row.version)
    assert row_of(row.pk).state == "signed"
    assert roles_of(cast.workshop_leader) == {("数学组", "workshop_leader")}
    assert open_tasks(row) == [("", "榕荫小学", "lead")]

    signed = row_of(row.pk)
    witness_handover(by(cast.lead), handover_id=row.pk, version=signed.version)
    done = row_of(row.pk)
    assert (done.state, done.witness, done.witnessed_at) == ("taken", cast.lead, NOW)
    assert roles_of(cast.workshop_leader) == set()
    assert roles_of(cast.teacher) == {("数学组", "member"), ("数学组", "workshop_leader")}
    ended = Appointment.objects.unscoped("a test looks").get(person=cast.workshop_leader)
    assert ended.ends_on == TODAY


@pytest.mark.parametrize("who", ["teacher", "workshop_leader", "other_lead", "far_lead"])
def test_outsiders_and_the_two_themselves_do_not_witness(cast: Cast, who: str) -> None:
    row = given(cast, giver=cast.workshop_leader, taker=cast.teacher)
    sign_for(by(cast.teacher), handover_id=row.pk, version=row.version)

    with pytest.raises((NotYours, NotAllowed)):
        witness_handover(by(getattr(cast, who)), handover_id=row.pk, version=row.version + 1)

    assert roles_of(cast.teacher) == {("数学组", "member")}


def test_clerk_does_not_witness_the_role_of_the_head(cast: Cast) -> None:
    row = given(cast, giver=cast.lead, taker=cast.teacher)
    sign_for(by(cast.teacher), handover_id=row.pk, version=row.version)
    version = row_of(row.pk).version

    assert open_tasks(row) == [("", "榕镇", "lead")]
    with pytest.raises(NotAllowed):
        witness_handover(by(cast.clerk), handover_id=row.pk, version=version)
    assert roles_of(cast.lead) == {("榕荫小学", "lead")}

    witness_handover(by(cast.officer), handover_id=row.pk, version=version)
    assert ("榕荫小学", "lead") in roles_of(cast.teacher)
    assert roles_of(cast.lead) == set()


def test_lead_signs_for_somebody_who_is_gone_and_the_list_says_so(cast: Cast) -> None:
    task = task_for(cast, cast.workshop_leader)

    answer = begin_for_absent(
        by(cast.lead),
        giver_id=cast.workshop_leader.pk,
        taker_id=cast.teacher.pk,
        because="已调离",
    )

    row = row_of(int(answer.id))
    assert (row.state, row.absent_because, row.made_by, row.witness) == (
        "given", "已调离", cast.lead, cast.lead,
    )  # fmt: skip
    assert [item["kind"] for item in row.items] == ["role", "task"]
    sign_for(by(cast.teacher), handover_id=row.pk, version=row.version)
    assert owned(task) == ("林晓棠", "open")
    assert ("数学组", "workshop_leader") in roles_of(cast.teacher)
    assert roles_of(cast.workshop_leader) == set()


def test_somebody_without_any_appointment_left_can_still_be_handed_over_for(cast: Cast) -> None:
    task = task_for(cast, cast.teacher)
    held = Appointment.objects.unscoped("they left").filter(person=cast.teacher)
    held.update(ends_on=TODAY - timedelta(days=3))
    Person.objects.unscoped("they left").filter(pk=cast.teacher.pk).update(state="left")

    answer = begin_for_absent(
        by(cast.lead), giver_id=cast.teacher.pk, taker_id=cast.colleague.pk, because="已调离"
    )
    row = row_of(int(answer.id))
    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    assert owned(task) == ("陈敏", "open")


def test_absence_has_to_be_explained(cast: Cast) -> None:
    with pytest.raises(Invalid):
        begin_for_absent(
            by(cast.lead), giver_id=cast.teacher.pk, taker_id=cast.colleague.pk, because=" "
        )

    assert not Handover.objects.unscoped("a test looks").exists()


def test_clerk_does_not_empty_the_desk_of_the_head(cast: Cast) -> None:
    task = task_for(cast, cast.lead)

    with pytest.raises(NotAllowed):
        begin_for_absent(
            by(cast.clerk), giver_id=cast.lead.pk, taker_id=cast.clerk.pk, because="出差"
        )

    assert not Handover.objects.unscoped("a test looks").exists()
    assert owned(task) == ("何敏仪", "open")


def test_what_an_absent_one_has_elsewhere_stays_with_them(cast: Cast) -> None:
    for where, role in ((cast.panel, "reviewer"), (cast.other_school, "lead")):
        Appointment(
            person=cast.workshop_leader, role=role, unit=where, starts_on=date(2026, 9, 1)
        ).save()
    here = task_for(cast, cast.workshop_leader)
    there = owe_it(
        by(cast.other_lead),
        person_id=cast.workshop_leader.pk,
        unit_id=cast.other_school.pk,
        title="珠岸中学的事",
    )
    elsewhere = Task.objects.unscoped("a test looks").get(pk=int(there.id))

    def absent(taker: Person) -> Answer:
        return begin_for_absent(
            by(cast.lead), giver_id=cast.workshop_leader.pk, taker_id=taker.pk, because="病假"
        )

    page = choice(actor(cast.lead), cast.workshop_leader.pk)
    assert "珠岸中学" not in str(page.items)
    assert {name for _, name in page.takers} == {"林晓棠", "陈敏", "何敏仪", "沈一鸣"}
    with pytest.raises(NotYours):
        absent(cast.other_lead)
    row = row_of(int(absent(cast.colleague).id))
    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    assert roles_of(cast.workshop_leader) == {
        ("云山区研训指导团队", "reviewer"),
        ("珠岸中学", "lead"),
    }
    assert roles_of(cast.colleague) == {("数学组", "member"), ("数学组", "workshop_leader")}
    assert owned(here) == ("陈敏", "open")
    assert owned(elsewhere) == ("陈国安", "open")


def test_nobody_is_absent_for_themselves(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        begin_for_absent(
            by(cast.lead), giver_id=cast.lead.pk, taker_id=cast.clerk.pk, because="我不在"
        )


def test_signatures_are_given_in_person(cast: Cast) -> None:
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    with pytest.raises(NotAllowed):
        sign_away(helped(by(cast.teacher)), handover_id=row.pk, keys=(), version=row.version)
    assert row_of(row.pk).state == "draft"

    sign_away(by(cast.teacher), handover_id=row.pk, keys=(), version=row.version)
    with pytest.raises(NotAllowed):
        sign_for(helped(by(cast.colleague)), handover_id=row.pk, version=2)
    assert row_of(row.pk).state == "given"


@pytest.mark.parametrize("who", ["outsider", "far_lead", "other_lead", "reviewer", "teacher"])
def test_taker_is_a_colleague_and_another(cast: Cast, who: str) -> None:
    with pytest.raises(NotYours):
        begun(cast, cast.teacher, giver=cast.teacher, taker=getattr(cast, who))

    assert not Handover.objects.unscoped("a test looks").exists()


@pytest.mark.parametrize("who", ["colleague", "other_lead", "far_lead", "reviewer"])
def test_others_do_not_hand_over_for_a_teacher(cast: Cast, who: str) -> None:
    with pytest.raises(NotYours):
        begun(cast, getattr(cast, who), giver=cast.teacher, taker=cast.workshop_leader)


def test_only_the_giver_gives_and_only_the_taker_takes(cast: Cast) -> None:
    row = begun(cast, cast.lead, giver=cast.teacher, taker=cast.colleague)

    assert open_tasks(row) == [("林晓棠", "数学组", "")]
    for who in (cast.lead, cast.colleague):
        with pytest.raises(NotYours):
            sign_away(by(who), handover_id=row.pk, keys=(), version=row.version)
    sign_away(by(cast.teacher), handover_id=row.pk, keys=(), version=row.version)
    for who in (cast.lead, cast.teacher):
        with pytest.raises(NotYours):
            sign_for(by(who), handover_id=row.pk, version=2)
    assert row_of(row.pk).state == "given"


def test_w79_handover_is_taken_once_and_not_cancelled_after(cast: Cast) -> None:
    row = given(cast, giver=cast.teacher, taker=cast.colleague)
    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    with pytest.raises(Refused) as refused:
        cancel_handover(by(cast.teacher), handover_id=row.pk)

    assert str(refused.value) == "这份交接现在是“已交接”，不能这样办，没有做任何改动。"
    with pytest.raises(Refused):
        sign_for(by(cast.colleague), handover_id=row.pk, version=row.version + 1)


def test_cancelled_handover_moves_nothing(cast: Cast) -> None:
    task = task_for(cast, cast.teacher)
    row = given(cast, giver=cast.teacher, taker=cast.colleague)

    cancel_handover(by(cast.colleague), handover_id=row.pk)

    assert row_of(row.pk).state == "cancelled"
    assert open_tasks(row) == []
    assert owned(task) == ("林晓棠", "open")


def test_list_that_changed_since_it_was_shown_is_not_signed_unseen(cast: Cast) -> None:
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    with pytest.raises(Refused):
        sign_away(by(cast.teacher), handover_id=row.pk, keys=("task-999",), version=row.version)
    with pytest.raises(Stale):
        sign_away(by(cast.teacher), handover_id=row.pk, keys=(), version=9)

    assert row_of(row.pk).state == "draft"


def test_task_that_was_done_meanwhile_is_not_handed_on(cast: Cast) -> None:
    task = task_for(cast, cast.teacher)
    row = given(cast, giver=cast.teacher, taker=cast.colleague)
    Task.objects.unscoped("done meanwhile").filter(pk=task.pk).update(state="done")

    sign_for(by(cast.colleague), handover_id=row.pk, version=row.version)

    assert owned(task) == ("林晓棠", "done")


def test_every_signature_stands_in_the_log(cast: Cast) -> None:
    row = given(cast, giver=cast.workshop_leader, taker=cast.teacher)
    sign_for(by(cast.teacher), handover_id=row.pk, version=row.version)
    witness_handover(by(cast.lead), handover_id=row.pk, version=row.version + 1)

    rows = AuditRow.objects.filter(object_kind="handover", object_id=str(row.pk)).order_by("id")
    signed = [
        (one.action, one.person_id) for one in rows if "state" in one.changes.get("fields", ())
    ]
    assert signed == [
        ("handover.give", cast.workshop_leader.pk),
        ("handover.take", cast.teacher.pk),
        ("handover.witness", cast.lead.pk),
    ]
