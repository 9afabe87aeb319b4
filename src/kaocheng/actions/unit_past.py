"""What every change of a unit shares: its day, its place, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Max

from kaocheng.access.refusal import Refused
from kaocheng.actions.perform import Act
from kaocheng.gateways.clock import CHINA
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Unit, UnitPast
from kaocheng.records.models.unit import KEEPS_PANELS, STANDS_UNDER, UnitKind


def today(act: Act) -> date:
    """The day in China on which the action runs."""
    return act.at.astimezone(CHINA).date()


def lock_tree() -> None:
    """One change of the tree at a time: paths of a whole subtree are rewritten."""
    lock_name("unit tree")


def segment(unit: Unit) -> str:
    return f"{unit.pk:012d}/"


def must_be_open(*units: Unit) -> None:
    for unit in units:
        if unit.closes_on is not None:
            raise Refused("W43", name=unit.name, day=unit.closes_on)


def must_fit(kind: str, above: Unit | None) -> None:
    """That a unit of the kind may stand there."""
    if kind == UnitKind.PANEL:
        fits = above is not None and above.kind in KEEPS_PANELS
    else:
        fits = (above.kind if above else "") in STANDS_UNDER[kind]
    if not fits:
        raise Refused("W40", above=above.name if above else "最上级", kind=UnitKind(kind).label)


def must_be_free(name: str, *, above: Unit | None, but: Unit | None = None) -> None:
    """That no open unit of the name stands there."""
    there = Unit.objects.unscoped("a name is unique whoever asks").filter(name=name, closes_on=None)
    there = there.filter(parent=above) if above else there.filter(parent=None)
    if but is not None:
        there = there.exclude(pk=but.pk)
    if there.exists():
        raise Refused("W42", name=name)


def must_be_day(act: Act, on: date, *units: Unit) -> None:
    """That the day is not before the last change of the units and what is below, nor to come."""
    last = max((_last_change(unit) for unit in units), default=None)
    if on > today(act) or (last is not None and on < last):
        raise bad_day(on, first=last, last=today(act))


def bad_day(day: date, *, first: date | None = None, last: date | None = None) -> Refused:
    """The refusal of a day that lies before the first or after the last one possible."""
    bounds = [f"不早于 {first}"] if first else []
    bounds += [f"不晚于 {last}"] if last else []
    return Refused("W45", day=day, bounds="、".join(bounds))


def write_past(unit: Unit, *, on: date, reason: str) -> None:
    """What the unit is from the day on; what it was until then ends on the day."""
    present = UnitPast.objects.filter(unit=unit, ends_on=None).first()
    if present is not None and present.starts_on < on:
        present.ends_on = on
        present.save(update_fields=["ends_on"])
        present = None
    row = present or UnitPast(unit=unit, starts_on=on)
    row.kind, row.name, row.parent_id, row.path = unit.kind, unit.name, unit.parent_id, unit.path
    row.reason = reason
    row.save()


def close_past(unit: Unit, *, on: date) -> None:
    UnitPast.objects.filter(unit=unit, ends_on=None).update(ends_on=on)


def reopen_past(unit: Unit, *, on: date) -> None:
    """Take back that the unit was closed on the day."""
    last = UnitPast.objects.filter(unit=unit, ends_on=on).order_by("-starts_on").first()
    assert last is not None, "a closed unit has a past"
    last.ends_on = None
    last.save(update_fields=["ends_on"])


def rewrite_below(old: str, new: str, *, on: date, reason: str) -> None:
    """Give everything below the old path its new one, now and in what is known “as of”.

    Shape: `old` and `new` end with the segment of the unit itself, whose own row is written.
    """
    if old == new:
        return
    values: dict[str, str | int | date] = {
        "old": old,
        "end": f"{old}z",
        "new": new,
        "at": len(old) + 1,
        "on": on,
        "why": reason,
    }
    with connection.cursor() as cursor:
        for statement in _REWRITE:
            cursor.execute(statement, values)


def below(unit: Unit) -> Iterable[Unit]:
    """Open units right under the unit, locked, the first made first."""
    return (
        Unit.objects.unscoped("the unit above was fetched under its scope")
        .filter(parent=unit, closes_on=None)
        .order_by("pk")
        .select_for_update()
    )


def _last_change(unit: Unit) -> date:
    rows = UnitPast.objects.filter(
        path__startswith=unit.path, ends_on=None, unit__path__startswith=unit.path
    )
    last: date | None = rows.aggregate(last=Max("starts_on"))["last"]
    return last or unit.opens_on


_REWRITE = (
    """
    update records_unitpast set path = %(new)s || substr(path, %(at)s)
    where ends_on is null and starts_on = %(on)s and path > %(old)s and path < %(end)s
    """,
    """
    with ended as (
        update records_unitpast set ends_on = %(on)s
        where ends_on is null and starts_on < %(on)s and path > %(old)s and path < %(end)s
        returning unit_id, kind, name, parent_id, path
    )
    insert into records_unitpast (unit_id, starts_on, ends_on, kind, name, parent_id, path, reason)
    select unit_id, %(on)s, null, kind, name, parent_id,
        %(new)s || substr(path, %(at)s), %(why)s
    from ended
    """,
    """
    update records_unit set path = %(new)s || substr(path, %(at)s)
    where path > %(old)s and path < %(end)s
    """,
)
