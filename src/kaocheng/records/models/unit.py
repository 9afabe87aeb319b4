"""单位: a city, district, township, school, group, company or panel, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from kaocheng.records.scoped import Owned


class UnitKind(models.TextChoices):
    CITY = "city", "市"
    DISTRICT = "district", "区"
    TOWN = "town", "镇"
    SCHOOL = "school", "学校"
    GROUP = "group", "教研组"
    TOWNSHIP = "township", "镇政府"
    COMPANY = "company", "公司"
    DEPARTMENT = "department", "部门"
    PANEL = "panel", "专家组"


# Which kinds may stand under which; "" is the top of the tree.
STANDS_UNDER: Mapping[str, frozenset[str]] = {
    UnitKind.CITY: frozenset({""}),
    UnitKind.DISTRICT: frozenset({"", UnitKind.CITY}),
    UnitKind.TOWN: frozenset({"", UnitKind.CITY, UnitKind.DISTRICT}),
    UnitKind.SCHOOL: frozenset({"", UnitKind.CITY, UnitKind.DISTRICT, UnitKind.TOWN}),
    UnitKind.GROUP: frozenset({UnitKind.SCHOOL}),
    UnitKind.TOWNSHIP: frozenset({"", UnitKind.CITY, UnitKind.DISTRICT}),
    UnitKind.COMPANY: frozenset({"", UnitKind.CITY, UnitKind.DISTRICT}),
    UnitKind.DEPARTMENT: frozenset(
        {
            UnitKind.CITY,
            UnitKind.DISTRICT,
            UnitKind.SCHOOL,
            UnitKind.TOWNSHIP,
            UnitKind.COMPANY,
            UnitKind.DEPARTMENT,
        }
    ),
    UnitKind.PANEL: frozenset({""}),
}
# A panel stands outside the tree; one of these keeps it.
KEEPS_PANELS = frozenset({UnitKind.CITY, UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.SCHOOL})

# So many characters of a path say one unit.
PART_OF_PATH = 13


class Unit(Owned):
    """One place of the tree; a panel stands outside it, as a root of its own with a keeper.

    `path` is the ids from the root down, twelve digits each with a slash, so that a subtree is one
    range of the index: `path >= p and path < p || 'z'`.
    """

    kind = models.CharField("类别", max_length=16, choices=UnitKind)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20, blank=True)
    code = models.CharField("机构代码", max_length=24, blank=True)
    pinyin = models.CharField(max_length=240, db_collation="C", editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    keeper = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="panels",
        verbose_name="管理单位",
    )
    path = models.CharField(max_length=200, db_collation="C", editable=False, blank=True)
    opens_on = models.DateField("成立日期")
    closes_on = models.DateField("撤并日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    # Made-up people and schools, which a real office must be able to tell apart and to remove.
    is_demo = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        verbose_name = "单位"
        constraints = (
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="unit_code_is_unique"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(closes_on=None),
                nulls_distinct=True,
                name="unit_name_is_unique_under_its_parent",
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closes_on__gte=models.F("opens_on")),
                name="unit_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(kind="panel") | (Q(parent=None) & Q(keeper__isnull=False)),
                name="unit_panel_has_a_keeper_and_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(closes_on__isnull=False),
                name="unit_merged_away_is_closed",
            ),
        )
        indexes = (
            models.Index(fields=["path"], name="unit_path"),
            models.Index(fields=["parent", "pinyin"], name="unit_parent_pinyin"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closes_on is None


class UnitPast(models.Model):
    """What a unit was called and where it stood, from one day up to, but not with, another.

    The present stands here too, with no end, so that “as of” is one query.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="past")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=16, choices=UnitKind)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=200, db_collation="C")
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["unit", "starts_on"], name="unit_past_starts_once"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ends_on=None), name="unit_past_has_one_present"
            ),
        )
        indexes = (models.Index(fields=["path", "starts_on"], name="unit_past_path"),)

    def __str__(self) -> str:
        return f"{self.name}（{self.starts_on} 起）"
