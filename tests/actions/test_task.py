"""Tasks as other actions make, move, return and settle them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import models
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.perform import Act
from kaocheng.actions.task import (
    Owed,
    cancel,
    move,
    owe,
    owe_each,
    progress,
    return_task,
    settle,
)
from kaocheng.records.models import Message, Person, Task
from kaocheng.records.models.task import DueUnit, TaskState
from tests.cast import Cast, by

DUE = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 24:00 of 1 December in China


def acting(who: Person) -> Act:
    return Act(by(who), "test.task")


def tasks() -> models.QuerySet[Task]:
    return Task.objects.unscoped("a test looks").order_by("pk")


def messages() -> list[tuple[int, str, str]]:
    rows = Message.objects.unscoped("a test looks").order_by("pk")
    return [(row.person_id, row.subject, row.page) for row in rows]


def owe_teacher(cast: Cast, act: Act, *, total: int = 1) -> Task:
    return owe(
        act,
        source=cast.group,
        title="上交微课程佐证",
        page="/evidence/1",
        unit=cast.group,
        person=cast.teacher,
        due_at=DUE,
        due_unit=DueUnit.WORKING_DAYS,
        total=total,
    )


def test_owing_makes_a_task_and_tells_its_owner(cast: Cast) -> None:
    act = acting(cast.lead)

    task = owe_teacher(cast, act)

    assert list(tasks()) == [task]
    assert (task.source_kind, task.source_id) == ("unit", str(cast.group.pk))
    assert (task.person, task.due_at, task.state) == (cast.teacher, DUE, TaskState.OPEN)
    assert messages() == [(cast.teacher.pk, "您有一项新任务：上交微课程佐证", "/evidence/1")]
    assert [(row.object_kind, row.object_id) for row in act.audit_rows] == [("task", str(task.pk))]


def test_what_a_unit_owes_is_told_to_its_head_and_its_information_officer(cast: Cast) -> None:
    owe(
        acting(cast.officer),
        source=cast.district,
        title="签收通知",
        page="/notices/1",
        unit=cast.school,
        role="lead",
    )

    assert {person for person, _, _ in messages()} == {cast.lead.pk, cast.clerk.pk}


def test_owing_the_same_again_is_one_task(cast: Cast) -> None:
    first = owe_teacher(cast, acting(cast.lead), total=3)
    progress(acting(cast.lead), cast.group, done=2, person=cast.teacher)

    second = owe_teacher(cast, acting(cast.lead), total=4)

    assert first.pk == second.pk
    task = tasks().get()
    assert (task.done_count, task.total_count, task.version) == (2, 4, 3)


def test_owing_what_was_settled_opens_it_again_from_nothing(cast: Cast) -> None:
    owe_teacher(cast, acting(cast.lead))
    settle(acting(cast.lead), cast.group)

    owe_teacher(cast, acting(cast.lead))

    task = tasks().get()
    assert (task.state, task.done_count, task.closed_at) == (TaskState.OPEN, 0, None)


def test_settling_for_one_unit_leaves_the_others_open(cast: Cast) -> None:
    act = acting(cast.officer)
    schools = [cast.school, cast.other_school]
    owe_each(
        act,
        cast.district,
        [Owed("签收通知", "/notices/1", school, role="lead") for school in schools],
    )

    settle(act, cast.district, unit=cast.school)

    assert [(task.unit, task.state, task.closed_at) for task in tasks()] == [
        (cast.school, TaskState.DONE, act.at),
        (cast.other_school, TaskState.OPEN, None),
    ]


def test_returned_task_is_open_with_the_reason(cast: Cast) -> None:
    owe_teacher(cast, acting(cast.lead), total=3)
    settle(acting(cast.lead), cast.group)

    return_task(acting(cast.lead), cast.group, because="第 2 段录像没有本人出镜")

    task = tasks().get()
    assert (task.state, task.returned_because) == (TaskState.OPEN, "第 2 段录像没有本人出镜")
    assert (task.done_count, task.closed_at) == (2, None)
    assert messages()[-1][1] == "请修改后再交：上交微课程佐证"


def test_cancelled_task_is_not_returned_any_more(cast: Cast) -> None:
    owe_teacher(cast, acting(cast.lead))
    cancel(acting(cast.lead), cast.group)

    return_task(acting(cast.lead), cast.group, because="请补一份")

    assert tasks().get().state == TaskState.CANCELLED


def test_tasks_move_with_a_handover_and_are_never_owed_twice(cast: Cast) -> None:
    act = acting(cast.lead)
    moved = owe_teacher(cast, act)
    both = [
        owe(act, source=cast.school, title="填表", page="/c/1", unit=cast.group, person=person)
        for person in (cast.teacher, cast.colleague)
    ]

    move(act, [moved.pk, both[0].pk], giver=cast.teacher, taker=cast.colleague)

    assert [(task.person, task.state) for task in tasks()] == [
        (cast.colleague, TaskState.OPEN),
        (cast.teacher, TaskState.CANCELLED),
        (cast.colleague, TaskState.OPEN),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_many_tasks_take_a_fixed_number_of_statements(
    cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    act = acting(cast.city_officer)
    units = [cast.school, cast.other_school, cast.far_school][:count]

    # Those there are, the new ones, who holds the role, messages there are, new messages.
    with django_assert_num_queries(5):
        owe_each(
            act, cast.city, [Owed("签收通知", "/notices/1", unit, role="lead") for unit in units]
        )

    assert tasks().count() == count
