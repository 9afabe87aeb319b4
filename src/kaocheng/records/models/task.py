"""任务: X owes Y for Z by T."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned, OwnedManager


class TaskState(models.TextChoices):
    OPEN = "open", "待办"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已取消"


class DueUnit(models.TextChoices):
    """The unit in which the rule counts, and in which what is left is shown."""

    WORKING_DAYS = "working_days", "个工作日"
    DAYS = "days", "天"
    HOURS = "hours", "小时"


class Task(Owned):
    """Owed by one person, or by whoever holds a role in a unit (`person` is then empty)."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="tasks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tasks")
    role = models.CharField(max_length=16, blank=True)
    title = models.CharField("事项", max_length=80)
    why = models.CharField("说明", max_length=160, blank=True)
    # What made it: a phase, a notice, a collection form … and the page on which it is done.
    source_kind = models.CharField(max_length=32)
    source_id = models.CharField(max_length=40)
    page = models.CharField(max_length=200)
    verb = models.CharField("按钮", max_length=12, default="去办")
    due_at = models.DateTimeField("截止", null=True, blank=True)
    due_unit = models.CharField(max_length=12, choices=DueUnit, default=DueUnit.DAYS)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.OPEN)
    returned_because = models.CharField("退回原因", max_length=160, blank=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "person", "unit", "role"],
                nulls_distinct=False,
                name="task_is_owed_once",
            ),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("total_count")), name="task_progress_is_within"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(role=""), name="task_has_an_owner"
            ),
        )
        indexes = (
            models.Index(fields=["person", "state", "due_at"], name="task_person"),
            models.Index(fields=["unit", "role", "state", "due_at"], name="task_unit_role"),
            # What is overdue anywhere: few rows among many.
            models.Index(
                fields=["due_at"],
                include=["unit"],
                condition=Q(state="open"),
                name="task_open_due",
            ),
        )

    def __str__(self) -> str:
        return self.title


class TaskCount(models.Model):
    """How many tasks of a unit are open and done: the sum over its rows, of which there are few.

    The database keeps it (`0010_task_counts`) in the transaction that writes the tasks, so that a
    board need not count what was ever done. Nobody waits for a row that somebody else is changing:
    a second one is added beside it, and who comes later makes one of both.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="task_counts")
    open = models.IntegerField()
    done = models.IntegerField()

    objects = OwnedManager()

    def __str__(self) -> str:
        return f"{self.open:+d}, {self.done:+d}"
