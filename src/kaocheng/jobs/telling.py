"""Telling people outside, and in the morning what was asked for at night."""

from __future__ import annotations

from kaocheng.access.actor import system
from kaocheng.actions.delivery import deliver
from kaocheng.actions.reminder import remind_of_deadlines, remind_put_off
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Job


def deliver_message(job: Job) -> None:
    """Raises where the supplier did not take it; the runner tries again later."""
    deliver(job.payload["delivery_id"])


def remind(job: Job) -> None:
    """Each owner once a day, however often it runs."""
    remind_put_off(system(CLOCK.now()), **job.payload)


def remind_of_what_is_due(job: Job) -> None:
    remind_of_deadlines(system(CLOCK.now()), job_id=job.pk)
