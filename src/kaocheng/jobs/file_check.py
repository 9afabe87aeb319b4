"""Looking into a file in quarantine: our own checks, then the scanner where there is one."""

from __future__ import annotations

from django.conf import settings

from kaocheng.access.actor import system
from kaocheng.actions.file import judge_file
from kaocheng.actions.job import effect_once
from kaocheng.formats.file_checks import unsafe
from kaocheng.formats.file_kind import kind_called
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.files import NotThere, store
from kaocheng.gateways.scanner import scanner_at
from kaocheng.records.models import Job, StoredFile


def check_file(job: Job) -> None:
    """Clean or refused; a scanner that does not answer raises, and the file stays where it is."""
    stored = StoredFile.objects.get(pk=job.payload["file_id"])
    refusal = _what_is_wrong(stored)
    with effect_once(job, f"file.check-{stored.digest}") as fresh:
        if fresh:
            judge_file(system(CLOCK.now()), file_id=stored.pk, refusal=refusal)


def _what_is_wrong(stored: StoredFile) -> str:
    kind = kind_called(stored.media_type)
    if kind is None:
        return "W84"
    try:
        with store().open(stored.digest) as stream:
            found = unsafe(stream, kind)
        if not found and settings.SCANNER_ADDRESS:
            with store().open(stored.digest) as stream:
                found = "W88" if scanner_at(settings.SCANNER_ADDRESS).finds(stream) else ""
    except NotThere:
        return "W87"
    return found
