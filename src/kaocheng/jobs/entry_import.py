"""导入台账 in the background: all of it in one transaction, told by steps to who waits."""

from __future__ import annotations

from kaocheng.access.actor import Actor, By
from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_import import import_entries
from kaocheng.actions.job import effect_once, report_progress
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.files import Kept
from kaocheng.queries.actor import appointments_today
from kaocheng.records.models import Job, Person


def import_rows(job: Job) -> None:
    """As the person who asked, under the appointment they asked with; once."""
    given = job.payload
    by = By(_actor(given["person_id"], given["appointment_id"]), at=CLOCK.now())
    report_progress(job, done=0, total=2)
    with effect_once(job, job.effect_key) as fresh:
        if fresh:
            import_entries(
                by,
                adoption_id=given["adoption_id"],
                register=given["register"],
                use_id=given["use_id"],
                evidence=_evidence(given["evidence"]),
            )
    report_progress(job, done=2, total=2)
    page = f"/registers/{given['adoption_id']}/{given['register']}"
    Job.objects.filter(pk=job.pk).update(outcome={"page": page})


def _actor(person_id: int, appointment_id: int) -> Actor:
    person = Person.objects.unscoped("who asked for the work").get(pk=person_id)
    held = appointments_today(person_id)
    one = next((row for row in held if row.appointment_id == appointment_id), None)
    return Actor(account_id=None, person_id=person_id, name=person.name, held=one, others=held)


def _evidence(given: dict[str, str | int] | None) -> Evidence | None:
    if given is None:
        return None
    head = bytes.fromhex(str(given["head"]))
    return Evidence(Kept(str(given["digest"]), int(given["size"]), head), str(given["name"]))
