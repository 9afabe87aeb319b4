"""The log as pages show it: a filtered part of it, or the history of one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import F, Q, QuerySet, Value

from kaocheng.access.actor import Actor
from kaocheng.access.audit import history, whole_log
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import NotYours
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.audit_names import field_text
from kaocheng.queries.audit_values import (
    TO_ADOPTION,
    Known,
    detail,
    needs_scheme,
    people_in,
    units_in,
)
from kaocheng.queries.audit_words import action_text, kind_text
from kaocheng.records.models import Adoption, AuditAnchor, AuditRow, AuditSeal, Person, Unit
from kaocheng.records.scoped import OwnedManager

LINES_ON_A_PAGE = 50
MOST_EXPORTED = 50_000
_LONGEST_ID = 18


@dataclass(frozen=True)
class Chosen:
    """What the reader asked for; empty means all. `before` is the id of the last line seen."""

    person: str = ""
    unit: str = ""
    action: str = ""
    from_day: date | None = None
    to_day: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """One row in words: who did what to which object, when."""

    id: int
    at: datetime
    who: str
    helper: str
    unit: str
    what: str
    kind: str
    kind_text: str
    object_id: str
    fields: str
    detail: str
    request_id: str


@dataclass(frozen=True)
class LogPart:
    """A part of the log, newest first; `older` is where the next part starts."""

    lines: tuple[Line, ...]
    older: int | None


@dataclass(frozen=True)
class Chain:
    """How far the log is sealed, and what was given out last."""

    number: int
    digest: str
    sealed_at: datetime | None
    anchors: tuple[AuditAnchor, ...]


def log_part(actor: Actor, chosen: Chosen) -> LogPart:
    """Fifty lines under the filter, by key and not by offset: as quick at the end as at the start.

    Three queries: rows, names of people, names of units.
    """
    rows = _chosen(whole_log(actor), chosen)
    return _part(rows, with_detail=True)


def log_table(actor: Actor, chosen: Chosen) -> tuple[Line, ...]:
    """All lines under the filter, up to what a workbook should hold."""
    rows = _chosen(whole_log(actor), chosen).order_by("-id")[:MOST_EXPORTED]
    return _lines(rows, with_detail=True)


def object_history(
    actor: Actor, kind: str, object_id: str, *, before: int | None = None
) -> LogPart:
    """What happened to one object, newest first; refused where it is out of reach."""
    rows = history(actor, kind, object_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    sees_all = Reach.ALL in actor.reaches(Permission.SEE_HISTORY)
    part = _part(rows, with_detail=sees_all)
    if not part.lines and sees_all:
        raise NotYours
    return part


def chain_end() -> Chain:
    """The last seal and the last ten digests that were given out: two queries."""
    last = AuditSeal.objects.order_by("-number").defer("rows").first()
    anchors = tuple(AuditAnchor.objects.order_by("-id")[:10])
    if last is None:
        return Chain(0, "", None, anchors)
    return Chain(last.number, last.digest, last.sealed_at, anchors)


def all_anchors() -> tuple[AuditAnchor, ...]:
    return tuple(AuditAnchor.objects.order_by("id"))


def _chosen(rows: QuerySet[AuditRow], chosen: Chosen) -> QuerySet[AuditRow]:
    if chosen.person:
        named = Person.objects.unscoped("the audit administrator looks for somebody").filter(
            Q(name=chosen.person) | Q(staff_number=chosen.person)
        )
        rows = rows.filter(
            Q(person_id__in=named.values("pk")) | Q(helper_id__in=named.values("pk"))
        )
    if chosen.unit:
        rows = rows.filter(_below(chosen.unit))
    if chosen.action:
        rows = rows.filter(action=chosen.action)
    if chosen.from_day:
        rows = rows.filter(at__gte=_midnight(chosen.from_day))
    if chosen.to_day:
        rows = rows.filter(at__lt=_midnight(chosen.to_day + timedelta(days=1)))
    if chosen.before is not None:
        rows = rows.filter(pk__lt=chosen.before)
    return rows


def _below(name: str) -> Q:
    """Done in a unit of this name or anywhere under it."""
    units = Unit.objects.unscoped("the audit administrator looks for a unit").filter(
        Q(name=name) | Q(short_name=name)
    )
    condition = Q(pk__in=())
    for path in units.values_list("path", flat=True)[:20]:
        condition |= Q(unit_path__startswith=path)
    return condition


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _part(rows: QuerySet[AuditRow], *, with_detail: bool) -> LogPart:
    found = list(rows.order_by("-id")[: LINES_ON_A_PAGE + 1])
    shown = found[:LINES_ON_A_PAGE]
    older = shown[-1].pk if len(found) > LINES_ON_A_PAGE else None
    return LogPart(_lines(shown, with_detail=with_detail), older)


def _lines(rows: Iterable[AuditRow], *, with_detail: bool) -> tuple[Line, ...]:
    rows = list(rows)
    noted = rows if with_detail else []
    known = Known(
        people=_names_of_people(rows, noted),
        units=_names_of_units(rows, noted),
        adoptions=_adoptions(noted),
    )
    return tuple(
        Line(
            id=row.pk,
            at=row.at,
            who=known.people.get(row.person_id, "系统") if row.person_id else "系统",
            helper=known.people.get(row.helper_id, "") if row.helper_id else "",
            unit=known.units.get(_unit_id(row.unit_path), ""),
            what=action_text(row.action),
            kind=row.object_kind,
            kind_text=kind_text(row.object_kind),
            object_id=row.object_id,
            fields="、".join(_field_names(row)),
            detail=detail(row, known) if with_detail else "",
            request_id=row.request_id,
        )
        for row in rows
    )


def _names_of_people(rows: Sequence[AuditRow], noted: Sequence[AuditRow]) -> Mapping[int, str]:
    ids = {id for row in rows for id in (row.person_id, row.helper_id) if id is not None}
    ids |= {id for row in noted for id in people_in(row)}
    named = Person.objects.unscoped("who did something to an object is named to its reader")
    return dict(named.filter(pk__in=ids).values_list("pk", "name"))


def _names_of_units(rows: Sequence[AuditRow], noted: Sequence[AuditRow]) -> Mapping[int, str]:
    ids = {_unit_id(row.unit_path) for row in rows} | {id for row in noted for id in units_in(row)}
    named = Unit.objects.unscoped("where somebody worked is named beside them")
    return dict(named.filter(pk__in=ids).values_list("pk", "name"))


def _adoptions(noted: Sequence[AuditRow]) -> Mapping[tuple[str, str], Adopted]:
    """The adoptions of the objects whose notes only a scheme has words for; two queries, or none.

    Schemes are kept in memory: a page of the log reads none twice.
    """
    ids: dict[str, set[int]] = {}
    for row in noted:
        if needs_scheme(row) and row.object_id.isdecimal():
            ids.setdefault(row.object_kind, set()).add(int(row.object_id))
    asked = [_adoption_ids(kind, found) for kind, found in sorted(ids.items())]
    if not asked:
        return {}
    found = list(asked[0].union(*asked[1:], all=True))
    rows = Adoption.objects.unscoped("the scheme's own words for what the log says")
    by_id = rows.select_related("scheme").in_bulk({adoption for _, _, adoption in found})
    shown = {id: adopted(one) for id, one in by_id.items()}
    return {(kind, str(id)): shown[adoption] for kind, id, adoption in found}


def _adoption_ids(kind: str, ids: Iterable[int]) -> QuerySet[Any, tuple[str, int, int]]:
    """Kind, id and adoption of each object that is still there."""
    manager = apps.get_model("records", kind)._default_manager
    rows = (
        manager.unscoped("the log names its objects")
        if isinstance(manager, OwnedManager)
        else (manager.all())
    )
    return (
        rows.filter(pk__in=ids)
        .order_by()
        .annotate(kind=Value(kind), rests_on=F(TO_ADOPTION[kind]))
        .values_list("kind", "pk", "rests_on")
    )


def _unit_id(path: str) -> int:
    """The unit itself stands last in its path."""
    return int(path.rstrip("/").rpartition("/")[2] or 0)


def _field_names(row: AuditRow) -> list[str]:
    return [field_text(row.object_kind, str(name)) for name in row.changes.get("fields", [])]
