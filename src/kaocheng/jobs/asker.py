"""Who asked for a job, as they were when they asked."""

from __future__ import annotations

from kaocheng.access.actor import Actor, By
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.actor import appointments_today
from kaocheng.records.models import Job, Person


def by_asker(job: Job) -> By:
    """The person and the appointment of the payload; no appointment where it has ended since."""
    person_id, appointment_id = job.payload["person_id"], job.payload["appointment_id"]
    person = Person.objects.unscoped("who asked for the work").get(pk=person_id)
    held = appointments_today(person_id)
    one = next((row for row in held if row.appointment_id == appointment_id), None)
    actor = Actor(account_id=None, person_id=person_id, name=person.name, held=one, others=held)
    return By(actor, at=CLOCK.now())
