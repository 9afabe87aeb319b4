"""方案与采用: the text of a scheme as it was, and a unit that puts it to work."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class SchemeVersion(models.Model):
    """The files of a pack as they were; never changed, found by their SHA-256."""

    pack = models.CharField("方案文件夹", max_length=60)
    scheme_id = models.CharField("方案编号", max_length=20)
    title = models.CharField("方案", max_length=200)
    version = models.CharField("版本", max_length=40)
    digest = models.CharField("校验码", max_length=64, unique=True)
    # Name of the file → its text: scheme.yaml, process.yaml, … and the tables of its example.
    files = models.JSONField(default=dict)
    kept_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["pack", "-kept_at"], name="scheme_version_pack"),)

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.version}"


class AdoptionState(models.TextChoices):
    DRAFT = "draft", "准备中"
    IN_FORCE = "in_force", "施行中"
    REPLACED = "replaced", "已被替换"
    ENDED = "ended", "已结束"


class Adoption(Owned):
    """采用: one version of a scheme with everything that a unit has settled of it.

    `parameters`: text of each value by parameter, and `[header, *rows]` for a table. `dates`: the
    day of a step by `<entry>.from` or `<entry>.to`, where the unit has moved it. `holders`: who is
    meant by each title that the scheme names, see `methods.holders`. `sources`: where the rows of a
    roster come from. `periods`: rows of kind, id, title, from, to.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="adoptions", verbose_name="单位")
    scheme = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="adoptions")
    title = models.CharField("名称", max_length=120)
    state = models.CharField(max_length=10, choices=AdoptionState, default=AdoptionState.DRAFT)
    parameters = models.JSONField("参数", default=dict)
    dates = models.JSONField("日期", default=dict)
    holders = models.JSONField("谁是谁", default=dict)
    sources = models.JSONField("名册来源", default=dict)
    periods = models.JSONField("周期", default=list)
    # Of the amendments whose day had not come when they were made: rows of the day, the number, and
    # what is to be by the name of what changes; in the order of their days.
    coming = models.JSONField("到期生效的修订", default=list)
    # Registers whose entries of a month are shown to everyone concerned before they count.
    monthly_sheets = models.JSONField("月度核对的台账", default=list)
    written_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    class Meta(Owned.Meta):
        verbose_name = "采用"
        constraints = (
            models.CheckConstraint(
                condition=Q(state="draft") | Q(approved_at__isnull=False),
                name="adoption_in_force_was_approved",
            ),
        )
        indexes = (models.Index(fields=["unit", "state"], name="adoption_unit"),)

    def __str__(self) -> str:
        return self.title


class Amendment(Owned):
    """A dated change of an adoption in force: what was, what is, and why.

    Never changed; before its day it may be withdrawn, once and with a reason.
    """

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    # Name of what changed (`parameters.pass_line`, `dates.district.to`) → [before, after].
    changes = models.JSONField(default=dict)
    why = models.CharField("理由", max_length=400)
    takes_effect_on = models.DateField("生效日期")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField("撤回的理由", max_length=400, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["adoption", "number"], name="amendment_number_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="amendment_is_withdrawn_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.adoption_id}-{self.number}"
