"""Taking a job, doing it, and saying what came of it; safe with any number of runners."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kaocheng.access.refusal import Refused
from kaocheng.actions.job import TakenAway, lease, tell_asker
from kaocheng.gateways.clock import CLOCK
from kaocheng.jobs.handlers import HANDLERS, Handler
from kaocheng.records.models import Job
from kaocheng.records.models.job import JobState

LOG = logging.getLogger("kaocheng.jobs")
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


def may_run(at: datetime) -> Q:
    """Due, and nobody holds a lease on it."""
    return Q(state=JobState.WAITING, run_after__lte=at) & (
        Q(lease_until=None) | Q(lease_until__lte=at)
    )


def take(at: datetime, *, job_id: int | None = None) -> Job | None:
    """Lease the next job, or this one; None where there is none to take.

    A row that another runner is just taking is stepped over. Its number of attempts is the token
    of the lease: whoever holds an older one can no longer write.
    """
    wanted = Q() if job_id is None else Q(pk=job_id)
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(may_run(at), wanted)
            .order_by("run_after", "id")
            .first()
        )
        if job is None:
            return None
        job.attempts += 1
        job.lease_until = at + lease()
        job.save(update_fields=["attempts", "lease_until"])
    return job


def do(job: Job, *, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Do what was taken, and write how it ended; never raises for what the work raises."""
    if job.attempts > job.most_attempts:
        # Its runners died each time, so that nobody could write that it failed.
        _fail(job, _noted(job, "no runner survived it"))
        return
    handler = handlers.get(job.kind)
    if handler is None:
        _fail(job, _noted(job, "no handler"))
        return
    try:
        handler(job)
    except TakenAway:
        LOG.info("job taken away", extra={"job": job.pk, "kind": job.kind})
    except Refused as refused:
        _fail(job, str(refused)[:200])
    except Exception as error:  # noqa: BLE001  # whatever the work raises; it is noted and tried again
        _try_again(job, error)
    else:
        _end(job, state=JobState.DONE, ended_at=CLOCK.now(), outcome=job.outcome)


def release_leases() -> int:
    """Where ours is the only process, what another one held before is free at once."""
    return Job.objects.filter(state=JobState.WAITING, lease_until__isnull=False).update(
        lease_until=None, sent_at=None
    )


def _try_again(job: Job, error: Exception) -> None:
    told = _noted(job, "job failed", error)
    if job.attempts >= job.most_attempts:
        _fail(job, told)
        return
    pause = min(FIRST_PAUSE * 4 ** (job.attempts - 1), LONGEST_PAUSE)
    spread = random.uniform(0.8, 1.2)  # noqa: S311  # spreads, hides nothing
    _end(job, run_after=CLOCK.now() + pause * spread)


def _noted(job: Job, why: str, error: Exception | None = None) -> str:
    """Into the log under a number; what the asker is told."""
    number = secrets.token_hex(4).upper()
    about = {"job": job.pk, "kind": job.kind, "number": number}
    LOG.error(why, extra=about, exc_info=error)
    return str(Refused("W91", number=number))


def _fail(job: Job, error: str) -> None:
    _end(job, state=JobState.FAILED, ended_at=CLOCK.now(), error=error)


def _end(job: Job, **values: object) -> None:
    """Only under our own lease: a job that was cancelled or taken over keeps what stands there."""
    with transaction.atomic():
        ended = Job.objects.filter(pk=job.pk, attempts=job.attempts, state=JobState.WAITING).update(
            lease_until=None, sent_at=None, **values
        )
        if ended and "state" in values:
            tell_asker(job, succeeded=values["state"] == JobState.DONE)
