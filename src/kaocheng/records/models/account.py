"""账号: a name and a password for one person, with second factors and sign-ins."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from kaocheng.records.models.person import Person


class Accounts(BaseUserManager["Account"]):
    """Finds accounts; actions make them."""


class Account(AbstractBaseUser):
    """One person signs in with one account; what they may do is said by their appointments."""

    login = models.CharField("登录名", max_length=40, unique=True)
    person = models.OneToOneField(Person, models.CASCADE, related_name="account")
    is_active = models.BooleanField("可以登录", default=True)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    # Until when a password that somebody else handed over may be used to set an own one.
    one_time_until = models.DateTimeField(null=True, blank=True)
    # Digests (in Django's own password format) of the last passwords, newest first.
    earlier_passwords = models.JSONField(default=list, blank=True)
    totp_secret = models.CharField(max_length=64, blank=True)
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    # The newest time step that was accepted: a code works once.
    totp_last_step = models.BigIntegerField(default=0)
    # Codes to the phone of the personal data, in place of a TOTP device.
    sms_confirmed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    large_type = models.BooleanField(default=False)
    # The appointment that the person works under; others are one switch away.
    current_appointment = models.ForeignKey(
        "records.Appointment", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.login

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None or self.sms_confirmed_at is not None


class SpareCode(models.Model):
    """A printed code that works once in place of the second factor; only its digest is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="spare_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "digest"], name="spare_code_is_unique"),
        )

    def __str__(self) -> str:
        return f"#{self.account_id}"


class Ending(models.TextChoices):
    """Why a sign-in is over."""

    SIGNED_OUT = "signed_out", "本人退出"
    ELSEWHERE = "elsewhere", "在别的设备上结束"
    PASSWORD = "password", "密码已更改"
    IDLE = "idle", "长时间没有操作"
    ADMINISTRATOR = "administrator", "安全管理员结束"


class SignIn(models.Model):
    """One device that is or was signed in; ended ones stay for the security administrator."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sign_ins")
    session_digest = models.CharField(max_length=64, unique=True)
    device = models.CharField("设备", max_length=120)
    address = models.GenericIPAddressField("地址", null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=16, choices=Ending, blank=True)
    is_shared_pc = models.BooleanField("公用电脑", default=False)

    class Meta:
        indexes = (models.Index(fields=["account", "-seen_at"], name="sign_in_account"),)

    def __str__(self) -> str:
        return f"#{self.account_id} {self.device}"


class SignInDelay(models.Model):
    """How often a name failed, from one address or from all new ones; or one address alone.

    `name_digest` is keyed, so that a password typed into the wrong field cannot be read here; it is
    empty for the address alone, which is only ever slowed. `account` is set where the name exists.
    """

    name_digest = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField("地址", null=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="delays")
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name_digest", "address"], nulls_distinct=False, name="sign_in_delay_once"
            ),
        )
        indexes = (models.Index(fields=["failed_at"], name="sign_in_delay_failed_at"),)

    def __str__(self) -> str:
        return f"{self.failures} #{self.account_id}"
