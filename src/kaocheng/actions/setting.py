"""设置: changed by the administrator whose setting it is."""

from __future__ import annotations

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.queries.setting import KINDS
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Setting


@action("setting.change")
def change_setting(act: Act, *, name: str, values: list[str], version: int) -> Answer:
    """`version`: 0 where there was no row when the form was filled."""
    only_in_person(act.actor)
    kind = KINDS.get(name)
    if kind is None:
        raise NotYours
    if not act.actor.may(kind.needs):
        raise NotAllowed
    try:
        value = kind.read(values)
    except ValueError:
        raise Invalid({name: Refused("W38", title=kind.title)}) from None
    lock_name(f"setting {name}")
    rows = Setting.objects.unscoped("the permission of its kind was checked")
    row = rows.filter(unit=None, name=name).first()
    if row is None:
        row = Setting(unit=None, name=name, value=value)
        act.make(row, name=name, value=value)
        return Answer.of(row)
    if version == 0:
        raise Stale(who="", when="", theirs={"value": row.value})
    before, row.value = row.value, value
    act.keep(row, "value", version=version, name=name, before=before, value=value)
    return Answer.of(row)
