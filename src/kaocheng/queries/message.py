"""Messages as their reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from kaocheng.access.actor import Actor
from kaocheng.access.message import own_messages
from kaocheng.records.models import Message, Setting

PAGE = 50


@dataclass(frozen=True)
class MessageLine:
    id: int
    subject: str
    body: str
    has_page: bool
    made_at: datetime
    is_read: bool


@dataclass(frozen=True)
class MessageList:
    """One page of messages, the unread first."""

    lines: tuple[MessageLine, ...]
    unread: int
    only_unread: bool
    page: Page[Message]


def message_list(actor: Actor, *, only_unread: bool, page: int) -> MessageList:
    """The reader's messages; two queries."""
    messages = own_messages(actor)
    counts = messages.aggregate(all=Count("pk"), unread=Count("pk", filter=Q(read_at=None)))
    rows = messages.order_by(ExpressionWrapper(Q(read_at__isnull=False), BooleanField()), "-pk")
    paginator = Paginator(rows.filter(read_at=None) if only_unread else rows, PAGE)
    paginator.count = counts["unread"] if only_unread else counts["all"]
    shown = paginator.get_page(page)
    return MessageList(
        lines=tuple(
            MessageLine(
                id=row.pk,
                subject=row.subject,
                body=row.body,
                has_page=is_ours(row.page),
                made_at=row.made_at,
                is_read=row.read_at is not None,
            )
            for row in shown.object_list
        ),
        unread=counts["unread"],
        only_unread=only_unread,
        page=shown,
    )


def is_ours(page: str) -> bool:
    """An address on this site; `//host` would be another one."""
    return page.startswith("/") and not page.startswith(("//", "/\\"))


def robot_kind(actor: Actor) -> str:
    """Which platform the unit's group is on; empty where there is no robot. Never its address."""
    if actor.held is None:
        return ""
    rows = Setting.objects.unscoped("of the reader's own unit, and nothing secret of it")
    row = rows.filter(unit_id=actor.held.unit_id, name="group_robot").first()
    return str(row.value["kind"]) if row else ""
