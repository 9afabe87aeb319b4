"""What the work inside a job uses: effects that happen once, progress, cancelling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from kaocheng.access.job import jobs
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Job, Message
from kaocheng.records.models.job import JobState


class TakenAway(Exception):
    """The job was cancelled, or another runner has it: stop, and write nothing more."""


def lease() -> timedelta:
    """How long a runner may be silent before another one takes its job."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def effect_once(job: Job, key: str) -> Iterator[bool]:
    """A transaction for one effect of the job; False where it has happened already.

    with effect_once(job, f"mail-{delivery.pk}") as fresh:
        if fresh:
            ...

    The mark and the effect are committed together, and a second runner waits here for the first.
    What leaves the database (a mail) can only be sent at least once: send it last.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into records_jobeffect (key, job_id, at) values (%s, %s, %s)"
                " on conflict (key) do nothing",
                [key, job.pk, CLOCK.now()],
            )
            fresh = cursor.rowcount == 1
        yield fresh


def report_progress(job: Job, *, done: int, total: int | None = None) -> None:
    """Say how far it is, which keeps the lease too; between effects, not inside one.

    Raises `TakenAway` where the work should stop.
    """
    at = CLOCK.now()
    told = Job.objects.filter(pk=job.pk, state=JobState.WAITING, attempts=job.attempts).update(
        done_count=done,
        total_count=total if total is not None else job.total_count,
        lease_until=at + lease(),
    )
    if not told:
        raise TakenAway


def report_inside(job: Job, *, done: int, total: int) -> None:
    """The same from inside an effect: by a connection of its own, so that it is seen at once."""
    beside = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "update records_job set done_count = %s, total_count = %s, lease_until = %s"
                " where id = %s and state = %s and attempts = %s",
                [done, total, CLOCK.now() + lease(), job.pk, JobState.WAITING.value, job.attempts],
            )
            told = cursor.rowcount == 1
    finally:
        beside.close()
    if not told:
        raise TakenAway


def tell_asker(job: Job, *, succeeded: bool) -> None:
    """Whoever asked for long work learns that it is over; once, however often this is called."""
    if job.asked_by_person_id is None or not job.title:
        return
    subject = f"“{job.title}”办完了" if succeeded else f"“{job.title}”没有做成"
    message = Message(
        person_id=job.asked_by_person_id,
        subject=subject[:80],
        page=f"/jobs/{job.pk}",
        object_kind="job",
        object_id=str(job.pk),
        effect_key=f"job-{job.pk}-{job.asked_by_person_id}",
        made_at=CLOCK.now(),
    )
    Message.objects.unscoped("nobody reads here").bulk_create([message], ignore_conflicts=True)


@action("job.cancel")
def cancel_job(act: Act, *, job_id: int) -> Answer:
    """Whoever asked for it takes it back; what has been done so far stays done."""
    job = jobs(act.actor).select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotYours
    if job.state != JobState.WAITING:
        raise Refused("W92")
    job.state = JobState.CANCELLED
    job.ended_at = act.at
    job.save(update_fields=["state", "ended_at"])
    act.audit(job, state=job.state)
    return Answer.of(job)
