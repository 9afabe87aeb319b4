"""Background work: a row written in the transaction of the action that wants it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    WAITING = "waiting", "等待"
    DONE = "done", "完成"
    FAILED = "failed", "没有做成"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """At least once: a runner leases the row, does the work, and marks it done.

    A runner that dies leaves a lease that runs out. `effect_key` makes two rows for one effect
    impossible; JobEffect makes doing it twice harmless.
    """

    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    effect_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    # When its number was given to a queue outside; a queue may lose it, so it is sent again.
    sent_at = models.DateTimeField(null=True, blank=True)
    # Grows with every lease, so that whoever outlived theirs can no longer write.
    attempts = models.PositiveSmallIntegerField(default=0)
    most_attempts = models.PositiveSmallIntegerField(default=5)
    # For long work that a person waits for: who asked, how far it is, where its result is.
    asked_by_person_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=80, blank=True)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["run_after", "id"], condition=Q(state="waiting"), name="job_waiting"
            ),
            models.Index(fields=["asked_by_person_id", "-id"], name="job_asked_by"),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.state}"


class JobEffect(models.Model):
    """An effect that has happened, written in the transaction of the effect itself."""

    key = models.CharField(max_length=120, primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="effects")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class SweepRun(models.Model):
    """When a sweep of the scheduler last began, in whichever process."""

    name = models.CharField(max_length=40, primary_key=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.began_at}"
