"""The runner outside: Celery workers that are told the number of a row and nothing else.

The row is the truth and the queue only a bell: a number that is lost is sent again, a number that
comes twice finds the row taken.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from celery import Celery
from django.db import Error, close_old_connections, connections, transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from kaocheng.actions.perform import doorbell
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.pulse import PULSE
from kaocheng.jobs.lease import do, may_run, take
from kaocheng.jobs.runner import LOOK_EVERY_SECONDS, Bell
from kaocheng.records.models import Job

LOG = logging.getLogger("kaocheng.jobs")
TASK = "kaocheng.run_job"
# So many numbers are in the queue at most; the rest waits in the database, where nothing is lost.
# Without this, a backlog would be taken for lost and sent again and again.
MOST_IN_QUEUE = 500


def celery_app(broker: str) -> Celery:
    """The application of workers and senders; results live in our rows, never in Redis."""
    app = Celery("kaocheng", broker=broker, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 10, "socket_connect_timeout": 5},
        task_default_queue="kaocheng",
        worker_send_task_events=False,
    )
    app.task(name=TASK)(run_job)
    return app


def run_job(job_id: int) -> None:
    """In the worker: take the row if it is still there to take."""
    job = take(CLOCK.now(), job_id=job_id)
    if job is not None:
        do(job)


def send_due(app: Celery, *, again_after: timedelta) -> int:
    """Give the queue what is due and was not sent, or was sent long ago and lost; how many."""
    at = CLOCK.now()
    in_queue = Job.objects.filter(may_run(at), sent_at__gt=at - again_after).count()
    if in_queue >= MOST_IN_QUEUE:
        return 0
    with transaction.atomic():
        ids = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(may_run(at), Q(sent_at=None) | Q(sent_at__lte=at - again_after))
            .order_by("run_after", "id")
            .values_list("id", flat=True)[: MOST_IN_QUEUE - in_queue]
        )
        if not ids:
            return 0
        Job.objects.filter(pk__in=ids).update(sent_at=at)
        with app.producer_pool.acquire(block=True, timeout=5) as producer:
            for job_id in ids:
                app.send_task(TASK, (job_id,), producer=producer, retry=False)
    return len(ids)


class QueueRunner:
    """In the server, beside Celery: sends numbers when the bell rings, and what was lost again."""

    def __init__(self, app: Celery, *, again_after: timedelta = timedelta(seconds=60)) -> None:
        self.app = app
        self.again_after = again_after
        self.bell = Bell()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, name="jobs-sender", daemon=True)

    def start(self) -> None:
        doorbell.append(self.bell.ring)
        self.thread.start()
        PULSE.watch(self.thread)

    def stop(self) -> None:
        if self.bell.ring in doorbell:
            doorbell.remove(self.bell.ring)
        self.stopping.set()
        self.bell.ring()
        self.thread.join(10)
        PULSE.forget(self.thread.name)

    def _work(self) -> None:
        heard = 0
        while not self.stopping.is_set():
            PULSE.beat(self.thread.name)
            if not self._send():
                heard = self.bell.wait(heard, seconds=LOOK_EVERY_SECONDS)
        connections.close_all()

    def _send(self) -> bool:
        try:
            sent = send_due(self.app, again_after=self.again_after)
        except (OperationalError, Error, OSError):
            # Redis or the database is away: the rows wait, and the bell is tried again.
            LOG.exception("jobs could not be sent")
            connections.close_all()
            return False
        close_old_connections()
        return sent > 0
