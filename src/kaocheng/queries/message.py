"""Messages as their reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from kaocheng.access.actor import Actor, Helper
from kaocheng.access.message import own_messages
from kaocheng.records.models import Message, Setting
from kaocheng.records.prepared import Prepared
from kaocheng.records.scoped import OwnedQuerySet

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
    page: Page[int]


def message_list(actor: Actor, *, only_unread: bool, page: int) -> MessageList:
    """The reader's messages; two queries."""
    is_helped = actor.helper is not None
    found = _COUNTS.ask(actor.person_id, shape=is_helped)
    unread, all_of_them = found[0] if found else (0, 0)
    shown = Paginator(range(unread if only_unread else all_of_them), PAGE).get_page(page)
    rows = _LIST.ask(actor.person_id, shape=(is_helped, only_unread, shown.start_index()))
    return MessageList(
        lines=tuple(
            MessageLine(pk, subject, body, is_ours(address), made_at, read_at is not None)
            for pk, subject, body, address, made_at, read_at in rows
        ),
        unread=unread,
        only_unread=only_unread,
        page=shown,
    )


def _own(person_id: int | None, *, is_helped: bool) -> OwnedQuerySet[Message]:
    helper = Helper(0, "") if is_helped else None
    return own_messages(Actor(None, person_id, "", helper=helper))


def _count_rows(is_helped: bool, person_id: int | None) -> QuerySet[Any, Any]:
    together = _own(person_id, is_helped=is_helped).order_by().values("person_id")
    counted = together.annotate(unread=Count("pk", filter=Q(read_at=None)), all=Count("pk"))
    return counted.values_list("unread", "all")


def _list_rows(shape: tuple[bool, bool, int], person_id: int | None) -> QuerySet[Any, Any]:
    is_helped, only_unread, first = shape
    messages = _own(person_id, is_helped=is_helped)
    if only_unread:
        messages = messages.filter(read_at=None)
    in_order = messages.order_by(ExpressionWrapper(Q(read_at__isnull=False), BooleanField()), "-pk")
    columns = ("pk", "subject", "body", "page", "made_at", "read_at")
    return in_order.values_list(*columns)[max(first - 1, 0) :][:PAGE]


_COUNTS, _LIST = Prepared(_count_rows), Prepared(_list_rows)


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
