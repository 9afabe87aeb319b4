"""Units are added, renamed, moved and closed; each change has a day and leaves what was before."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from kaocheng.access.grants import Permission, Reach
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.scope import units
from kaocheng.access.unit import units_to_reorganise
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.unit_past import (
    close_past,
    lock_tree,
    must_be_day,
    must_be_free,
    must_be_open,
    must_fit,
    rewrite_below,
    segment,
    write_past,
)
from kaocheng.methods.pinyin import unit_pinyin
from kaocheng.records.models import Appointment, Unit
from kaocheng.records.models.unit import UnitKind


@action("unit.add")
def add_unit(
    act: Act,
    *,
    above_id: int | None,
    kind: str,
    name: str,
    on: date,
    short_name: str = "",
    code: str = "",
) -> Answer:
    """Open a unit under another; a panel is kept by it; nothing above is for the whole's keeper."""
    lock_tree()
    above = None
    if above_id is not None:
        above = act.lock(units(act.actor, Permission.MANAGE_UNITS), above_id)
        must_be_open(above)
    elif Reach.ALL not in act.actor.reaches(Permission.MANAGE_UNITS):
        raise NotAllowed
    must_be_day(act, on)
    _code_must_be_free(code)
    unit = open_unit(act, above, kind, name, on=on, short_name=short_name, code=code)
    return Answer.of(unit)


@action("unit.rename")
def rename_unit(
    act: Act,
    *,
    unit_id: int,
    name: str,
    on: date,
    short_name: str = "",
    code: str = "",
    reason: str = "",
    version: int | None = None,
) -> Answer:
    """Name, short name and code; a new name holds from the day on, and the old one is kept."""
    lock_tree()
    unit = act.lock(units_to_reorganise(act.actor), unit_id)
    must_be_open(unit)
    before = unit.name
    if name != before:
        must_be_free(name, above=unit.parent, but=unit)
        must_be_day(act, on, unit)
    if code != unit.code:
        _code_must_be_free(code)
    unit.name, unit.short_name, unit.code = name, short_name, code
    unit.pinyin = unit_pinyin(name)
    act.keep(
        unit,
        "name",
        "short_name",
        "code",
        "pinyin",
        version=version,
        before=before,
        name=name,
        on=on,
        reason=reason,
    )
    if name != before:
        write_past(unit, on=on, reason=reason or "更名")
    return Answer.of(unit)


@action("unit.move")
def move_unit(
    act: Act,
    *,
    unit_id: int,
    above_id: int,
    on: date,
    reason: str = "",
    version: int | None = None,
) -> Answer:
    """Put the unit with all that is below it under another."""
    lock_tree()
    unit = act.lock(units_to_reorganise(act.actor), unit_id)
    above = act.lock(units(act.actor, Permission.MANAGE_UNITS), above_id)
    must_be_open(unit, above)
    if above.path.startswith(unit.path):
        raise Refused("W41", name=unit.name)
    must_fit(unit.kind, above)
    must_be_free(unit.name, above=above, but=unit)
    must_be_day(act, on, unit)
    put_under(act, unit, above, on=on, reason=reason or "调整隶属", version=version)
    return Answer.of(unit)


@action("unit.close")
def close_unit(
    act: Act, *, unit_id: int, on: date, reason: str = "", version: int | None = None
) -> Answer:
    """Close a unit that nobody works in any more and that has nothing open below it."""
    lock_tree()
    unit = act.lock(units_to_reorganise(act.actor), unit_id)
    must_be_open(unit)
    must_be_day(act, on, unit)
    people = (
        Appointment.objects.unscoped("counted, not seen")
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), unit__path__startswith=unit.path)
        .values("person")
        .distinct()
        .count()
    )
    others = (
        Unit.objects.unscoped("counted, not seen")
        .filter(path__startswith=unit.path, closes_on=None)
        .exclude(pk=unit.pk)
        .count()
    )
    if people or others:
        raise Refused("W44", name=unit.name, people=people, units=others)
    unit.closes_on = on
    act.keep(unit, "closes_on", version=version, on=on, reason=reason)
    close_past(unit, on=on)
    return Answer.of(unit)


def open_unit(
    act: Act,
    above: Unit | None,
    kind: str,
    name: str,
    *,
    on: date,
    short_name: str = "",
    code: str = "",
    reason: str = "设立",
) -> Unit:
    """Write a new unit; whoever asks holds the tree and may add there."""
    must_fit(kind, above)
    unit = Unit(kind=kind, name=name, short_name=short_name, code=code, opens_on=on)
    if kind == UnitKind.PANEL:
        unit.keeper = above
    else:
        unit.parent = above
    must_be_free(name, above=unit.parent)
    unit.pinyin = unit_pinyin(name)
    unit.is_demo = above.is_demo if above else False
    act.make(unit, unit_kind=kind, name=name, code=code, on=on)
    unit.path = f"{unit.parent.path if unit.parent else ''}{segment(unit)}"
    unit.save(update_fields=["path"])
    write_past(unit, on=on, reason=reason)
    return unit


def put_under(
    act: Act, unit: Unit, above: Unit, *, on: date, reason: str, version: int | None = None
) -> None:
    """Write the unit's new place and that of all below it; the caller has checked that it fits."""
    old, before = unit.path, unit.parent_id
    unit.parent = above
    unit.path = f"{above.path}{segment(unit)}"
    act.keep(
        unit, "parent", "path", version=version, before=before, above=above.pk, on=on, reason=reason
    )
    rewrite_below(old, unit.path, on=on, reason="上级单位调整")
    write_past(unit, on=on, reason=reason)


def _code_must_be_free(code: str) -> None:
    taken = Unit.objects.unscoped("a code is unique whoever asks").filter(code=code)
    if code and taken.exists():
        raise Invalid({"code": Refused("W51", field="机构代码")})
