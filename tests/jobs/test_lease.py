"""Jobs are done by one runner at a time, again after a failure, and not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connections

from kaocheng.access.actor import system
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.job import TakenAway, cancel_job, effect_once, report_progress
from kaocheng.gateways.clock import CLOCK
from kaocheng.jobs.lease import do, release_leases, take
from kaocheng.records.models import Job, JobEffect
from tests.cast import NOW, Cast, by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def job(kind: str = "test.work", key: str = "k", **values: object) -> Job:
    made = Job(kind=kind, effect_key=key, run_after=NOW, made_at=NOW, **values)
    made.save()
    return made


def again(row: Job) -> Job:
    return Job.objects.get(pk=row.pk)


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CLOCK, "source", lambda: moment)


def nothing(row: Job) -> None:
    """A handler that has nothing to do."""


def test_job_is_taken_once_and_done_once() -> None:
    made = job()

    taken = take(NOW)
    assert taken is not None
    assert take(NOW) is None
    do(taken, handlers={"test.work": nothing})

    ended = again(made)
    assert (ended.state, ended.attempts, ended.lease_until, ended.ended_at) == (
        "done",
        1,
        None,
        NOW,
    )


def test_job_that_is_not_due_waits() -> None:
    job(key="later").__class__.objects.update(run_after=NOW + timedelta(seconds=1))

    assert take(NOW) is None
    assert take(NOW + timedelta(seconds=1)) is not None


def test_lease_of_a_dead_runner_runs_out() -> None:
    made = job()
    take(NOW)

    assert take(NOW + timedelta(seconds=299)) is None
    second = take(NOW + timedelta(seconds=300))

    assert second is not None
    assert (second.pk, second.attempts) == (made.pk, 2)


def test_leases_of_the_process_before_are_released_at_start() -> None:
    job()
    take(NOW)

    assert release_leases() == 1
    assert take(NOW) is not None


def test_runner_that_outlived_its_lease_writes_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = job()
    slow = take(NOW)
    at(NOW + timedelta(seconds=301), monkeypatch)
    quick = take(CLOCK.now())
    assert slow is not None
    assert quick is not None

    with pytest.raises(TakenAway):
        report_progress(slow, done=1)
    do(slow, handlers={"test.work": nothing})

    assert (again(made).state, again(made).attempts) == ("waiting", 2)


def test_failed_job_is_tried_again_later_and_gives_up_with_a_number(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = job(most_attempts=2)

    def fails(row: Job) -> None:
        raise RuntimeError(row.kind)

    first = take(NOW)
    assert first is not None
    do(first, handlers={"test.work": fails})
    assert again(made).state == "waiting"
    assert take(NOW + timedelta(seconds=3)) is None

    at(NOW + timedelta(seconds=7), monkeypatch)
    second = take(CLOCK.now())
    assert second is not None
    do(second, handlers={"test.work": fails})

    ended = again(made)
    number = caplog.records[-1].number  # type: ignore[attr-defined]  # an extra
    assert (ended.state, ended.error) == ("failed", f"这件事没有做成，编号 {number}，已记下。")


def test_w91_job_that_kills_its_runners_is_given_up() -> None:
    made = job(most_attempts=1)
    take(NOW)  # this runner dies
    second = take(NOW + timedelta(seconds=301))
    assert second is not None

    do(second, handlers={"test.work": nothing})

    assert again(made).state == "failed"
    assert str(Refused("W91", number="7F21")) == "这件事没有做成，编号 7F21，已记下。"


def test_refusal_is_told_at_once_in_its_own_words() -> None:
    made = job()

    def refuses(row: Job) -> None:
        raise Refused("W81", row=row.pk)

    taken = take(NOW)
    assert taken is not None
    do(taken, handlers={"test.work": refuses})

    assert (again(made).state, again(made).error) == ("failed", "这个文件是空的，没有收下。")


def test_effect_happens_once_and_not_when_its_work_fails() -> None:
    made = job()
    done = []

    def work() -> None:
        with effect_once(made, "mail-1") as fresh:
            if fresh:
                done.append(1)

    def break_off() -> None:
        with effect_once(made, "mail-2"):
            raise RuntimeError

    work()
    work()
    with pytest.raises(RuntimeError):
        break_off()

    assert done == [1]
    assert [effect.key for effect in JobEffect.objects.all()] == ["mail-1"]


def test_cancelled_job_stops_at_its_next_progress(cast: Cast) -> None:
    made = job(asked_by_person_id=cast.clerk.pk, title="导入花名册")
    taken = take(NOW)
    assert taken is not None
    report_progress(taken, done=3, total=10)

    cancel_job(by(cast.clerk), job_id=made.pk)

    with pytest.raises(TakenAway):
        report_progress(taken, done=4)
    ended = again(made)
    assert (ended.state, ended.done_count, ended.total_count) == ("cancelled", 3, 10)


def test_job_of_somebody_else_cannot_be_cancelled(cast: Cast) -> None:
    made = job(asked_by_person_id=cast.clerk.pk, title="导入花名册")

    for other in (by(cast.lead), by(cast.system_admin), system(NOW)):
        with pytest.raises(NotYours):
            cancel_job(other, job_id=made.pk)

    assert again(made).state == "waiting"


def test_w92_ended_job_cannot_be_cancelled(cast: Cast) -> None:
    made = job(asked_by_person_id=cast.clerk.pk, title="导入花名册", state="done")

    with pytest.raises(Refused) as refused:
        cancel_job(by(cast.clerk), job_id=made.pk)

    assert str(refused.value) == "这件事已经结束，不能取消。"


@pytest.mark.django_db(transaction=True)
def test_two_runners_take_different_jobs_and_never_wait() -> None:
    for number in range(40):
        job(key=f"k{number}")
    taken: list[int] = []

    def run() -> None:
        while (found := take(NOW)) is not None:
            taken.append(found.pk)
        connections.close_all()

    in_threads(run, count=4)

    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db(transaction=True)
def test_second_runner_of_one_effect_waits_for_the_first_and_then_skips_it() -> None:
    made = job()
    done: list[int] = []

    def run() -> None:
        with effect_once(made, "the effect") as fresh:
            if fresh:
                done.append(1)
        connections.close_all()

    in_threads(run, count=4)

    assert done == [1]


def in_threads(work: Callable[[], None], *, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
