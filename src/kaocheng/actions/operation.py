"""Housekeeping that nobody asks for: what is kept no longer, and what has to be tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from kaocheng.actions.file import CHECK
from kaocheng.queries.setting import setting
from kaocheng.records.models import DoneOnce, Job, SignIn, StoredFile
from kaocheng.records.models.file import FileState
from kaocheng.records.models.job import JobState

# A form that is sent again after so long is filled anew anyway.
ANSWERS_KEPT = timedelta(days=30)
JOBS_KEPT = timedelta(days=90)


def forget_what_is_over(at: datetime) -> None:
    """Old answers to forms, ended jobs, run-out sessions and the sign-ins of long ago.

    The log keeps what they did.
    """
    DoneOnce.objects.filter(at__lt=at - ANSWERS_KEPT).delete()
    Job.objects.exclude(state=JobState.WAITING).filter(ended_at__lt=at - JOBS_KEPT).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    # One that nobody ended was last used when it was last seen.
    long_ago = at - timedelta(days=int(setting("sign_in_days")))
    SignIn.objects.filter(
        Q(ended_at__lt=long_ago) | Q(ended_at=None, seen_at__lt=long_ago)
    ).delete()


def check_quarantine_again(at: datetime) -> int:
    """Files whose check gave up (the scanner was away) are checked again; how many."""
    waiting = StoredFile.objects.filter(state=FileState.QUARANTINE).values_list("digest", flat=True)
    return Job.objects.filter(
        kind=CHECK, state=JobState.FAILED, effect_key__in=[f"{CHECK}-{one}" for one in waiting]
    ).update(state=JobState.WAITING, attempts=0, run_after=at, ended_at=None, error="")
