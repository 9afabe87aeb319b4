"""花名册导入: a file that was read and checked, waiting to be taken over as a whole."""

from __future__ import annotations

from django.db import models

from kaocheng.records.models.file import StoredFile
from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class RosterState(models.TextChoices):
    CHECKED = "checked", "已检查"
    DONE = "done", "已导入"
    DROPPED = "dropped", "已放弃"


class RosterImport(Owned):
    """One file for one unit: its dry run (counts and row errors), then its import or nothing."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="roster_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RosterState, default=RosterState.CHECKED)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    # What would happen, as the page lists it: names and plain values, never personal data.
    preview = models.JSONField(default=dict)
    # The people whom the import added, for the sheet with their first passwords.
    added = models.JSONField(default=list)
    # Of the people and units as they were in the dry run: an import into something else is refused.
    plan_digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["unit", "-made_at"], name="roster_import_unit"),)

    def __str__(self) -> str:
        return self.file_name
