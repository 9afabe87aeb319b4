"""Celery over a real Redis: killed workers and an emptied queue lose and double nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.jobs import redis, run_on_queue
from kaocheng.gateways.clock import CLOCK
from kaocheng.jobs.queue import MOST_IN_QUEUE, celery_app, send_due
from kaocheng.records.models import Job
from tests.cast import NOW

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: as root the database's user has to reach it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-queue-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_number_is_sent_once_and_again_when_it_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    Job(kind="test.work", effect_key="k", run_after=NOW, made_at=NOW).save()
    again_after = timedelta(seconds=60)

    with redis() as port:
        app = celery_app(f"redis://127.0.0.1:{port}/0")
        counts = [send_due(app, again_after=again_after) for _ in range(2)]
        monkeypatch.setattr(CLOCK, "source", lambda: NOW + again_after)
        counts.append(send_due(app, again_after=again_after))
        app.close()

    assert counts == [1, 0, 1]


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_backlog_waits_in_the_database_and_not_in_the_queue() -> None:
    Job.objects.bulk_create(
        Job(kind="test.work", effect_key=f"k{number}", run_after=NOW, made_at=NOW)
        for number in range(MOST_IN_QUEUE + 20)
    )
    again_after = timedelta(seconds=60)

    with redis() as port:
        app = celery_app(f"redis://127.0.0.1:{port}/0")
        counts = [send_due(app, again_after=again_after) for _ in range(2)]
        Job.objects.filter(pk__in=Job.objects.order_by("id")[:5]).update(state="done")
        counts.append(send_due(app, again_after=again_after))
        app.close()

    assert counts == [MOST_IN_QUEUE, 0, 5]


def test_killed_workers_and_an_emptied_queue_lose_and_double_nothing(folder: Path) -> None:
    outcome = run_on_queue(folder, jobs=200, kill_each=60)

    assert (outcome.lost, outcome.doubled, outcome.failed, outcome.kills) == (0, 0, 0, 3)
