"""冻结结果 in the background: explained row by row, then kept in one transaction, once."""

from __future__ import annotations

from functools import partial

from kaocheng.actions.job import effect_once, report_progress
from kaocheng.actions.result import freeze_results
from kaocheng.actions.result_rows import prepared_rows
from kaocheng.jobs.asker import by_asker
from kaocheng.queries.adopted import adopted
from kaocheng.records.models import Job, Round
from kaocheng.records.models.job import JobEffect


def freeze_rows(job: Job) -> None:
    """As the person who asked. Refused, with nothing kept, where a fact has changed meanwhile."""
    round_id = job.payload["round_id"]
    if not JobEffect.objects.filter(key=job.effect_key).exists():
        rounds = Round.objects.unscoped("asked for by who decides about it")
        work = rounds.select_related("adoption__scheme").get(pk=round_id)
        told = partial(report_progress, job)
        prepared = prepared_rows(adopted(work.adoption), work, told=told)
        with effect_once(job, job.effect_key) as fresh:
            if fresh:
                because = job.payload["because"]
                freeze_results(by_asker(job), round_id=round_id, because=because, ready=prepared)
    job.outcome = {"page": f"/rounds/{round_id}/results"}
