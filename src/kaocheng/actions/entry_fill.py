"""What the scheme has somebody fill in after an entry was made: 任务得分 by 直接上级."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.access.refusal import Invalid, NotAllowed
from kaocheng.actions.entry import entry_at_work, fulfil, must_not_be_corrected, must_stand, step
from kaocheng.actions.entry_write import New, carry_clocks, replace_entries, write_entries
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.queries.entry_check import Checker, Typed
from kaocheng.queries.entry_later import FILLED_WHILE, fields_to_fill, later_fields
from kaocheng.records.models import EntryStep
from kaocheng.records.models.register import Standing, StepKind

FILLED = "填写"


@action("entry.fill")
def fill_in(act: Act, *, entry_id: int, version: int, values: Mapping[str, str]) -> Answer:
    """A new entry that says the same and has these fields too, in the place of the old one.

    It stays its author's, signed as it was. Raises `Invalid` with the problems by field.
    """
    old, found, one = entry_at_work(act, entry_id)
    allowed = fields_to_fill(act.actor, found, one, old)
    if not values or not set(values) <= set(allowed):
        later = [title for name in later_fields(one) for title in one.fields[name].filled_by]
        raise NotAllowed("K32", who="、".join(dict.fromkeys(later)) or "登记的人")
    must_stand(old, FILLED_WHILE, FILLED)
    if old.version != version:
        act.keep(old, version=version)  # Says who changed it, and when.
    must_not_be_corrected(old)
    checker = Checker(act.actor, found, one, replaced=(old,), asks_who=False)
    checked = checker.check([Typed(1, {**old.values, **values})])
    if problems := checked.by_field():
        raise Invalid(problems)
    stood = Standing(old.standing)
    said = "、".join(one.fields[name].title for name in values)
    replace_entries(act, [old], why=f"{FILLED}：{said}")
    [row] = checked.rows
    new = New(
        row.values,
        old.unit,
        old.subject,
        stood,
        corrects=old,
        replaces=old.replaces,
        like=old,
    )
    [entry] = write_entries(act, found, one.id, [new])
    carry_clocks(act, [(old, entry)])
    _keep_signatures(old.pk, entry.pk)
    step(act, entry, StepKind.STATE, what=f"{FILLED}：{said}")
    fulfil(act, found, [entry, old])
    return Answer.of(entry, standing=entry.standing)


def _keep_signatures(old_id: int, new_id: int) -> None:
    """They signed what stands unchanged; what is filled in is for whoever does so."""
    signed = EntryStep.objects.filter(entry=old_id, kind=StepKind.SIGNED).order_by("pk")
    EntryStep.objects.bulk_create(
        EntryStep(
            entry_id=new_id,
            kind=one.kind,
            what=one.what,
            note=one.note,
            person_id=one.person_id,
            at=one.at,
        )
        for one in signed
    )
