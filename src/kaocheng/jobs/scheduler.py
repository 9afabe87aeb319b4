"""What has to happen every so often, whatever anybody does: one thread, one table of sweeps.

When each last began stands in the database, so that several servers share one rhythm, and a lock
of the database keeps a sweep from running twice at once. After a jump of the clock each sweep that
is late runs once, not once for every time it missed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)

from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.pulse import PULSE
from kaocheng.records.models import SweepRun

LOG = logging.getLogger("kaocheng.scheduler")
TICK_SECONDS = 0.5
LOCKED = "sweep "


@dataclass(frozen=True)
class Sweep:
    """Something short; what takes long asks for a job instead."""

    name: str
    every: timedelta
    work: Callable[[datetime], object]


def is_due(sweep: Sweep, *, last: datetime | None, now: datetime) -> bool:
    """Late, never run, or begun in the future: then the clock has been put back."""
    return last is None or now - last >= sweep.every or last > now


def run_due(sweeps: Iterable[Sweep], now: datetime) -> list[str]:
    """Run what is due, one after the other; the names of what ran. One query when nothing is."""
    began = dict(SweepRun.objects.values_list("name", "began_at"))
    late = [sweep for sweep in sweeps if is_due(sweep, last=began.get(sweep.name), now=now)]
    return [sweep.name for sweep in late if _run_if_still_due(sweep, now)]


def _run_if_still_due(sweep: Sweep, now: datetime) -> bool:
    with _alone(sweep.name) as is_ours:
        if not is_ours or not is_due(sweep, last=_last(sweep.name), now=now):
            return False
        SweepRun.objects.update_or_create(name=sweep.name, defaults={"began_at": now})
        try:
            sweep.work(now)
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            # One that fails must not stop the others; it is tried again when it is due again.
            LOG.exception("sweep failed", extra={"sweep": sweep.name})
        return True


def _last(name: str) -> datetime | None:
    return SweepRun.objects.filter(name=name).values_list("began_at", flat=True).first()


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Whether ours is the only process at this sweep; a connection that breaks gives it free."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCKED + name])
        [is_ours] = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select pg_advisory_unlock(hashtextextended(%s, 0))", [LOCKED + name]
                )


class Scheduler:
    """The thread; with the server it starts and stops."""

    def __init__(self, sweeps: Iterable[Sweep]) -> None:
        self.sweeps = tuple(sweeps)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, name="scheduler", daemon=True)

    def start(self) -> None:
        self.thread.start()
        PULSE.watch(self.thread)

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(20)
        PULSE.forget(self.thread.name)

    def _work(self) -> None:
        while not self.stopping.wait(TICK_SECONDS):
            PULSE.beat(self.thread.name)
            try:
                run_due(self.sweeps, CLOCK.now())
            except Error:
                LOG.exception("the database did not answer the scheduler")
                connections.close_all()
            close_old_connections()
        connections.close_all()
