"""任职: who holds which role in which unit, from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class Role(models.TextChoices):
    """What somebody does in a unit; what that is called there depends on the kind of the unit."""

    MEMBER = "member", "成员"
    WORKSHOP_LEADER = "workshop_leader", "坊主"
    LEAD = "lead", "负责人"
    CLERK = "clerk", "信息员"
    OFFICER = "officer", "工程办"
    REVIEWER = "reviewer", "评审专家"
    # 三员分立 (等保三级): three administrators who never hold one another's rights.
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class AppointmentKind(models.TextChoices):
    REGULAR = "regular", "在编"
    SECONDED = "seconded", "借调（挂职抽调）"
    ACTING = "acting", "代理"


class Appointment(Owned):
    """One role in one unit over days: `starts_on` counts, `ends_on` is the first day after it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="appointments")
    role = models.CharField("任职", max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appointments")
    kind = models.CharField(
        "性质", max_length=12, choices=AppointmentKind, default=AppointmentKind.REGULAR
    )
    starts_on = models.DateField("任职起")
    ends_on = models.DateField("任职止", null=True, blank=True)
    reason = models.CharField("依据", max_length=80, blank=True)

    class Meta(Owned.Meta):
        verbose_name = "任职"
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=models.F("starts_on")),
                name="appointment_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit"],
                condition=Q(ends_on=None),
                name="appointment_is_open_once",
            ),
        )
        indexes = (
            models.Index(fields=["unit", "role", "starts_on"], name="appointment_unit_role"),
            models.Index(fields=["person", "starts_on"], name="appointment_person"),
        )

    def __str__(self) -> str:
        return f"#{self.person_id} {self.role} #{self.unit_id}"
