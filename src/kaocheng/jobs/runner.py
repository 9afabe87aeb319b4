"""The runner in the server's own process: a few threads that take jobs as they come."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from django.db import Error, close_old_connections, connections

from kaocheng.actions.perform import doorbell
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.pulse import PULSE
from kaocheng.jobs.handlers import HANDLERS, Handler
from kaocheng.jobs.lease import do, take

LOG = logging.getLogger("kaocheng.jobs")
# Work that comes from elsewhere (another process, a due time) rings no bell here.
LOOK_EVERY_SECONDS = 1.0
LAST_JOB_SECONDS = 20.0


class Bell:
    """Wakes everybody who waits; rung while nobody waits, the next one does not wait."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.rung = 0

    def ring(self) -> None:
        with self.condition:
            self.rung += 1
            self.condition.notify_all()

    def wait(self, heard: int, *, seconds: float) -> int:
        """Until it rings more often than was heard, or for so long; how often it has rung."""
        with self.condition:
            self.condition.wait_for(lambda: self.rung > heard, seconds)
            return self.rung


class ThreadRunner:
    """Starts with the server and stops with it; what it cannot finish, the next start takes up."""

    def __init__(self, *, threads: int = 2, handlers: Mapping[str, Handler] = HANDLERS) -> None:
        self.handlers = handlers
        self.bell = Bell()
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            for number in range(1, threads + 1)
        ]

    def start(self) -> None:
        doorbell.append(self.bell.ring)
        for thread in self.threads:
            thread.start()
            PULSE.watch(thread)

    def stop(self) -> None:
        """Let the jobs at work end, for a while; a lease left behind runs out by itself."""
        if self.bell.ring in doorbell:
            doorbell.remove(self.bell.ring)
        self.stopping.set()
        self.bell.ring()
        for thread in self.threads:
            thread.join(LAST_JOB_SECONDS)
            PULSE.forget(thread.name)

    def _work(self) -> None:
        heard = 0
        while not self.stopping.is_set():
            if not self._one():
                heard = self.bell.wait(heard, seconds=LOOK_EVERY_SECONDS)
        connections.close_all()

    def _one(self) -> bool:
        """Whether there was a job; a database that is away for a moment is no end."""
        try:
            job = take(CLOCK.now())
            if job is not None:
                do(job, handlers=self.handlers)
        except Error:
            LOG.exception("the database did not answer the runner")
            connections.close_all()
            return False
        close_old_connections()
        return job is not None
