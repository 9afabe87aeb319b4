"""Notices as they are read, written and watched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext

from kaocheng.access.actor import Actor, Rights, holder, rights_of
from kaocheng.access.grants import CLERK, LEAD, OFFICER, WORKSHOP_LEADER, Permission
from kaocheng.access.notice import (
    notices_in_sight,
    notices_to_issue,
    own_receipts,
    units_to_address,
)
from kaocheng.access.scope import one
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.time_words import Due, due
from kaocheng.records.models import Appointment, AuditAnchor, Notice, NoticeReceipt, Unit
from kaocheng.records.models.notice import NoticeState
from kaocheng.records.models.task import DueUnit
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.prepared import Prepared
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
# Who signs: the head alone, or the head or the information officer; by kinds of units, since the
# head of a group is its workshop leader and an office has officers.
SIGNERS: Mapping[str, tuple[str, ...]] = {
    "heads": (LEAD, OFFICER, WORKSHOP_LEADER),
    "office": (LEAD, CLERK, OFFICER, WORKSHOP_LEADER),
}


@dataclass(frozen=True)
class ReceivedLine:
    """A notice that reached the reader's unit."""

    id: int
    number: str
    title: str
    from_name: str
    issued_at: datetime | None
    due: Due | None
    is_opened: bool
    signed_at: datetime | None
    signed_by: str
    is_withdrawn: bool

    @property
    def must_sign(self) -> bool:
        return self.signed_at is None and not self.is_withdrawn


@dataclass(frozen=True)
class ReceivedPage:
    lines: tuple[ReceivedLine, ...]
    may_issue: bool
    page: Page[NoticeReceipt]


def received(actor: Actor, *, now: datetime, page: int) -> ReceivedPage:
    """What reached the unit: what has to be signed first, then the newest; two queries."""
    rows = (
        own_receipts(actor)
        .exclude(notice__state=NoticeState.DRAFT)
        .select_related("notice", "notice__unit", "signed_by")
        .order_by(F("signed_at").desc(nulls_first=True), "-notice__issued_at", "-pk")
    )
    shown = Paginator(rows, PAGE).get_page(page)
    return ReceivedPage(
        lines=tuple(_received_line(row, now=now) for row in shown.object_list),
        may_issue=actor.may(Permission.ISSUE_NOTICES),
        page=shown,
    )


@dataclass(frozen=True)
class IssuedLine:
    """A notice of the reader's unit, with how many have signed."""

    id: int
    number: str
    title: str
    state: str
    issued_at: datetime | None
    due: Due | None
    signed: int
    total: int
    writer: str

    @property
    def is_draft(self) -> bool:
        return self.state == NoticeState.DRAFT

    @property
    def is_complete(self) -> bool:
        return self.signed == self.total


@dataclass(frozen=True)
class IssuedPage:
    lines: tuple[IssuedLine, ...]
    page: Page[Any]


def issued(actor: Actor, *, now: datetime, page: int) -> IssuedPage:
    """What the unit has issued, drafts first; two queries."""
    rows = _with_counts(actor).order_by(F("issued_at").desc(nulls_first=True), "-pk")
    paginator = Paginator(rows, PAGE)
    paginator.count = notices_to_issue(actor).count()
    shown = paginator.get_page(page)
    return IssuedPage(
        lines=tuple(_issued_line(row, now=now) for row in shown.object_list), page=shown
    )


def running(actor: Actor, *, now: datetime, count: int) -> tuple[IssuedLine, ...]:
    """Notices that somebody has still to sign, what is due first standing first; one query."""
    if actor.held is None:
        return ()
    rows = _RUNNING.ask(actor.held.unit_path, shape=(rights_of(actor), count))
    return tuple(_running_line(row, now=now) for row in rows)


def _running_rows(shape: tuple[Rights, int], unit_path: str) -> QuerySet[Any, Any]:
    rights, count = shape
    return (
        _with_counts(holder(rights, unit_path=unit_path))
        .filter(state=NoticeState.ISSUED, total__gt=F("signed"))
        .order_by(F("sign_by").asc(nulls_last=True), "-pk")
        .values_list(
            *("pk", "number", "title", "state", "issued_at", "sign_by"),
            *("signed", "total", "written_by__name"),
        )[:count]
    )


_RUNNING = Prepared(_running_rows)


def _running_line(row: tuple[Any, ...], *, now: datetime) -> IssuedLine:
    *head, sign_by, signed, total, writer = row
    values = (*head, due(sign_by, DueUnit.WORKING_DAYS, now=now), signed, total, writer)
    return IssuedLine(*values)


def _with_counts(actor: Actor) -> QuerySet[Any]:
    return (
        notices_to_issue(actor)
        .select_related("written_by")
        .annotate(
            total=Count("receipts"),
            signed=Count("receipts", filter=Q(receipts__signed_at__isnull=False)),
        )
    )


def _issued_line(row: Any, *, now: datetime) -> IssuedLine:  # noqa: ANN401  # with its counts
    return IssuedLine(
        id=row.pk,
        number=row.number,
        title=row.title,
        state=row.state,
        issued_at=row.issued_at,
        due=_due(row, now=now) if row.state == NoticeState.ISSUED else None,
        signed=row.signed,
        total=row.total,
        writer=row.written_by.name,
    )


@dataclass(frozen=True)
class NoticePage:
    """One notice as it is read; what the reader may do with it is said by the flags."""

    id: int
    version: int
    number: str
    title: str
    paragraphs: tuple[str, ...]
    body: str
    from_name: str
    issued_at: datetime | None
    due: Due | None
    state: str
    withdrawn_because: str
    withdrawn_at: datetime | None
    to_kinds: tuple[str, ...]
    to_roles: tuple[str, ...]
    sign_by: datetime | None
    is_ours: bool
    receipt: Receipt | None
    may_sign: bool
    # Who signs, where the reader may not.
    signers: str

    @property
    def is_draft(self) -> bool:
        return self.state == NoticeState.DRAFT

    @property
    def is_withdrawn(self) -> bool:
        return self.state == NoticeState.WITHDRAWN

    @property
    def proof(self) -> str:
        """校验码: over what was printed, so that a sheet can be compared with what stands here."""
        text = "\n".join((self.number, self.title, *self.paragraphs))
        return hashlib.sha256(text.encode()).hexdigest()[:12].upper()

    @property
    def issued_on(self) -> str:
        """As papers write it, always with the year; empty for a draft."""
        if self.issued_at is None:
            return ""
        day = self.issued_at.astimezone(CHINA)
        return f"{day.year}年{day.month}月{day.day}日"

    @property
    def signer_choice(self) -> str:
        return "office" if CLERK in self.to_roles else "heads"


@dataclass(frozen=True)
class Receipt:
    """Where the reader's own unit stands."""

    is_opened: bool
    signed_at: datetime | None
    signed_by: str


def notice_page(actor: Actor, notice_id: int, *, now: datetime) -> NoticePage:
    """A notice within sight with the receipt of the reader's unit; two queries."""
    notice = one(notices_in_sight(actor).select_related("unit"), notice_id)
    row = own_receipts(actor).filter(notice=notice).select_related("signed_by").first()
    role = actor.held.role if actor.held else ""
    open_to_sign = row is not None and row.signed_at is None
    return NoticePage(
        id=notice.pk,
        version=notice.version,
        number=notice.number,
        title=notice.title,
        paragraphs=paragraphs(notice.body),
        body=notice.body,
        from_name=notice.unit.name,
        issued_at=notice.issued_at,
        due=_due(notice, now=now),
        state=notice.state,
        withdrawn_because=notice.withdrawn_because,
        withdrawn_at=notice.withdrawn_at,
        to_kinds=tuple(notice.to_kinds),
        to_roles=tuple(notice.to_roles),
        sign_by=notice.sign_by,
        is_ours=_is_ours(actor, notice),
        receipt=Receipt(
            is_opened=row.opened_at is not None,
            signed_at=row.signed_at,
            signed_by=row.signed_by.name if row.signed_by else "",
        )
        if row
        else None,
        may_sign=open_to_sign
        and notice.state == NoticeState.ISSUED
        and role in notice.to_roles
        and actor.helper is None
        and actor.may(Permission.SIGN_NOTICES),
        signers=signer_words(notice.to_roles),
    )


def anchor_place(number: str, notice_id: int) -> str:
    """Where the log says that its digest went, with the notice."""
    return f"通知 {number}（#{notice_id}）"


def anchor_printed(page: NoticePage) -> str:
    """The digest of the log that went out with the notice, for `verify_audit --anchor`.

    In groups, which a line of paper can be broken at.
    """
    anchors = AuditAnchor.objects.filter(where=anchor_place(page.number, page.id))
    row = anchors.order_by("pk").values_list("seal__number", "digest").first()
    return f"{row[0]}:{' '.join(wrap(row[1], 16))}" if row else ""


def signer_words(roles: Iterable[str]) -> str:
    """In every kind of unit somebody counts as its head: an officer, a workshop leader."""
    return gettext("单位负责人或信息员") if CLERK in tuple(roles) else gettext("单位负责人")


def paragraphs(body: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in body.splitlines() if line.strip())


@dataclass(frozen=True)
class Audience:
    """The dry count: how many units a draft would reach, and where nobody could sign."""

    count: int
    by_kind: tuple[tuple[str, int], ...]
    nobody_there: tuple[str, ...]


def audience(
    actor: Actor, *, kinds: tuple[str, ...], roles: tuple[str, ...], now: datetime
) -> Audience:
    """Two queries; names at most ten of the units where nobody holds one of the roles."""
    day = now.date()
    reached = addressed(actor, kinds)
    counted = dict(reached.order_by().values_list("kind").annotate(Count("pk")))
    holders = Appointment.objects.unscoped("whether anybody is there to sign").filter(
        Q(ends_on=None) | Q(ends_on__gt=day), role__in=roles, starts_on__lte=day
    )
    empty = reached.exclude(pk__in=holders.values("unit"))[:10]
    return Audience(
        count=sum(counted.values()),
        by_kind=tuple(
            (str(UnitKind(kind).label), counted[kind]) for kind in kinds if kind in counted
        ),
        nobody_there=tuple(unit.name for unit in empty),
    )


def addressed(actor: Actor, kinds: Iterable[str]) -> OwnedQuerySet[Unit]:
    """The open units of these kinds below the actor's, in the order of lists."""
    reach = units_to_address(actor).filter(kind__in=tuple(kinds), closes_on=None)
    return reach.order_by("pinyin", "pk")


def kinds_below(actor: Actor) -> tuple[tuple[str, str, int], ...]:
    """The kinds of units below the actor with their number, in the order of the kinds."""
    counted = dict(
        units_to_address(actor)
        .filter(closes_on=None)
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    return tuple(
        (kind.value, str(kind.label), counted[kind.value])
        for kind in UnitKind
        if kind.value in counted and kind != UnitKind.PANEL
    )


def _received_line(row: NoticeReceipt, *, now: datetime) -> ReceivedLine:
    notice = row.notice
    return ReceivedLine(
        id=notice.pk,
        number=notice.number,
        title=notice.title,
        from_name=notice.unit.name,
        issued_at=notice.issued_at,
        due=None if row.signed_at else _due(notice, now=now),
        is_opened=row.opened_at is not None,
        signed_at=row.signed_at,
        signed_by=row.signed_by.name if row.signed_by else "",
        is_withdrawn=notice.state == NoticeState.WITHDRAWN,
    )


def _due(notice: Notice, *, now: datetime) -> Due | None:
    return due(notice.sign_by, DueUnit.WORKING_DAYS, now=now)


def _is_ours(actor: Actor, notice: Notice) -> bool:
    return (
        actor.held is not None
        and notice.unit_id == actor.held.unit_id
        and actor.may(Permission.ISSUE_NOTICES)
    )
