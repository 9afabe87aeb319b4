"""评价: one assessor's ratings of one subject, and ballots where nobody may know whose they are."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.register import Subject
from kaocheng.records.models.round import Round
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class ReviewState(models.TextChoices):
    OPEN = "open", "待评"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "已退回"
    CHECKED = "checked", "已复核"
    WITHDRAWN = "withdrawn", "已改派"


class Review(Owned):
    """An assignment and what becomes of it; its ratings are entries once it is submitted.

    `register` is the scheme's table of ratings; `draft` what was written so far: text by code of
    the rubric's line and field.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="reviews")
    register = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="reviews")
    period = models.CharField(max_length=40, blank=True)
    assessor = models.ForeignKey(Person, models.PROTECT, related_name="reviews")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    is_blind = models.BooleanField("匿名评审", default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    draft = models.JSONField(default=dict)
    returned_because = models.CharField(max_length=160, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta(Owned.Meta):
        verbose_name = "评价"
        constraints = (
            models.UniqueConstraint(
                fields=["round", "register", "subject", "period", "assessor"],
                name="review_is_assigned_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
                name="review_was_submitted_at_a_time",
            ),
        )
        indexes = (
            models.Index(fields=["assessor", "state", "due_at"], name="review_assessor"),
            models.Index(fields=["round", "register", "state"], name="review_round"),
        )

    def __str__(self) -> str:
        return f"#{self.assessor_id} → #{self.subject_id}"


class BallotState(models.TextChoices):
    OPEN = "open", "投票中"
    CLOSED = "closed", "已计票"
    STOPPED = "stopped", "已中止"


class Ballot(Owned):
    """民主测评、表决: secret papers, or a count that tellers took in a meeting.

    `vote` is the id of a vote of the process, or `register` a secret table of ratings. The counts
    are those of the meeting: sent out, come back, valid, in favour, against.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="ballots")
    vote = models.CharField(max_length=40, blank=True)
    register = models.CharField(max_length=40, blank=True)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="ballots")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="ballots")
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=BallotState, default=BallotState.OPEN)
    is_secret = models.BooleanField(default=True)
    members = models.PositiveIntegerField("应到", default=0)
    present = models.PositiveIntegerField("实到", default=0)
    sent_out = models.PositiveIntegerField("发出", default=0)
    came_back = models.PositiveIntegerField("收回", default=0)
    valid = models.PositiveIntegerField("有效", default=0)
    in_favour = models.PositiveIntegerField("赞成", default=0)
    against = models.PositiveIntegerField("反对", default=0)
    tellers = models.CharField("计票人、监票人", max_length=80, blank=True)
    minutes = models.TextField("会议记录", max_length=20_000, blank=True)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(came_back__lte=F("sent_out")) & Q(valid__lte=F("came_back")),
                name="ballot_papers_do_not_grow",
            ),
            models.CheckConstraint(
                condition=Q(valid__gte=F("in_favour") + F("against")),
                name="ballot_votes_are_valid_papers",
            ),
            models.CheckConstraint(condition=Q(present__lte=F("members")), name="ballot_present"),
        )

    def __str__(self) -> str:
        return self.title


class BallotVoter(Owned):
    """Who may vote, and whether they have: never what."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="voters")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    has_voted = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["ballot", "person"], name="ballot_voter_is_one"),
        )

    def __str__(self) -> str:
        return f"#{self.ballot_id} #{self.person_id}"


class BallotPaper(models.Model):
    """One paper: without who, when or in which order; its id is random."""

    id = models.UUIDField(primary_key=True)
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="papers")
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)
