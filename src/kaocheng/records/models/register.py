"""名册与台账: whom an adoption is about, and the facts that are kept of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.scheme import Adoption
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class Subject(Owned):
    """One row of a roster: a school, a teacher, a department … by the scheme's own key.

    `values` holds the text of every field; `unit` is where they belong at the day of reference, and
    `person` who it is where the row is a person of ours. A row that `has_left` is computed no more.
    """

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="subjects")
    roster = models.CharField(max_length=40)
    key = models.CharField("编号", max_length=60, db_collation="C")
    name = models.CharField("名称", max_length=120)
    pinyin = models.CharField(max_length=240, db_collation="C", blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="subjects")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="subjects")
    values = models.JSONField(default=dict)
    has_left = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "roster", "key"], name="subject_is_listed_once"
            ),
        )
        indexes = (
            models.Index(fields=["adoption", "roster", "pinyin", "id"], name="subject_pinyin"),
            models.Index(fields=["adoption", "unit"], name="subject_unit"),
            models.Index(
                fields=["person"], condition=Q(person__isnull=False), name="subject_person"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Standing(models.TextChoices):
    """Whether an entry counts, and if not, why; only `counts` reaches the scheme."""

    WAITING = "waiting", "待审签"
    CHECKING = "checking", "待本人核对"
    COUNTS = "counts", "计入"
    RETURNED = "returned", "已退回"
    REPLACED = "replaced", "已更正"
    WITHDRAWN = "withdrawn", "已撤销"


LIVE = ("waiting", "checking", "counts")


class Entry(Owned):
    """台账条目: a fact. What it says is never changed: a correction is a later entry.

    `values` holds the text of every field as it was written. Beside it stands the spine by which
    entries are found and added up: the unit at that time, whom it is about, date, period, state,
    code, quantity and money.
    """

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="entries")
    register = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="entries")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="entries")
    key = models.CharField(max_length=60, blank=True, db_collation="C")
    number = models.CharField("编号", max_length=60, blank=True)
    date = models.DateField("日期", null=True, blank=True)
    period = models.CharField("周期", max_length=20, blank=True)
    state = models.CharField("状态", max_length=20, blank=True)
    code = models.CharField(max_length=60, blank=True)
    quantity = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    money = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    values = models.JSONField(default=dict)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.COUNTS)
    # How many of the signatures that the register asks for it has.
    signed_count = models.PositiveSmallIntegerField(default=0)
    # What must not be written twice: the fields of `once`, while the entry stands. A correction
    # that waits stands behind the entry that it replaces.
    once = models.CharField(max_length=240, blank=True, db_collation="C")
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # What goes on counting until this one, a correction of it, does.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    review = models.ForeignKey(
        "records.Review", models.PROTECT, null=True, blank=True, related_name="entries"
    )
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta(Owned.Meta):
        verbose_name = "台账条目"
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "register", "once"],
                condition=~Q(once="")
                & Q(standing__in=LIVE)
                & (Q(replaces=None) | Q(standing="counts")),
                name="entry_is_written_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False, standing__in=LIVE),
                name="entry_is_corrected_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False, standing__in=LIVE),
                name="entry_is_replaced_once",
            ),
            models.UniqueConstraint(
                fields=["adoption", "register", "number"],
                condition=~Q(number=""),
                name="entry_number_is_given_once",
            ),
        )
        indexes = (
            models.Index(fields=["adoption", "register", "-id"], name="entry_newest"),
            models.Index(fields=["adoption", "register", "subject", "-id"], name="entry_subject"),
            models.Index(fields=["adoption", "register", "unit", "-id"], name="entry_unit"),
            models.Index(fields=["adoption", "register", "date"], name="entry_date"),
            models.Index(
                fields=["adoption", "standing"],
                condition=Q(standing__in=["waiting", "checking"]),
                name="entry_waits",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class StepKind(models.TextChoices):
    SIGNED = "signed", "审签"
    RETURNED = "returned", "退回"
    STATE = "state", "状态"
    CHECKED = "checked", "本人核对无误"
    DISPUTED = "disputed", "本人有异议"
    ACKNOWLEDGED = "acknowledged", "本人签字"
    WITHDRAWN = "withdrawn", "撤销"


class EntryStep(models.Model):
    """What happened to an entry after it was written, in order; never changed."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind)
    # Who signed (`直接上级`), or which state was reached (`整改`).
    what = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["entry", "id"], name="entry_step_entry"),)

    def __str__(self) -> str:
        return f"#{self.entry_id} {self.kind}"


class RegisterCount(models.Model):
    """The last number given in a register in a year; its row is locked until the entry is."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="+")
    register = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "register", "year"], name="register_count_is_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.year} {self.last_number}"


class RegisterTotal(models.Model):
    """What the entries that count come to, per unit, code and month; kept with each entry."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="+")
    register = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60, blank=True)
    month = models.DateField(null=True, blank=True)
    entries = models.IntegerField(default=0)
    quantity = models.DecimalField(max_digits=30, decimal_places=6, default=0)
    money = models.DecimalField(max_digits=24, decimal_places=2, default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "register", "unit", "code", "month"],
                nulls_distinct=False,
                name="register_total_is_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.code} {self.entries}"


class RegisterRevision(models.Model):
    """Counts the changes of a register in a unit, so that results know when they are stale.

    Rosters have the register's name too; `unit` is where the changed rows belong.
    """

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="revisions")
    register = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    revision = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "register", "unit"], name="register_revision_is_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.revision}"


class SheetState(models.TextChoices):
    OPEN = "open", "待核对"
    CONFIRMED = "confirmed", "已核对"
    DISPUTED = "disputed", "有异议"


class MonthlySheet(Owned):
    """月度核对单: the entries of a month about one subject, shown to them before they count."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="+")
    register = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="sheets")
    month = models.DateField()
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "register", "subject", "month"], name="sheet_is_made_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(answered_at__gte=F("made_at")),
                name="sheet_is_answered_after_it_was_made",
            ),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.month:%Y-%m} #{self.subject_id}"
