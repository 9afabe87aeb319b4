"""代办: somebody may act for somebody else until a day; both names are logged."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaocheng.records.models.person import Person
from kaocheng.records.scoped import Owned


class Delegation(Owned):
    """`helper` acts for `person`; never for 本人制作, ratings or signatures."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="helped_by")
    helper = models.ForeignKey(Person, models.CASCADE, related_name="helps")
    starts_on = models.DateField()
    ends_on = models.DateField("截止日期")
    # One tap of the person, or a slip signed by hand whose scan is kept.
    slip = models.ForeignKey("records.StoredFile", models.PROTECT, null=True, blank=True)
    slip_number = models.CharField("代办单编号", max_length=40, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = (
            models.CheckConstraint(condition=~Q(person=F("helper")), name="helper_is_another"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="help_ends"),
            models.UniqueConstraint(
                fields=["person", "helper"],
                condition=Q(ended_at=None),
                name="delegation_is_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.helper_id} 代 #{self.person_id}"
