"""Reminding: once a day, never at night, only those who still owe it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kaocheng.access.actor import system
from kaocheng.access.refusal import Refused
from kaocheng.actions.perform import Act
from kaocheng.actions.reminder import (
    ask_to_remind,
    remind_matter,
    remind_of_deadlines,
    remind_put_off,
)
from kaocheng.actions.task import Owed, owe_each, settle
from kaocheng.records.models import Delivery, Job, Message, Setting
from tests.cast import NOW, Cast, by

NIGHT = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # Friday, 23:00 in China
MONDAY = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)  # Monday, 07:00 in China


def owe_two(cast: Cast, *, due_at: datetime | None = None) -> tuple[str, str]:
    owe_each(
        Act(by(cast.lead), "test.owe"),
        cast.group,
        [
            Owed("填写工作总结", "/c/1", cast.group, person=person, due_at=due_at)
            for person in (cast.teacher, cast.colleague)
        ],
    )
    Message.objects.unscoped("what was told before").delete()
    return "unit", str(cast.group.pk)


def told() -> list[tuple[int, str]]:
    rows = Message.objects.unscoped("a test looks").order_by("person_id", "pk")
    return [(row.person_id, row.subject) for row in rows]


def test_reminder_goes_to_those_who_still_owe_it(cast: Cast) -> None:
    kind, id = owe_two(cast)
    settle(Act(by(cast.lead), "test.settle"), cast.group, person=cast.colleague)

    answer = remind_matter(by(cast.lead), source_kind=kind, source_id=id)

    assert answer.values == {"count": 1}
    assert told() == [(cast.teacher.pk, "提醒：填写工作总结")]


def test_w60_second_reminder_of_the_day_is_refused(cast: Cast) -> None:
    kind, id = owe_two(cast)
    remind_matter(by(cast.lead), source_kind=kind, source_id=id)

    with pytest.raises(Refused) as refused:
        remind_matter(by(cast.lead), source_kind=kind, source_id=id)

    assert str(refused.value) == "没有要提醒的人：都已办完，或者今天已经提醒过。"
    assert len(told()) == 2


def test_lead_of_another_school_reminds_nobody(cast: Cast) -> None:
    kind, id = owe_two(cast)

    with pytest.raises(Refused) as refused:
        remind_matter(by(cast.other_lead), source_kind=kind, source_id=id)

    assert refused.value.message_id == "W60"
    assert told() == []


def test_reminder_asked_for_at_night_waits_for_the_working_morning(cast: Cast) -> None:
    kind, id = owe_two(cast)

    answer = remind_matter(by(cast.lead, at=NIGHT), source_kind=kind, source_id=id)

    assert told() == []
    job = Job.objects.get(kind="task.remind")
    assert job.run_after == MONDAY
    assert datetime.fromisoformat(answer.values["later"]) == MONDAY


def test_put_off_reminder_leaves_out_who_did_it_meanwhile(cast: Cast) -> None:
    kind, id = owe_two(cast)
    remind_matter(by(cast.lead, at=NIGHT), source_kind=kind, source_id=id)
    settle(Act(by(cast.lead), "test.settle"), cast.group, person=cast.teacher)

    remind_put_off(system(MONDAY), **Job.objects.get(kind="task.remind").payload)

    assert told() == [(cast.colleague.pk, "提醒：填写工作总结")]


def test_group_robot_is_told_once_a_day(cast: Cast) -> None:
    kind, id = owe_two(cast)
    Setting(unit=cast.school, name="group_robot", value={"kind": "wecom", "url": "x"}).save()

    remind_matter(by(cast.lead), source_kind=kind, source_id=id)
    remind_put_off(
        system(NOW + timedelta(hours=1)), source_kind=kind, source_id=id, unit_id=cast.school.pk
    )

    assert Delivery.objects.get().effect_key == f"group-{cast.school.pk}-2026-11-27"
    assert Job.objects.get(kind="message.deliver").payload == {
        "delivery_id": Delivery.objects.get().pk
    }


def test_deadlines_of_the_next_working_day_are_brought_up_once(cast: Cast) -> None:
    owe_two(cast, due_at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # Monday, 24:00
    ask_to_remind(NOW)
    ask_to_remind(NOW + timedelta(minutes=30))
    job = Job.objects.get(kind="task.remind_due")

    remind_of_deadlines(system(NOW), job_id=job.pk)
    remind_of_deadlines(system(NOW + timedelta(hours=2)), job_id=job.pk)

    assert told() == [
        (cast.teacher.pk, "提醒：填写工作总结"),
        (cast.colleague.pk, "提醒：填写工作总结"),
    ]
    message = Message.objects.unscoped("a test looks").first()
    assert message is not None
    assert message.body == "11月30日（周一）24:00 前，还有 3 天"


def test_what_is_due_later_is_not_brought_up(cast: Cast) -> None:
    owe_two(cast, due_at=datetime(2026, 12, 1, 16, 0, tzinfo=UTC))
    ask_to_remind(NOW)

    remind_of_deadlines(system(NOW), job_id=Job.objects.get().pk)

    assert told() == []


def test_nothing_is_asked_for_at_night(cast: Cast) -> None:
    owe_two(cast, due_at=NIGHT)

    ask_to_remind(NIGHT)

    assert not Job.objects.exists()
