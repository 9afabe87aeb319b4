"""设置: what an office decides about the product, for itself and what is below it."""

from __future__ import annotations

from django.db import models

from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class Setting(Owned):
    """One value of one unit, or of the whole installation; `queries.setting` knows the names."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="settings")
    name = models.CharField(max_length=48)
    value = models.JSONField()

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "name"], nulls_distinct=False, name="setting_once_per_unit"
            ),
        )

    def __str__(self) -> str:
        return self.name
