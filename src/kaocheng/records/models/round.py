"""考核工作: one adoption at work for one period, what is owed in it, and what came out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.register import Entry, Subject
from kaocheng.records.models.scheme import Adoption
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class RoundState(models.TextChoices):
    PREPARING = "preparing", "准备中"
    RUNNING = "running", "进行中"
    FROZEN = "frozen", "结果已冻结"
    ARCHIVED = "archived", "已归档"
    STOPPED = "stopped", "已中止"


class Round(Owned):
    """`period`: the id of the period it is about, empty where the scheme has none."""

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="rounds")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="rounds")
    title = models.CharField("名称", max_length=120)
    period = models.CharField("周期", max_length=20, blank=True)
    starts_on = models.DateField("开始日期")
    # The day at which people and units are taken as they then were.
    refers_to = models.DateField("基准日", null=True, blank=True)
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PREPARING)
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    # When it was over: archived, or stopped half way.
    archived_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.CharField("中止的理由", max_length=400, blank=True)

    class Meta(Owned.Meta):
        verbose_name = "考核工作"
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="stopped") | ~Q(stopped_because=""),
                name="round_is_stopped_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["adoption", "period"], name="round_is_held_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(state="preparing") | Q(opened_at__isnull=False),
                name="round_that_runs_was_opened",
            ),
        )
        indexes = (models.Index(fields=["unit", "state"], name="round_unit"),)

    def __str__(self) -> str:
        return self.title


class RoundEvent(Owned):
    """Something that the process waits for has happened, for all, for one unit, or for one entry.

    `entry`: whose clock it starts or stops (a repair, an incident); empty for everything else.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="events")
    name = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="events")
    happened_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["round", "name", "unit", "entry"],
                nulls_distinct=False,
                name="round_event_happens_once",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.round_id} {self.name}"


class ObligationState(models.TextChoices):
    SHUT = "shut", "前置条件未满足"
    OPEN = "open", "待办"
    DONE = "done", "已完成"
    LATE = "late", "逾期完成"
    MISSED = "missed", "逾期"
    DROPPED = "dropped", "不再需要"


class Obligation(Owned):
    """One duty of one subject in one period: X owes Y for Z by T, else E.

    `duty` is the id in the process, `key` duty, period and subject together. It becomes a task of
    whoever holds the duty once it is `open`. `escalated` counts the steps it was handed on.
    `entry`: the ticket whose clock runs, where the duty is owed for each entry of a register.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="obligations")
    duty = models.CharField(max_length=40)
    key = models.CharField(max_length=160, db_collation="C")
    period = models.CharField(max_length=40, blank=True)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="obligations")
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, blank=True, related_name="obligations"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="obligations")
    title = models.CharField(max_length=200)
    begins_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=ObligationState, default=ObligationState.SHUT)
    done_count = models.PositiveIntegerField(default=0)
    needed = models.PositiveIntegerField(default=1)
    done_at = models.DateTimeField(null=True, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    # Why it waits, or what follows from its being missed.
    because = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["round", "key"], name="obligation_is_made_once"),
        )
        indexes = (
            models.Index(fields=["round", "state", "due_at"], name="obligation_due"),
            models.Index(fields=["round", "unit", "state"], name="obligation_unit"),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.key}"


class ResultState(models.TextChoices):
    FROZEN = "frozen", "已冻结"
    REOPENED = "reopened", "已重新打开"


class ResultSet(Owned):
    """The results of a round as they were frozen, with the digests of all they rest on."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="result_sets")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ResultState, default=ResultState.FROZEN)
    frozen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField()
    # Why it was frozen although data were missing.
    frozen_because = models.CharField(max_length=200, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_because = models.CharField(max_length=200, blank=True)
    # SHA-256: of the scheme, of parameters with dates, of the facts, of the canonical results.
    scheme_digest = models.CharField(max_length=64)
    parameters_digest = models.CharField(max_length=64)
    facts_digest = models.CharField(max_length=64)
    results_digest = models.CharField(max_length=64)
    # The revisions of the registers it was computed from: `register/unit` → number.
    revisions = models.JSONField(default=dict)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="result_set_number_is_one"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state="frozen"), name="result_set_frozen_is_one"
            ),
            models.CheckConstraint(
                condition=Q(state="frozen") | ~Q(reopened_because=""),
                name="result_set_is_reopened_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.round_id}-{self.number}"


class ResultRow(Owned):
    """A frozen row of a result: every value exactly as text, and the state of each.

    It is about a subject, about an entry, or about the row of a list that `key` names. `values`:
    item → [text, state], `flags` what the scheme points out; never changed.
    """

    result_set = models.ForeignKey(ResultSet, models.CASCADE, related_name="rows")
    result = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="result_rows")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="result_rows")
    key = models.CharField(max_length=200, blank=True)
    period = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="result_rows")
    headline = models.CharField(max_length=120, blank=True)
    grade = models.CharField(max_length=60, blank=True)
    place = models.PositiveIntegerField(default=0)
    values = models.JSONField(default=dict)
    flags = models.JSONField(default=list)
    # The tree of the explanation, as JSON text: it must still be readable years later.
    explanation = models.TextField(blank=True)
    acknowledged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["result_set", "result", "subject", "entry", "key", "period"],
                name="result_row_is_one",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(subject__isnull=False, entry=None, key="")
                | Q(subject=None, entry__isnull=False, key="")
                | (Q(subject=None, entry=None) & ~Q(key="")),
                name="result_row_is_about_one",
            ),
        )
        indexes = (
            models.Index(fields=["result_set", "result", "place"], name="result_row_place"),
            models.Index(fields=["subject"], name="result_row_subject"),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.result}"

    @property
    def about(self) -> str:
        """The key of the subject, of the entry or of the row of a list."""
        if self.subject is not None:
            return self.subject.key
        return self.key if self.entry is None else self.entry.key


class Decided(models.TextChoices):
    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DECLINED = "declined", "不采纳"


class Consequence(Owned):
    """结果运用: what follows for a subject, with reason and term; proposed until somebody decides.

    `bars` names what they may not take part in from `starts_on` to `ends_on` (the last day).
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="consequences")
    effect = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="consequences")
    period = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    what = models.CharField("怎样处理", max_length=400)
    bars = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=Decided, default=Decided.PROPOSED)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField("理由", max_length=400, blank=True)
    made_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["round", "effect", "subject", "period"], name="consequence_is_one"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_at__isnull=False),
                name="consequence_is_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="consequence_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} #{self.subject_id}"
