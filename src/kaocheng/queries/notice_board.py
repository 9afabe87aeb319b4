"""通知签收情况: who has signed, who has only opened it, who has not opened it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from kaocheng.access.actor import Actor
from kaocheng.access.notice import notices_to_issue, receipts_of_issued
from kaocheng.access.scope import one
from kaocheng.queries.notice import PAGE, NoticePage, notice_page
from kaocheng.records.models import NoticeReceipt

SIGNED, OPENED, UNOPENED = "signed", "opened", "unopened"


@dataclass(frozen=True)
class BoardLine:
    """One unit that was addressed."""

    unit_id: int
    unit_name: str
    state: str
    opened_at: datetime | None
    opened_by: str
    signed_at: datetime | None
    signed_by: str


@dataclass(frozen=True)
class NoticeBoard:
    """Who has signed, who has only opened it, who has not opened it."""

    notice: NoticePage
    counts: Mapping[str, int]
    chosen: str
    lines: tuple[BoardLine, ...]
    page: Page[NoticeReceipt]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        return self.counts[OPENED] + self.counts[UNOPENED]


_STATES = {
    SIGNED: Q(signed_at__isnull=False),
    OPENED: Q(signed_at=None, opened_at__isnull=False),
    UNOPENED: Q(signed_at=None, opened_at=None),
}


def notice_board(
    actor: Actor, notice_id: int, *, now: datetime, chosen: str, page: int
) -> NoticeBoard:
    """The board of a notice of the reader's own unit; five queries."""
    one(notices_to_issue(actor), notice_id)
    receipts = receipts_of_issued(actor).filter(notice_id=notice_id)
    counts = receipts.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in _STATES.items()}
    )
    rows = _board_rows(actor, notice_id)
    paginator = Paginator(rows.filter(_STATES[chosen]) if chosen in _STATES else rows, PAGE)
    paginator.count = counts[chosen] if chosen in _STATES else sum(counts.values())
    shown = paginator.get_page(page)
    return NoticeBoard(
        notice=notice_page(actor, notice_id, now=now),
        counts=counts,
        chosen=chosen if chosen in _STATES else "",
        lines=tuple(board_line(row) for row in shown.object_list),
        page=shown,
    )


def whole_board(actor: Actor, notice_id: int) -> tuple[str, tuple[BoardLine, ...]]:
    """The title and all lines, for a table that leaves the platform; two queries."""
    notice = one(notices_to_issue(actor), notice_id)
    return notice.title, tuple(board_line(row) for row in _board_rows(actor, notice_id))


def _board_rows(actor: Actor, notice_id: int) -> QuerySet[NoticeReceipt]:
    """All receipts of the notice, those that are missing first, by pinyin."""
    return (
        receipts_of_issued(actor)
        .filter(notice_id=notice_id)
        .select_related("unit", "opened_by", "signed_by")
        .order_by(
            # False stands before true: who is missing comes first.
            ExpressionWrapper(Q(signed_at__isnull=False), BooleanField()),
            ExpressionWrapper(Q(opened_at__isnull=False), BooleanField()),
            "unit__pinyin",
            "pk",
        )
    )


def board_line(row: NoticeReceipt) -> BoardLine:
    state = SIGNED if row.signed_at else OPENED if row.opened_at else UNOPENED
    return BoardLine(
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        state=state,
        opened_at=row.opened_at,
        opened_by=row.opened_by.name if row.opened_by else "",
        signed_at=row.signed_at,
        signed_by=row.signed_by.name if row.signed_by else "",
    )
