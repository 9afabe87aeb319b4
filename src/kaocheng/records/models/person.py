"""人员, and apart from them the data that only few may see."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.scoped import Owned


class PersonState(models.TextChoices):
    ACTIVE = "active", "在岗"
    RETIRED = "retired", "退休"
    LEFT = "left", "调离"


class Person(Owned):
    """Somebody whom the product names; where they work is said by their appointments."""

    name = models.CharField("姓名", max_length=40)
    pinyin = models.CharField(max_length=160, db_collation="C", editable=False)
    staff_number = models.CharField("师训编号", max_length=32, blank=True)
    gender = models.CharField("性别", max_length=1, blank=True, choices={"男": "男", "女": "女"})
    subject = models.CharField("学科", max_length=20, blank=True)
    title = models.CharField("职称", max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=PersonState, default=PersonState.ACTIVE)
    retires_on = models.DateField("退休日期", null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        verbose_name = "人员"
        constraints = (
            models.UniqueConstraint(
                fields=["staff_number"],
                condition=~Q(staff_number=""),
                name="person_staff_number_is_unique",
            ),
        )
        indexes = (models.Index(fields=["pinyin", "id"], name="person_pinyin"),)

    def __str__(self) -> str:
        return self.name


class PersonalData(models.Model):
    """Kept apart, so that no join brings it by accident; read through one door of `access`."""

    person = models.OneToOneField(
        Person, models.CASCADE, primary_key=True, related_name="personal_data"
    )
    id_number = models.CharField("身份证号", max_length=18, blank=True)
    phone = models.CharField("手机号码", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["id_number"], condition=~Q(id_number=""), name="id_number_is_unique"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.person_id}"
