"""Sweeps keep their rhythm, whatever the clock does and however many servers there are."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connections

from kaocheng.jobs.scheduler import Sweep, run_due
from kaocheng.jobs.sweeps import SWEEPS
from tests.cast import NOW

MINUTE = timedelta(minutes=1)


class Ran:
    """Counts, and remembers when."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def __call__(self, now: datetime) -> None:
        self.at.append(now)


@pytest.mark.django_db
def test_sweep_runs_when_it_is_due() -> None:
    ran = Ran()
    sweep = Sweep("test", MINUTE, ran)

    for seconds in (0, 30, 59, 60, 90, 120):
        run_due([sweep], NOW + timedelta(seconds=seconds))

    assert ran.at == [NOW, NOW + MINUTE, NOW + 2 * MINUTE]


@pytest.mark.django_db
def test_clock_that_jumps_ahead_catches_up_once() -> None:
    ran = Ran()
    sweep = Sweep("test", MINUTE, ran)
    run_due([sweep], NOW)

    later = NOW + timedelta(days=3)
    for seconds in (0, 1, 2):
        run_due([sweep], later + timedelta(seconds=seconds))

    assert ran.at == [NOW, later]


@pytest.mark.django_db
def test_clock_that_is_put_back_does_not_silence_a_sweep() -> None:
    ran = Ran()
    sweep = Sweep("test", MINUTE, ran)
    run_due([sweep], NOW)

    earlier = NOW - timedelta(days=3)
    for seconds in (0, 30, 60):
        run_due([sweep], earlier + timedelta(seconds=seconds))

    assert ran.at == [NOW, earlier, earlier + MINUTE]


@pytest.mark.django_db
def test_sweep_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def fails(now: datetime) -> None:
        raise RuntimeError(now)

    ran = Ran()

    names = run_due([Sweep("bad", MINUTE, fails), Sweep("good", MINUTE, ran)], NOW)

    assert names == ["bad", "good"]
    assert ran.at == [NOW]
    assert [record.message for record in caplog.records] == ["sweep failed"]


@pytest.mark.django_db(transaction=True)
def test_sweep_never_runs_twice_at_once() -> None:
    inside, most, together = 0, 0, threading.Barrier(3)
    counting = threading.Lock()

    def work(now: datetime) -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.2)
        with counting:
            inside -= 1
        del now

    sweep = Sweep("test", timedelta(0), work)
    ran: list[str] = []

    def server() -> None:
        together.wait()
        ran.extend(run_due([sweep], NOW))
        connections.close_all()

    threads = [threading.Thread(target=server) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1
    assert ran


@pytest.mark.django_db
def test_every_sweep_of_the_product_runs_and_nothing_is_due_in_one_query(
    django_assert_num_queries: object, caplog: pytest.LogCaptureFixture
) -> None:
    names = run_due(SWEEPS, NOW)

    assert names == [sweep.name for sweep in SWEEPS]
    assert caplog.records == []
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
        assert run_due(SWEEPS, NOW + timedelta(milliseconds=10)) == []
