"""Units as pages show them: one level of the tree at a time, what was before, who leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.roles import givable_roles
from kaocheng.access.scope import one, units
from kaocheng.access.unit import appointments, units_to_reorganise
from kaocheng.queries.found import named_like
from kaocheng.records.models import Unit, UnitPast
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50
MOST_CHOICES = 2_000


@dataclass(frozen=True)
class UnitLine:
    """A unit in a list, with what stands under it."""

    id: int
    name: str
    kind: str
    kind_label: str
    code: str
    people: int
    below: int
    closes_on: date | None
    above: str


@dataclass(frozen=True)
class UnitsPage:
    """One level under `here`, or what was searched for; `trail` leads up to what is in reach.

    `kind`: units of this kind alone, however deep below; empty for one level of all kinds.
    """

    here: Unit | None
    trail: tuple[tuple[int, str], ...]
    lines: tuple[UnitLine, ...]
    page: Page[Unit]
    typed: str
    may_add: bool
    kind: str = ""

    @property
    def kind_label(self) -> str:
        return str(UnitKind(self.kind).label) if self.kind else ""

    @property
    def is_flat(self) -> bool:
        """Not one level: each line says what it stands under."""
        return bool(self.typed or self.kind)


def units_page(
    actor: Actor,
    *,
    under: int | None,
    typed: str,
    number: int | str,
    closed: bool,
    on: date,
    kind: str = "",
) -> UnitsPage:
    """What the reader may see of the tree, open units or those that were closed."""
    seen = units(actor, Permission.SEE_UNIT)
    is_whole = Reach.ALL in actor.reaches(Permission.SEE_UNIT)
    if under is None and not is_whole and actor.held is not None:
        under = actor.held.unit_id
    here = one(seen.select_related("parent"), under) if under is not None else None
    rows = seen.filter(closes_on__isnull=not closed)
    if kind:
        rows = rows.filter(kind=kind, path__startswith=here.path if here else "")
    if typed.strip():
        rows = named_like(rows, typed)
    elif kind:
        pass
    elif here is not None:
        rows = rows.filter(Q(parent=here) | Q(keeper=here))
    else:
        rows = rows.filter(parent=None)
    page = Paginator(rows.select_related("parent").order_by("pinyin", "id"), PAGE).get_page(number)
    shown = list(page.object_list)
    return UnitsPage(
        here=here,
        trail=_trail(seen, here),
        lines=_lines(shown, on=on),
        page=page,
        typed=typed.strip(),
        may_add=may_add_below(actor, here),
        kind=kind,
    )


@dataclass(frozen=True)
class Holder:
    """Somebody with a role in a unit, as a list beside the unit names them."""

    person_id: int
    name: str
    role: str
    unit_kind: str
    appointment_id: int


@dataclass(frozen=True)
class UnitPage:
    """One unit: its data, who leads it, what is under it, what it was."""

    unit: Unit
    kind_label: str
    trail: tuple[tuple[int, str], ...]
    leads: tuple[Holder, ...]
    below: tuple[UnitLine, ...]
    below_count: int
    people: int
    past: tuple[UnitPast, ...]
    merged_from: tuple[Unit, ...]
    may_see_people: bool
    may_add: bool
    may_reorganise: bool
    may_manage_people: bool
    may_import: bool
    may_undo_merger: bool


_LEADING = (Role.LEAD, Role.CLERK, Role.OFFICER)
_SHOWN_BELOW = 20


def unit_page(actor: Actor, unit_id: int, *, on: date) -> UnitPage:
    """Raises `NotYours` for a unit out of reach."""
    seen = units(actor, Permission.SEE_UNIT)
    unit = one(seen.select_related("parent", "keeper", "merged_into"), unit_id)
    below = seen.filter(Q(parent=unit) | Q(keeper=unit), closes_on=None)
    shown = list(below.select_related("parent").order_by("pinyin", "id")[: _SHOWN_BELOW + 1])
    leading = (
        appointments(actor, Permission.SEE_PEOPLE)
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), unit=unit, role__in=_LEADING)
        .filter(starts_on__lte=on)
        .select_related("person")
        .order_by("role", "person__pinyin", "id")
    )
    is_changeable = units_to_reorganise(actor).filter(pk=unit.pk, closes_on=None).exists()
    manages = _is_within(actor, Permission.MANAGE_PEOPLE, unit)
    return UnitPage(
        unit=unit,
        kind_label=UnitKind(unit.kind).label,
        trail=_trail(seen, unit),
        leads=tuple(
            Holder(row.person_id, row.person.name, row.role, unit.kind, row.pk) for row in leading
        ),
        below=_lines(shown[:_SHOWN_BELOW], on=on),
        below_count=len(shown) if len(shown) <= _SHOWN_BELOW else below.count(),
        people=_people_under([unit], on=on).get(unit.pk, 0),
        past=tuple(
            UnitPast.objects.filter(unit=unit)
            .select_related("parent")
            .order_by("-starts_on", "-id")
        ),
        merged_from=tuple(seen.filter(merged_into=unit).order_by("closes_on", "id")),
        may_see_people=_is_within(actor, Permission.SEE_PEOPLE, unit),
        may_add=may_add_below(actor, unit),
        may_reorganise=is_changeable,
        may_manage_people=manages and unit.is_open,
        may_import=_is_within(actor, Permission.IMPORT_ROSTER, unit) and unit.is_open,
        may_undo_merger=unit.merged_into_id is not None
        and unit.closes_on == on
        and units_to_reorganise(actor).filter(pk=unit.merged_into_id).exists(),
    )


def may_add_below(actor: Actor, unit: Unit | None) -> bool:
    """Whether the reader may add a unit there."""
    if unit is None:
        return Reach.ALL in actor.reaches(Permission.MANAGE_UNITS)
    return unit.is_open and _is_within(actor, Permission.MANAGE_UNITS, unit)


def unit_choices(
    actor: Actor, permission: Permission, *, kinds: Sequence[str], but: int = 0
) -> list[tuple[int, str]]:
    """Open units of the kinds to choose from, each with what it stands under."""
    rows = units(actor, permission).filter(closes_on=None, kind__in=kinds).exclude(pk=but)
    rows = rows.select_related("parent").order_by("pinyin", "id")[:MOST_CHOICES]
    return [
        (row.pk, f"{row.name}（{row.parent.name}）" if row.parent else row.name) for row in rows
    ]


def givable_in(actor: Actor, unit: Unit) -> tuple[str, ...]:
    """The roles that the reader may give in the unit."""
    return givable_roles(actor, unit_kind=unit.kind, unit_path=unit.path)


def unit_as_of(unit_id: int, day: date) -> UnitPast | None:
    """What the unit was called and where it stood on the day; nothing before it or after its end.

    Whoever asks has fetched the unit, or something that names it, through a door.
    """
    return (
        UnitPast.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=day), unit=unit_id, starts_on__lte=day
        )
        .order_by("-starts_on")
        .first()
    )


def _is_within(actor: Actor, permission: Permission, unit: Unit) -> bool:
    """Whether a unit that was fetched already is in reach, without asking the database."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return True
    if actor.held is None:
        return False
    if Reach.BELOW in reaches:
        kept = unit.keeper.path if unit.keeper else ""
        return unit.path.startswith(actor.held.unit_path) or kept.startswith(actor.held.unit_path)
    return Reach.UNIT in reaches and unit.path == actor.held.unit_path


def _trail(seen: OwnedQuerySet[Unit], here: Unit | None) -> tuple[tuple[int, str], ...]:
    """From the highest unit in reach down to the one above; its ids stand in the path."""
    if here is None:
        return ()
    above = [int(part) for part in here.path.split("/") if part][:-1]
    if here.keeper_id is not None:
        above = [here.keeper_id]
    rows = seen.filter(pk__in=above)
    named = {row.pk: row.name for row in rows}
    return tuple((pk, named[pk]) for pk in above if pk in named)


def _lines(rows: Sequence[Unit], *, on: date) -> tuple[UnitLine, ...]:
    people, below = _people_under(rows, on=on), _units_under(rows)
    return tuple(
        UnitLine(
            id=row.pk,
            name=row.name,
            kind=row.kind,
            kind_label=UnitKind(row.kind).label,
            code=row.code,
            people=people.get(row.pk, 0),
            below=below.get(row.pk, 0),
            closes_on=row.closes_on,
            above=row.parent.name if row.parent else "",
        )
        for row in rows
    )


def _people_under(rows: Sequence[Unit], *, on: date) -> dict[int, int]:
    """How many people work in each unit and below it on the day, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"ids": [row.pk for row in rows], "on": on})
        return dict(cursor.fetchall())


def _units_under(rows: Sequence[Unit]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"ids": [row.pk for row in rows]})
        return dict(cursor.fetchall())


_PEOPLE = """
select top.id, count(distinct held.person_id)
from records_unit as top
join records_unit as place on place.path >= top.path and place.path < top.path || 'z'
join records_appointment as held on held.unit_id = place.id
where top.id = any(%(ids)s) and held.starts_on <= %(on)s
    and (held.ends_on is null or held.ends_on > %(on)s)
group by top.id
"""
_UNITS = """
select parent_id, count(*) from records_unit
where parent_id = any(%(ids)s) and closes_on is null
group by parent_id
"""
