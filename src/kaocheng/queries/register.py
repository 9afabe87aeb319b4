"""Registers: those that a reader has to do with, and one with its entries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from kaocheng.access.actor import Actor
from kaocheng.access.entry import (
    adoptions_at_work,
    entries_in_sight,
    entries_to_sign,
    may_enter_for_office,
    own_sheets,
    subjects_to_enter,
)
from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.register_route import registers, route_of, who_enters
from kaocheng.records.models import Adoption, Entry
from kaocheng.records.models.register import SheetState, Standing
from kaocheng.records.models.scheme import AdoptionState

PAGE = 50


@dataclass(frozen=True)
class RegisterLine:
    id: str
    title: str
    note: str
    kind: str
    who_enters: str
    may_enter: bool
    to_sign: int
    open_items: int
    waiting: int


@dataclass(frozen=True)
class AdoptionLink:
    id: int
    title: str
    unit: str
    state: str


@dataclass(frozen=True)
class RegistersPage:
    adoptions: tuple[AdoptionLink, ...]
    chosen: AdoptionLink | None
    lines: tuple[RegisterLine, ...]
    rosters: tuple[RegisterLine, ...]
    sheets_to_answer: int

    @property
    def to_sign(self) -> int:
        return sum(line.to_sign for line in self.lines)


def registers_page(actor: Actor, *, adoption_id: int = 0) -> RegistersPage:
    """The registers of one adoption, the newest in force unless another is chosen."""
    rows = list(
        adoptions_at_work(actor)
        .select_related("unit", "scheme")
        .order_by("state", "-made_at", "-pk")[:PAGE]
    )
    links = tuple(_link(row) for row in rows)
    chosen = next((row for row in rows if row.pk == adoption_id), rows[0] if rows else None)
    waiting = own_sheets(actor).filter(state=SheetState.OPEN).count()
    if chosen is None:
        return RegistersPage(links, None, (), (), waiting)
    found = adopted(chosen)
    return RegistersPage(
        adoptions=links,
        chosen=_link(chosen),
        lines=_register_lines(actor, found),
        rosters=tuple(_roster_line(one) for one in found.rosters),
        sheets_to_answer=waiting,
    )


def _register_lines(actor: Actor, found: Adopted) -> tuple[RegisterLine, ...]:
    adoption = found.adoption
    routes = {one.id: route_of(found, one.id) for one in registers(found)}
    signing = _by_register(entries_to_sign(actor, adoption, routes.values()))
    # What is not over yet: declared states before the last, and what waits to count.
    unfinished = Q(pk__in=())
    for register in registers(found):
        if register.states:
            unfinished |= Q(register=register.id, state__in=register.states[:-1])
    seen = entries_in_sight(actor).filter(adoption=adoption)
    undone = _by_register(seen.filter(unfinished, standing=Standing.COUNTS))
    held = _by_register(seen.filter(standing__in=(Standing.WAITING, Standing.CHECKING)))
    lines = [
        RegisterLine(
            id=one.id,
            title=one.title,
            note=one.note,
            kind=one.kind,
            who_enters=who_enters(one),
            may_enter=may_enter(actor, found, one),
            to_sign=signing.get(one.id, 0),
            open_items=undone.get(one.id, 0),
            waiting=held.get(one.id, 0),
        )
        for one in registers(found)
    ]
    return tuple(sorted(lines, key=lambda line: (not line.to_sign, not line.may_enter)))


def may_enter(actor: Actor, found: Adopted, register: Register) -> bool:
    if not actor.may(Permission.WRITE_ENTRIES) or found.adoption.state != AdoptionState.IN_FORCE:
        return False
    route = route_of(found, register.id)
    if found.shape(register.id).subject:
        return subjects_to_enter(actor, found.adoption, route).exists()
    return may_enter_for_office(actor, found.adoption, route.enterers)


def _by_register(rows: QuerySet[Entry]) -> dict[str, int]:
    counted = rows.order_by().values_list("register").annotate(Count("pk"))
    return {str(register): int(count) for register, count in counted}


def _roster_line(register: Register) -> RegisterLine:
    return RegisterLine(register.id, register.title, register.note, "roster", "", False, 0, 0, 0)


def _link(adoption: Adoption) -> AdoptionLink:
    return AdoptionLink(adoption.pk, adoption.title, adoption.unit.name, adoption.state)


def adopted_in_sight(actor: Actor, adoption_id: int) -> Adopted:
    rows = adoptions_at_work(actor).select_related("unit", "scheme")
    return adopted(one(rows, adoption_id))
