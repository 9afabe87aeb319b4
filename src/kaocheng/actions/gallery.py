"""Asking for the pages of the packs to be written, whenever the packs have changed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kaocheng.queries.scheme import gallery_folder, packs_digest
from kaocheng.records.models import Job

WRITE = "gallery.write"


def ask_for_gallery(at: datetime) -> None:
    """One job for one state of the packs; for the scheduler."""
    if gallery_folder(settings.SCHEMES, kept_in=settings.DATA).is_dir():
        return
    digest = packs_digest(settings.SCHEMES)
    job = Job(kind=WRITE, effect_key=f"{WRITE}-{digest}", run_after=at, made_at=at)
    Job.objects.bulk_create([job], ignore_conflicts=True)
