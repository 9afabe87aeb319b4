"""The counts of tasks that the database keeps are what one would count, whoever writes beside whom.

Asserted after every step: the sums of `TaskCount` against a count over the tasks themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q, QuerySet, Sum

from kaocheng.records.models import Task, TaskCount, Unit
from kaocheng.records.models.task import TaskState
from tests.cast import NOW, Cast, unit

TEST = "a test looks at everything"
Counts = dict[int, tuple[int, int]]


def tasks() -> QuerySet[Task]:
    return Task.objects.unscoped(TEST)


def make(where: Unit, count: int, *, state: str = TaskState.OPEN) -> None:
    first = tasks().count()
    Task.objects.bulk_create(
        Task(
            unit=where,
            role="lead",
            title="填报",
            source_kind="test",
            source_id=str(first + number),
            page="/",
            state=state,
            made_at=NOW,
        )
        for number in range(count)
    )


def kept() -> Counts:
    rows = TaskCount.objects.unscoped(TEST).values_list("unit")
    sums = rows.annotate(Sum("open"), Sum("done")).order_by()
    return {pk: (opened, done) for pk, opened, done in sums if opened or done}


def counted() -> Counts:
    rows = tasks().exclude(state=TaskState.CANCELLED).values_list("unit")
    of_units = rows.annotate(
        opened=Count("pk", filter=Q(state=TaskState.OPEN)),
        done=Count("pk", filter=Q(state=TaskState.DONE)),
    ).order_by()
    return {pk: (opened, done) for pk, opened, done in of_units}


def test_counts_follow_whatever_is_written(cast: Cast) -> None:
    make(cast.school, 5)
    make(cast.group, 3, state=TaskState.DONE)
    make(cast.group, 2, state=TaskState.CANCELLED)
    assert kept() == counted() == {cast.school.pk: (5, 0), cast.group.pk: (0, 3)}

    first, second, third, *_ = tasks().filter(unit=cast.school).order_by("pk")
    tasks().filter(pk__in=[first.pk, second.pk]).update(state=TaskState.DONE)
    assert kept() == counted() == {cast.school.pk: (3, 2), cast.group.pk: (0, 3)}

    tasks().filter(state=TaskState.DONE).update(unit=cast.other_school, state=TaskState.OPEN)
    assert kept() == counted() == {cast.school.pk: (3, 0), cast.other_school.pk: (5, 0)}

    tasks().filter(pk=third.pk).delete()
    tasks().filter(pk=first.pk).update(state=TaskState.CANCELLED)
    assert kept() == counted() == {cast.school.pk: (2, 0), cast.other_school.pk: (4, 0)}


def test_counts_are_not_written_where_nothing_to_count_has_changed(cast: Cast) -> None:
    make(cast.school, 2)
    before = list(TaskCount.objects.unscoped(TEST).values_list())

    tasks().update(done_count=0, title="再填报")
    tasks().filter(state=TaskState.DONE).update(state=TaskState.OPEN)

    assert list(TaskCount.objects.unscoped(TEST).values_list()) == before


def test_counts_of_what_is_undone_are_undone(cast: Cast) -> None:
    make(cast.school, 2)

    with transaction.atomic():
        tasks().update(state=TaskState.DONE)
        transaction.set_rollback(True)

    assert kept() == counted() == {cast.school.pk: (2, 0)}


@contextmanager
def somebody_else() -> Iterator[CursorWrapper]:
    """A second writer, who gives up where they would have to wait."""
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("set lock_timeout = '1s'")
        yield cursor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undone", [False, True])
def test_two_writers_of_a_unit_do_not_wait_for_each_other(*, undone: bool) -> None:
    school = unit("第一小学", "school")
    make(school, 4)
    first, second, third, _ = tasks().order_by("pk")

    with transaction.atomic(), somebody_else() as other:
        tasks().filter(pk=first.pk).update(state=TaskState.DONE)
        other.execute("update records_task set state = 'done' where id = %s", [second.pk])
        transaction.set_rollback(undone)

    assert kept() == counted() == {school.pk: (3, 1) if undone else (2, 2)}

    tasks().filter(pk=third.pk).update(state=TaskState.DONE)

    assert kept() == counted()
    assert TaskCount.objects.unscoped(TEST).count() == 1
