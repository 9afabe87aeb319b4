"""Units are merged, a group is split, and a merger of the same day is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, Refused
from kaocheng.access.scope import units
from kaocheng.access.unit import units_to_reorganise
from kaocheng.actions.carry_over import bring_back, carry_over
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.unit import open_unit, put_under
from kaocheng.actions.unit_past import (
    below,
    close_past,
    lock_tree,
    must_be_day,
    must_be_open,
    reopen_past,
    rewrite_below,
    segment,
    today,
)
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import AuditRow, Unit
from kaocheng.records.models.unit import UnitKind


@action("unit.merge")
def merge_units(
    act: Act,
    *,
    unit_id: int,
    into_id: int,
    on: date,
    reason: str = "",
    version: int | None = None,
) -> Answer:
    """Merge a unit into another of its kind.

    Everybody's appointments end here and start there on the day; groups of the same name become
    one, others move along. The merged unit is closed and stands under the other from then on, so
    that whoever leads that one finds its records.
    """
    lock_tree()
    unit = act.lock(units_to_reorganise(act.actor), unit_id)
    into = act.lock(units(act.actor, Permission.MANAGE_UNITS), into_id)
    must_be_open(unit, into)
    if into.path.startswith(unit.path) or unit.path.startswith(into.path):
        raise Refused("W41", name=unit.name)
    if unit.kind != into.kind:
        raise Refused("W40", above=into.name, kind=UnitKind(unit.kind).label)
    must_be_day(act, on, unit, into)
    steps = _merge(act, unit, into, on=on, reason=reason or f"并入{into.name}", version=version)
    act.audit(unit, merged_into=into.pk, on=on, steps=steps)
    act.audit(into, merged_from=unit.pk, on=on)
    return Answer.of(into)


@action("unit.unmerge")
def undo_merger(act: Act, *, unit_id: int) -> Answer:
    """Take back a merger of today, if nothing of it has changed since."""
    lock_tree()
    unit = act.lock(units_to_reorganise(act.actor), unit_id)
    merger = _merger_of_today(act, unit)
    if unit.merged_into_id is None or merger is None:
        raise Refused("W46")
    act.lock(units_to_reorganise(act.actor), unit.merged_into_id)
    on = date.fromisoformat(merger.changes["on"])
    for step in reversed(merger.changes["steps"]):
        _take_back(act, step, on=on)
    unit.refresh_from_db()
    act.audit(unit, on=on)
    return Answer.of(unit)


@action("unit.split")
def split_group(
    act: Act, *, unit_id: int, name: str, people: Sequence[int], on: date, reason: str = ""
) -> Answer:
    """Open a second group beside one, with some of its people."""
    lock_tree()
    group = act.lock(units_to_reorganise(act.actor), unit_id)
    must_be_open(group)
    if group.kind not in (UnitKind.GROUP, UnitKind.DEPARTMENT):
        raise Refused("W40", above=group.name, kind=UnitKind(group.kind).label)
    must_be_day(act, on, group)
    if not people:
        raise Invalid({"people": Refused("W56", field="调到新组的人员")})
    new = open_unit(
        act, group.parent, group.kind, name, on=on, reason=reason or f"由{group.name}分出"
    )
    carried = carry_over(group, new, on=on, reason=reason or "分组", people=people)
    act.audit(group, split_into=new.pk, on=on, steps=carried.as_kept())
    return Answer.of(new)


Steps = list[dict[str, Any]]


def _merge(
    act: Act, unit: Unit, into: Unit, *, on: date, reason: str, version: int | None = None
) -> Steps:
    """The steps in their order, each with what it takes to undo it."""
    carried = carry_over(unit, into, on=on, reason=reason)
    steps: Steps = [{"do": "people", "unit": unit.pk, "carried": carried.as_kept()}]
    there = {(twin.kind, twin.name): twin for twin in below(into)}
    for group in below(unit):
        twin = there.get((group.kind, group.name))
        if twin:
            steps += _merge(act, group, twin, on=on, reason=reason)
        else:
            put_under(act, group, into, on=on, reason=reason)
            steps.append({"do": "move", "unit": group.pk, "from": unit.pk, "v": group.version})
    old = unit.path
    above = unit.parent_id
    unit.closes_on, unit.merged_into, unit.parent = on, into, into
    unit.path = f"{into.path}{segment(unit)}"
    act.keep(unit, "closes_on", "merged_into", "parent", "path", version=version, on=on)
    close_past(unit, on=on)
    rewrite_below(old, unit.path, on=on, reason=reason)
    steps.append({"do": "close", "unit": unit.pk, "from": above, "path": old, "v": unit.version})
    return steps


def _take_back(act: Act, step: dict[str, Any], *, on: date) -> None:
    unit = Unit.objects.unscoped("a step of the merger that is taken back").get(pk=step["unit"])
    if step["do"] == "people":
        bring_back(step["carried"], unit, on=on)
        return
    if unit.version != step["v"]:
        raise Refused("W46")
    if step["do"] == "move":
        above = Unit.objects.unscoped("it stood under this one").get(pk=step["from"])
        put_under(act, unit, above, on=on, reason="撤回合并")
        return
    old = unit.path
    unit.closes_on = unit.merged_into = None
    unit.parent_id, unit.path = step["from"], step["path"]
    act.keep(unit, "closes_on", "merged_into", "parent_id", "path", on=on)
    reopen_past(unit, on=on)
    rewrite_below(old, unit.path, on=on, reason="撤回合并")


def _merger_of_today(act: Act, unit: Unit) -> AuditRow | None:
    """The row of the merger, if it is of today."""
    row = (
        AuditRow.objects.filter(
            object_kind="unit", object_id=str(unit.pk), changes__has_key="merged_into"
        )
        .order_by("-id")
        .first()
    )
    if row is None or row.action != "unit.merge":
        return None
    return row if row.at.astimezone(CHINA).date() == today(act) else None
