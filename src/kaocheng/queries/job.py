"""How far long work is, for whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.access.job import jobs
from kaocheng.access.refusal import NotYours
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Job
from kaocheng.records.models.job import JobState


@dataclass(frozen=True)
class Progress:
    """`page`: where its result is, once there is one; `error`: what the reader is told."""

    id: int
    title: str
    state: str
    done: int
    total: int | None
    is_at_work: bool
    page: str
    error: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state != JobState.WAITING


def progress(actor: Actor, job_id: int) -> Progress:
    job = jobs(actor).filter(pk=job_id).first()
    if job is None:
        raise NotYours
    return _progress(job)


def _progress(job: Job) -> Progress:
    at_work = job.lease_until is not None and job.lease_until > CLOCK.now()
    page = str(job.outcome.get("page", ""))
    return Progress(
        id=job.pk,
        title=job.title,
        state=job.state,
        done=job.done_count,
        total=job.total_count,
        is_at_work=at_work,
        # Only an address of ours, whatever a handler wrote.
        page=page if page.startswith("/") and not page.startswith("//") else "",
        error=job.error,
        made_at=job.made_at,
        ended_at=job.ended_at,
    )
