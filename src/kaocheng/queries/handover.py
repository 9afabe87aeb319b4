"""Handovers as their pages and their paper show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.handover import (
    givers,
    handed_roles,
    handovers_in_sight,
    handovers_to_witness,
    in_reach_of,
    may_give,
    takers_below,
)
from kaocheng.access.scope import one
from kaocheng.documents.codes import check_code
from kaocheng.documents.paper import (
    Block,
    Code,
    Facts,
    Grid,
    Heading,
    Paper,
    Signature,
    Signatures,
    Text,
)
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.handover_items import items_of
from kaocheng.records.models import Appointment, Handover, Person
from kaocheng.records.models.handover import HandoverState, Item, ItemKind
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
OFFICES = frozenset({"city", "district", "town"})


@dataclass(frozen=True)
class HandoverLine:
    handover_id: int
    giver: str
    taker: str
    unit: str
    state: str
    made_at: datetime
    waits_for_me: bool


@dataclass(frozen=True)
class HandoverPage:
    """One handover; the flags say what this reader may do with it now."""

    handover_id: int
    version: int
    unit: str
    giver: str
    taker: str
    made_by: str
    witness: str
    absent_because: str
    note: str
    state: str
    made_at: datetime
    given_at: datetime | None
    taken_at: datetime | None
    witnessed_at: datetime | None
    items: tuple[tuple[str, tuple[Item, ...]], ...]
    has_roles: bool
    code: str
    may_give: bool
    may_take: bool
    may_witness: bool
    may_cancel: bool

    @property
    def is_frozen(self) -> bool:
        return self.given_at is not None


@dataclass(frozen=True)
class Choice:
    """Who hands over, and to whom it may go."""

    giver_id: int
    giver: str
    is_own: bool
    takers: tuple[tuple[int, str], ...]
    items: tuple[tuple[str, tuple[Item, ...]], ...]


def handovers(actor: Actor, *, page: str | int | None) -> Page[HandoverLine]:
    """The newest first."""
    rows = handovers_in_sight(actor).select_related("giver", "taker", "unit").order_by("-pk")
    pages: Paginator[Handover] = Paginator(rows, PAGE)
    shown = pages.get_page(page)
    lines = [_line(actor, row) for row in shown.object_list]
    return Page(lines, shown.number, pages)  # type: ignore[arg-type]  # only counted there


def people_to_hand_over(actor: Actor) -> tuple[tuple[int, str], ...]:
    """Oneself first, then by pinyin the people of a school, or of the office itself.

    For somebody of a unit below an office, the page of that person leads here.
    """
    assert actor.person_id is not None
    assert actor.held is not None
    found = givers(actor, on=CLOCK.today()).exclude(pk=actor.person_id)
    if actor.held.unit_kind in OFFICES:
        of_office = Appointment.objects.unscoped("people of the office, all within reach")
        found = found.filter(pk__in=of_office.filter(unit=actor.held.unit_id).values("person"))
    below = found.order_by("pinyin", "pk").values_list("pk", "name")[:500]
    return ((actor.person_id, actor.name), *below)


def choice(actor: Actor, giver_id: int) -> Choice:
    """What the giver has in hand now, and the colleagues who may take it."""
    today = CLOCK.today()
    giver: Person = one(givers(actor, on=today), giver_id)
    is_own = giver.pk == actor.person_id
    rows = takers_below(actor, giver.pk, on=today).order_by("pinyin", "pk")
    return Choice(
        giver_id=giver.pk,
        giver=giver.name,
        is_own=is_own,
        takers=tuple(rows.values_list("pk", "name")[:2000]),
        items=_by_kind(
            items_of(giver.pk, on=today, only=None if is_own else in_reach_of(actor)),
        ),
    )


def handover_page(actor: Actor, handover_id: int) -> HandoverPage:
    """The list as it is frozen, or, before that, as it stands now."""
    row = one(_whole(actor), handover_id)
    is_giver, is_taker = row.giver_id == actor.person_id, row.taker_id == actor.person_id
    items = _items(row, None if is_giver or is_taker else in_reach_of(actor))
    return HandoverPage(
        handover_id=row.pk,
        version=row.version,
        unit=row.unit.name,
        giver=row.giver.name,
        taker=row.taker.name,
        made_by=row.made_by.name,
        witness=row.witness.name if row.witness else "",
        absent_because=row.absent_because,
        note=row.note,
        state=row.state,
        made_at=row.made_at,
        given_at=row.given_at,
        taken_at=row.taken_at,
        witnessed_at=row.witnessed_at,
        items=_by_kind(items),
        has_roles=any(item.kind == ItemKind.ROLE for item in items),
        code=code_of(row),
        may_give=row.state == HandoverState.DRAFT and is_giver,
        may_take=row.state == HandoverState.GIVEN and is_taker,
        may_witness=row.state == HandoverState.SIGNED and _may_witness(actor, row),
        may_cancel=row.state in {HandoverState.DRAFT, HandoverState.GIVEN, HandoverState.SIGNED},
    )


def paper_of(actor: Actor, handover_id: int, *, address: str) -> Paper:
    """交接清单 for printing; only what was signed is printed, so a draft has none yet."""
    row = one(_whole(actor).exclude(given_at=None), handover_id)
    code = code_of(row)
    blocks: list[Block] = [
        Facts(
            (
                ("单位", row.unit.name),
                ("移交人", row.giver.name),
                ("接收人", row.taker.name),
                ("状态", HandoverState(row.state).label),
                *((("说明", row.note),) if row.note else ()),
            )
        )
    ]
    if row.absent_because:
        said = f"移交人不在岗（{row.absent_because}），由 {row.made_by.name} 代为移交。"
        blocks.append(Text(said))
    for number, (title, items) in enumerate(_by_kind(row.listed)):
        blocks += [Heading(f"{'一二三四五'[number]}、{title}"), _grid(items)]
    if not row.items:
        blocks.append(Text("移交人名下没有需要交接的事项。"))
    blocks += [
        Text("以上事项已逐项核对，从签收之时起由接收人办理。"),
        Signatures(_signatures(row)),
        Code(address, f"扫码查看原件，核对校验码\n{code}"),
    ]
    return Paper("交接清单", tuple(blocks), proof=f"校验码 {code}")


def code_of(row: Handover) -> str:
    """校验码 of what the giver signed; empty before that."""
    if row.given_at is None:
        return ""
    return check_code(
        {
            "id": row.pk,
            "giver": row.giver_id,
            "taker": row.taker_id,
            "note": row.note,
            "given_at": row.given_at.isoformat(),
            "items": row.items,
        }
    )


def _whole(actor: Actor) -> OwnedQuerySet[Handover]:
    related = ("unit", "giver", "taker", "made_by", "witness")
    rows: OwnedQuerySet[Handover] = handovers_in_sight(actor).select_related(*related)
    return rows


def _items(row: Handover, only: Q | None) -> tuple[Item, ...]:
    if row.given_at is None and row.state == HandoverState.DRAFT:
        return items_of(row.giver_id, on=CLOCK.today(), only=only)
    return row.listed


def _may_witness(actor: Actor, row: Handover) -> bool:
    if not handovers_to_witness(actor).filter(pk=row.pk).exists():
        return False
    held = handed_roles(row.giver_id, on=CLOCK.today()).select_related("unit")
    return may_give(actor, held.filter(pk__in=[item.id for item in row.roles]))


def _line(actor: Actor, row: Handover) -> HandoverLine:
    waits = {HandoverState.DRAFT: row.giver_id, HandoverState.GIVEN: row.taker_id}
    return HandoverLine(
        handover_id=row.pk,
        giver=row.giver.name,
        taker=row.taker.name,
        unit=row.unit.name,
        state=row.state,
        made_at=row.made_at,
        waits_for_me=waits.get(HandoverState(row.state)) == actor.person_id,
    )


def _by_kind(items: tuple[Item, ...]) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """In the order of the kinds; a kind without items is left out."""
    found = ((kind, tuple(item for item in items if item.kind == kind)) for kind in ORDER)
    return tuple((str(ItemKind(kind).label), some) for kind, some in found if some)


ORDER = (ItemKind.ROLE, ItemKind.TASK, ItemKind.COLLECTION, ItemKind.NOTICE, ItemKind.DRAFT)


def _grid(items: tuple[Item, ...]) -> Grid:
    rows = tuple((str(number), item.title, item.note) for number, item in enumerate(items, start=1))
    return Grid(("序号", "事项", "备注"), rows, widths=(1, 6, 4), sides=("c", "l", "l"))


def _signatures(row: Handover) -> tuple[Signature, ...]:
    giver = row.made_by.name if row.absent_because else row.giver.name
    label = "代为移交" if row.absent_because else "移交人"
    boxes = [
        Signature(label, giver, _time(row.given_at)),
        Signature("接收人", row.taker.name if row.taken_at else "", _time(row.taken_at)),
    ]
    if row.roles or row.witness:
        witness = row.witness.name if row.witness else ""
        boxes.append(Signature("监交人", witness, _time(row.witnessed_at)))
    return tuple(boxes)


def _time(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
