"""Collection forms as their pages show them: to be filled, asked by us, progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kaocheng.access.actor import Actor
from kaocheng.access.collection import (
    asked_by_us,
    our_parts,
    sees_personal_data,
)
from kaocheng.access.scope import one
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Collection, CollectionPart, CollectionRow
from kaocheng.records.models.collection import CollectionState, PartState

Row = TypeVar("Row", bound=Model)
Line = TypeVar("Line")

PAGE = 50
MOST_NAMED = 60


@dataclass(frozen=True)
class PartLine:
    """One part that our unit has to fill."""

    part_id: int
    title: str
    asked_by: str
    due_at: datetime
    state: str
    is_open: bool
    rows: int

    @property
    def is_owed(self) -> bool:
        return self.is_open and self.state != PartState.SUBMITTED


@dataclass(frozen=True)
class FormLine:
    """One form that our unit asks with."""

    collection_id: int
    title: str
    state: str
    due_at: datetime
    submitted: int
    total: int


@dataclass(frozen=True)
class BoardLine:
    """How far one unit is."""

    part_id: int
    unit: str
    state: str
    rows: int
    groups: int
    groups_done: int
    submitted_at: datetime | None
    is_late: bool
    returned_because: str


@dataclass(frozen=True)
class Board:
    """A form that runs or ran: its progress as a whole and unit by unit."""

    collection_id: int
    title: str
    why: str
    state: str
    due_at: datetime
    fields: int
    has_personal: bool
    shows_personal: bool
    submitted: int
    returned: int
    total: int
    shown: str
    page: Page[BoardLine]

    @property
    def is_open(self) -> bool:
        return self.state == CollectionState.OPEN

    @property
    def missing(self) -> int:
        return self.total - self.submitted


@dataclass(frozen=True)
class Reminder:
    """What is sent to the group chat: names of units only."""

    title: str
    due_at: datetime
    submitted: int
    total: int
    missing: tuple[str, ...]

    def text(self, deadline: str) -> str:
        """What is pasted into the chat."""
        head = _("【催办】%(title)s，%(deadline)s。") % {"title": self.title, "deadline": deadline}
        if not self.missing:
            return head + _("%(total)s 个单位都已交，谢谢。") % {"total": self.total}
        counts = {"submitted": self.submitted, "total": self.total, "missing": len(self.missing)}
        said = _("已交 %(submitted)s / %(total)s 个，还有 %(missing)s 个：") % counts
        names = "、".join(self.missing[:MOST_NAMED])
        more = "…" if len(self.missing) > MOST_NAMED else ""
        return f"{head}{said}{names}{more}。" + _("请登录考成填报。")


def parts_to_fill(actor: Actor, *, page: str | int | None) -> Page[PartLine]:
    """What our unit has to fill, what is still owed first, then by when."""
    parts = (
        our_parts(actor)
        .select_related("collection__unit", "above__unit")
        .annotate(row_count=Coalesce(_rows_of_part(), 0), is_done=_is_done())
        .order_by("is_done", "collection__due_at", "-pk")
    )
    return _page(parts, page, _part_line)


def forms_asked(actor: Actor, *, page: str | int | None) -> Page[FormLine]:
    """The forms of our unit, drafts first, then the newest."""
    forms = (
        asked_by_us(actor)
        .annotate(
            total=Count("parts", filter=Q(parts__above=None)),
            submitted=Count("parts", filter=Q(parts__above=None, parts__state=PartState.SUBMITTED)),
        )
        .order_by(F("opened_at").desc(nulls_first=True), "-pk")
    )
    return _page(
        forms,
        page,
        _form_line,
    )


def board(
    actor: Actor, collection_id: int, *, shown: str = "", page: str | int | None = 1
) -> Board:
    """`shown`: a state of parts, `missing` for all that are not handed in, empty for all."""
    form = one(asked_by_us(actor).filter(~Q(state=CollectionState.DRAFT)), collection_id)
    parts = _top_parts(form)
    counts = parts.aggregate(
        total=Count("pk"),
        submitted=Count("pk", filter=Q(state=PartState.SUBMITTED)),
        returned=Count("pk", filter=Q(state=PartState.RETURNED)),
    )
    if shown == "missing":
        parts = parts.exclude(state=PartState.SUBMITTED)
    elif shown in PartState.values:
        parts = parts.filter(state=shown)
    lines = parts.select_related("unit").annotate(
        row_count=Coalesce(_rows_of_part(), 0) + Coalesce(_rows_below(), 0),
        groups=Count("below"),
        groups_done=Count("below", filter=Q(below__state=PartState.SUBMITTED)),
    )
    return Board(
        collection_id=form.pk,
        title=form.title,
        why=form.why,
        state=form.state,
        due_at=form.due_at,
        fields=len(form.fields),
        has_personal=any(field.is_personal for field in form.asked),
        shows_personal=sees_personal_data(actor),
        shown=shown,
        page=_page(
            lines.order_by("unit__pinyin", "pk"), page, lambda part: _board_line(form, part)
        ),
        **counts,
    )


def reminder(actor: Actor, collection_id: int) -> Reminder:
    """Who is missing, for the text and the picture of the group chat."""
    form = one(asked_by_us(actor).filter(~Q(state=CollectionState.DRAFT)), collection_id)
    parts = _top_parts(form).order_by("unit__pinyin", "pk").values_list("unit__name", "state")
    missing = tuple(name for name, state in parts if state != PartState.SUBMITTED)
    return Reminder(
        title=form.title,
        due_at=form.due_at,
        submitted=len(parts) - len(missing),
        total=len(parts),
        missing=missing,
    )


def _top_parts(form: Collection) -> QuerySet[CollectionPart]:
    return CollectionPart.objects.unscoped(
        "parts of a form that was fetched under its scope"
    ).filter(collection=form, above=None)


def _rows_of_part() -> Subquery:
    rows = CollectionRow.objects.unscoped("a count inside a scoped query")
    return Subquery(
        rows.filter(part=OuterRef("pk")).values("part").annotate(n=Count("pk")).values("n")
    )


def _rows_below() -> Subquery:
    rows = CollectionRow.objects.unscoped("a count inside a scoped query")
    below = rows.filter(part__above=OuterRef("pk")).order_by()
    return Subquery(below.values("part__above").annotate(n=Count("pk")).values("n"))


def _is_done() -> Q:
    return Q(state=PartState.SUBMITTED) | ~Q(collection__state=CollectionState.OPEN)


def _form_line(form: Collection) -> FormLine:
    return FormLine(
        collection_id=form.pk,
        title=form.title,
        state=form.state,
        due_at=form.due_at,
        submitted=form.submitted,  # type: ignore[attr-defined]  # annotated above
        total=form.total,  # type: ignore[attr-defined]  # annotated above
    )


def _part_line(part: CollectionPart) -> PartLine:
    asked_by = part.above.unit if part.above else part.collection.unit
    return PartLine(
        part_id=part.pk,
        title=part.collection.title,
        asked_by=asked_by.name,
        due_at=part.collection.due_at,
        state=part.state,
        is_open=part.collection.state == CollectionState.OPEN,
        rows=part.row_count,  # type: ignore[attr-defined]  # annotated above
    )


def _board_line(form: Collection, part: CollectionPart) -> BoardLine:
    ended_at = part.submitted_at if part.state == PartState.SUBMITTED else CLOCK.now()
    return BoardLine(
        part_id=part.pk,
        unit=part.unit.name,
        state=part.state,
        rows=part.row_count,  # type: ignore[attr-defined]  # annotated above
        groups=part.groups,  # type: ignore[attr-defined]  # annotated above
        groups_done=part.groups_done,  # type: ignore[attr-defined]  # annotated above
        submitted_at=part.submitted_at,
        is_late=ended_at is not None and ended_at > form.due_at,
        returned_because=part.returned_because,
    )


def _page(rows: QuerySet[Row], number: str | int | None, line: Callable[[Row], Line]) -> Page[Line]:
    pages: Paginator[Any] = Paginator(rows, PAGE)
    page = pages.get_page(number)
    return Page([line(row) for row in page.object_list], page.number, pages)
