"""What works beside the pages in the server's process: the runner of jobs and the scheduler."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from kaocheng.gateways.files import clear_incoming
from kaocheng.jobs.queue import QueueRunner, celery_app
from kaocheng.jobs.runner import ThreadRunner
from kaocheng.jobs.scheduler import Scheduler
from kaocheng.jobs.sweeps import SWEEPS


class Worker(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


def start_background() -> list[Worker]:
    """Start them; stop the returned ones in reverse."""
    clear_incoming(settings.DATA / "files")
    runner: Worker = (
        QueueRunner(celery_app(settings.REDIS_URL)) if settings.REDIS_URL else ThreadRunner()
    )
    workers: list[Worker] = [runner, Scheduler(SWEEPS)]
    for worker in workers:
        worker.start()
    return workers


def stop_background(workers: list[Worker]) -> None:
    for worker in reversed(workers):
        worker.stop()
