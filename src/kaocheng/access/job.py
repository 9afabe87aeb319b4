"""Whose background work one may watch: what one asked for oneself."""

from __future__ import annotations

from django.db.models import QuerySet

from kaocheng.access.actor import Actor
from kaocheng.records.models import Job


def jobs(actor: Actor) -> QuerySet[Job]:
    """Work with a title that this person asked for; the rest runs unseen."""
    if actor.person_id is None:
        return Job.objects.none()
    return Job.objects.filter(asked_by_person_id=actor.person_id).exclude(title="")
