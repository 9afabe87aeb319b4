"""名册 of an adoption as it is read: its rows within sight, personal fields masked."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.entry import adoptions_to_keep, may_see_personal, subject_condition
from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry import Cell, cells_of
from kaocheng.queries.register_route import roster
from kaocheng.records.models import Subject

PAGE = 50


@dataclass(frozen=True)
class SubjectLine:
    id: int
    version: int
    key: str
    name: str
    unit: str
    cells: tuple[Cell, ...]
    has_left: bool


@dataclass(frozen=True)
class RosterPage:
    adoption_id: int
    adoption_title: str
    id: str
    title: str
    note: str
    titles: tuple[str, ...]
    lines: tuple[SubjectLine, ...]
    q: str
    keeps: bool
    page: Page[Subject]


def roster_page(actor: Actor, found: Adopted, name: str, *, q: str, page: int) -> RosterPage:
    """The rows in sight, by name; three queries."""
    register = roster(found, name)
    rows = Subject.objects.within(subject_condition(actor, Permission.SEE_ENTRIES)).filter(
        adoption=found.adoption, roster=name
    )
    if q:
        rows = rows.filter(Q(name__startswith=q) | Q(key=q) | Q(pinyin__startswith=q.lower()))
    shown = Paginator(
        rows.select_related("unit").order_by("has_left", "pinyin", "pk"), PAGE
    ).get_page(page)
    hidden = (register.key, register.name)
    return RosterPage(
        adoption_id=found.adoption.pk,
        adoption_title=found.adoption.title,
        id=name,
        title=register.title,
        note=register.note,
        titles=tuple(field.title for n, field in register.fields.items() if n not in hidden),
        lines=tuple(_line(actor, register, row) for row in shown.object_list),
        q=q,
        keeps=adoptions_to_keep(actor).filter(pk=found.adoption.pk).exists(),
        page=shown,
    )


def subject_to_keep(actor: Actor, subject_id: int) -> tuple[Subject, Adopted, Register]:
    """A row that the actor's office keeps, with its roster."""
    keeps = adoptions_to_keep(actor)
    rows = Subject.objects.unscoped("those of adoptions that the actor keeps").filter(
        adoption__in=keeps.values("pk")
    )
    subject = one(
        rows.select_related("unit", "adoption", "adoption__unit", "adoption__scheme"), subject_id
    )
    found = adopted(subject.adoption)
    return subject, found, roster(found, subject.roster)


def masked_fields(actor: Actor, register: Register, subject: Subject) -> tuple[str, ...]:
    """Personal fields that the actor does not read; the name is what the row is found by."""
    if _sees(actor, subject):
        return ()
    return tuple(
        name for name, field in register.fields.items() if field.personal and name != register.name
    )


def _line(actor: Actor, register: Register, row: Subject) -> SubjectLine:
    return SubjectLine(
        id=row.pk,
        version=row.version,
        key=row.key,
        name=row.name,
        unit=row.unit.name,
        cells=cells_of(
            register,
            row.values,
            sees=_sees(actor, row),
            without=(register.key, register.name),
        ),
        has_left=row.has_left,
    )


def _sees(actor: Actor, row: Subject) -> bool:
    return may_see_personal(
        actor, person_id=row.person_id, unit_path=row.unit.path, entered_by_id=None
    )
