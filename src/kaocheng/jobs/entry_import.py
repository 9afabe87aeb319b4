"""导入台账 in the background: all of it in one transaction, told row by row to who waits."""

from __future__ import annotations

from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_import import import_entries
from kaocheng.actions.job import effect_once, report_inside
from kaocheng.gateways.files import Kept
from kaocheng.jobs.asker import by_asker
from kaocheng.records.models import Job


def import_rows(job: Job) -> None:
    """As the person who asked, under the appointment they asked with; once."""
    given = job.payload
    by = by_asker(job)
    with effect_once(job, job.effect_key) as fresh:
        if fresh:
            import_entries(
                by,
                adoption_id=given["adoption_id"],
                register=given["register"],
                use_id=given["use_id"],
                evidence=_evidence(given["evidence"]),
                tell=lambda done, total: report_inside(job, done=done, total=total),
            )
    job.outcome = {"page": f"/registers/{given['adoption_id']}/{given['register']}"}


def _evidence(given: dict[str, str | int] | None) -> Evidence | None:
    if given is None:
        return None
    head = bytes.fromhex(str(given["head"]))
    return Evidence(Kept(str(given["digest"]), int(given["size"]), head), str(given["name"]))
