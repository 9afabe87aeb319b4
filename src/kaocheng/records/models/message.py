"""消息: what somebody is told in the product, and what went out by mail, SMS or a webhook."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaocheng.records.models.person import Person
from kaocheng.records.models.unit import Unit
from kaocheng.records.scoped import Owned


class Message(Owned):
    """One message to one person, about one object."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="messages")
    subject = models.CharField("标题", max_length=80)
    body = models.CharField("内容", max_length=500, blank=True)
    page = models.CharField(max_length=200, blank=True)
    object_kind = models.CharField(max_length=32, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    effect_key = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["person", "read_at", "-id"], name="message_person"),)

    def __str__(self) -> str:
        return self.subject


class Channel(models.TextChoices):
    MAIL = "mail", "邮件"
    SMS = "sms", "短信"
    WEBHOOK = "webhook", "群机器人"


class Delivery(models.Model):
    """One message over one channel, or one line to the group robot of a unit.

    The address is looked up when it is sent, never kept here.
    """

    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    effect_key = models.CharField(max_length=120, unique=True)
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(message__isnull=False, unit=None)
                | Q(message=None, unit__isnull=False, channel="webhook"),
                name="delivery_is_of_a_message_or_to_a_group",
            ),
        )

    def __str__(self) -> str:
        return self.effect_key
