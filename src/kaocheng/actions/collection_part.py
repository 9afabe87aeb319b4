"""The part of one unit in a collection form: fill, split among groups, hand in, return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from kaocheng.access.actor import Actor
from kaocheng.access.collection import (
    may_see_value,
    our_parts,
    parts_asked_by_us,
    parts_to_send,
    parts_to_split,
    rows_of,
)
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.scope import units
from kaocheng.actions.collection import in_state, owe_parts
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import cancel, progress, return_task, settle
from kaocheng.queries.collection_values import checked_all, digest_of, problems_of
from kaocheng.records.locking import locked
from kaocheng.records.models import CollectionPart, CollectionRow
from kaocheng.records.models.collection import CollectionState, Field, PartState
from kaocheng.records.scoped import OwnedQuerySet

MOST_ROWS = 2000
# From which states of a part each step leads on.
STEPS: Mapping[str, frozenset[str]] = {
    "fill": frozenset({PartState.FILLING, PartState.RETURNED}),
    "split": frozenset({PartState.FILLING, PartState.RETURNED}),
    "send": frozenset({PartState.FILLING, PartState.RETURNED}),
    "return": frozenset({PartState.SUBMITTED}),
}


@dataclass(frozen=True)
class TypedRow:
    """One line as it came from the page: `id` and `version` are empty for a new one.

    `seen` is the digest of what the page showed: a row that was not touched is left alone.
    Shape of `values`: pairs of field id and text, only of fields that the page let edit.
    """

    values: tuple[tuple[str, str], ...]
    id: int | None = None
    version: int | None = None
    seen: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(text.strip() for _, text in self.values)

    @property
    def is_touched(self) -> bool:
        return self.id is None or digest_of(dict(self.values)) != self.seen


@action("collection.fill")
def fill_rows(
    act: Act,
    *,
    part_id: int,
    rows: tuple[TypedRow, ...],
    removed: tuple[tuple[int, int], ...] = (),
) -> Answer:
    """All of the rows or none; problems are told by their row and field.

    `removed`: pairs of id and version. What must be filled is asked only when it is handed in.
    """
    part = _lock_part(act, our_parts(act.actor), part_id, "fill")
    gone = {row_id for row_id, _ in removed}
    typed = [row for row in rows if row.is_touched and row.id not in gone]
    known = locked(rows_of(part), [*gone, *(row.id for row in typed if row.id is not None)])
    written = _checked(act.actor, part, typed, known)
    _remove(act, known, removed)
    for row, values in written:
        _write(act, row, values, version=next(one.version for one in typed if one.id == row.pk))
    _append(act, part, [_values(part, row) for row in typed if row.id is None and not row.is_blank])
    _tell_progress(act, part)
    return Answer.of(part, rows=len(written))


@action("collection.paste")
def add_rows(act: Act, *, part_id: int, rows: tuple[tuple[tuple[str, str], ...], ...]) -> Answer:
    """Rows that were pasted as a table and checked before: all of them, or none."""
    part = _lock_part(act, our_parts(act.actor), part_id, "fill")
    typed = [TypedRow(values) for values in rows]
    _checked(act.actor, part, typed, {})
    _append(act, part, [_values(part, row) for row in typed])
    _tell_progress(act, part)
    return Answer.of(part, rows=len(rows))


@action("collection.split")
def split_part(act: Act, *, part_id: int, unit_ids: tuple[int, ...]) -> Answer:
    """Groups of the unit get parts of their own, which come back into this one."""
    part = _lock_part(act, parts_to_split(act.actor), part_id, "split")
    below = units(act.actor, Permission.COLLECT).filter(
        pk__in=unit_ids, path__startswith=part.unit.path, closes_on=None
    )
    groups = list(below.exclude(pk=part.unit_id).order_by("pk"))
    if len(groups) != len(set(unit_ids)) or not groups:
        raise NotYours
    there = set(_below(part).values_list("unit_id", flat=True))
    new = CollectionPart.objects.bulk_create(
        [
            CollectionPart(collection=part.collection, unit=group, above=part)
            for group in groups
            if group.pk not in there
        ]
    )
    act.audit(part, split_among=[group.pk for group in groups])
    owe_parts(act, part.collection, new)
    return Answer.of(part, groups=len(new))


@action("collection.take_back")
def take_back(act: Act, *, part_id: int) -> Answer:
    """A group's part goes back into the part above, with the rows that are there."""
    asked = parts_asked_by_us(act.actor).exclude(above=None)
    part = act.lock(asked, part_id)
    above = _lock_part(act, parts_to_split(act.actor), part.above_id, "fill")
    in_state(above.collection, {CollectionState.OPEN})
    start = _next_position(above)
    rows = list(rows_of(part).select_for_update(of=("self",)))
    for offset, row in enumerate(rows):
        row.part, row.position, row.version = above, start + offset, row.version + 1
    everything = CollectionRow.objects.unscoped("the rows were locked under their scope")
    everything.bulk_update(rows, ["part", "position", "version"], batch_size=500)
    act.audit(above, taken_back=part.unit_id, rows=len(rows))
    cancel(act, part.collection, unit=part.unit)
    part.delete()
    return Answer.of(above, rows=len(rows))


@action("collection.submit")
def submit_part(act: Act, *, part_id: int) -> Answer:
    """Handed in as a whole: every row is right, and every group has handed in."""
    part = _lock_part(act, parts_to_send(act.actor), part_id, "send")
    _refuse_missing_groups(part)
    rows = list(rows_of(part))
    if not rows and not _below(part).exists():
        raise Refused("W76", what="还没有填任何一行；确实没有这类情况，请用“零报告”")
    _refuse_bad_rows(part.collection.asked, rows)
    return _send(act, part, rows=len(rows))


@action("collection.report_nothing")
def report_nothing(act: Act, *, part_id: int) -> Answer:
    """零报告: handed in without a row, on purpose."""
    part = _lock_part(act, parts_to_send(act.actor), part_id, "send")
    _refuse_missing_groups(part)
    if rows_of(part).exists():
        raise Refused("W76", what="已经填了内容，不能作零报告")
    return _send(act, part, rows=0)


@action("collection.return")
def return_part(act: Act, *, part_id: int, because: str) -> Answer:
    """Given back to be mended, with the reason in the words of whoever asks."""
    part = _lock_part(act, parts_asked_by_us(act.actor), part_id, "return")
    if not because.strip():
        raise Invalid({"because": Refused("W71", field="退回原因")})
    if part.above is not None and part.above.state not in STEPS["fill"]:
        raise Refused("W73", title=part.collection.title, state=PartState(part.above.state).label)
    part.state, part.returned_because = PartState.RETURNED, because.strip()[:160]
    act.keep(part, "state", "returned_because")
    return_task(act, part.collection, because=part.returned_because, unit=part.unit)
    return Answer.of(part)


def _lock_part(
    act: Act, parts: OwnedQuerySet[CollectionPart], part_id: object, step: str
) -> CollectionPart:
    part = act.lock(parts.select_related("collection", "unit", "above"), part_id)
    in_state(part.collection, {CollectionState.OPEN})
    if part.state not in STEPS[step]:
        raise Refused("W73", title=part.collection.title, state=PartState(part.state).label)
    return part


def _checked(
    actor: Actor,
    part: CollectionPart,
    typed: Sequence[TypedRow],
    known: Mapping[int, CollectionRow],
) -> list[tuple[CollectionRow, dict[str, str]]]:
    """The known rows with their new values; raises `Invalid` with keys such as `12-f3`, `n0-f1`."""
    fields = part.collection.asked
    problems: dict[str, Refused] = {}
    written = []
    new = 0
    for row in typed:
        mark = str(row.id) if row.id is not None else f"n{new}"
        new += row.id is None
        _, wrong = checked_all(fields, dict(row.values))
        problems.update({f"{mark}-{field_id}": problem for field_id, problem in wrong.items()})
        if row.id is not None and not wrong:
            written.append((_known(known, row.id), _merged(actor, part, row, known)))
    if problems:
        raise Invalid(problems)
    return written


def _merged(
    actor: Actor, part: CollectionPart, row: TypedRow, known: Mapping[int, CollectionRow]
) -> dict[str, str]:
    """What was typed over what stands there: a value that is hidden from the actor stays."""
    there = _known(known, row.id)
    typed = dict(row.values)
    values, _ = checked_all(part.collection.asked, typed)
    return {
        field.id: values[field.id]
        if field.id in typed and may_see_value(actor, field, there)
        else there.values.get(field.id, "")
        for field in part.collection.asked
    }


def _known(known: Mapping[int, CollectionRow], row_id: int | None) -> CollectionRow:
    if row_id is None or row_id not in known:
        raise NotYours
    return known[row_id]


def _values(part: CollectionPart, row: TypedRow) -> dict[str, str]:
    values, _ = checked_all(part.collection.asked, dict(row.values))
    return values


def _write(act: Act, row: CollectionRow, values: dict[str, str], *, version: int | None) -> None:
    row.values = values
    act.keep(row, "values", version=version)


def _remove(
    act: Act, known: Mapping[int, CollectionRow], removed: Iterable[tuple[int, int]]
) -> None:
    for row_id, version in removed:
        row = _known(known, row_id)
        act.keep(row, "position", version=version, removed=True)
        row.delete()


def _append(act: Act, part: CollectionPart, new: Sequence[dict[str, str]]) -> None:
    if not new:
        return
    start = _next_position(part)
    if start + len(new) > MOST_ROWS:
        raise Refused("W76", what=f"一个单位最多填 {MOST_ROWS} 行")
    assert act.actor.person_id is not None
    rows = CollectionRow.objects.bulk_create(
        [
            CollectionRow(
                part=part,
                position=start + offset,
                values=values,
                filled_by_id=act.actor.person_id,
                filled_at=act.at,
            )
            for offset, values in enumerate(new)
        ]
    )
    for row in rows:
        act.audit(row, part=part.pk)


def _next_position(part: CollectionPart) -> int:
    last = rows_of(part).aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _below(part: CollectionPart) -> OwnedQuerySet[CollectionPart]:
    parts = CollectionPart.objects.unscoped("parts below one that was fetched under its scope")
    return parts.filter(above=part)


def _refuse_missing_groups(part: CollectionPart) -> None:
    missing = _below(part).exclude(state=PartState.SUBMITTED).order_by("unit__pinyin")
    names = list(missing.values_list("unit__name", flat=True))
    if names:
        raise Refused("W75", names="、".join(names))


def _refuse_bad_rows(fields: Sequence[Field], rows: Sequence[CollectionRow]) -> None:
    problems = [
        (number, field.name)
        for number, row in enumerate(rows, start=1)
        for wrong in [problems_of(fields, row.values)]
        for field in fields
        if field.id in wrong
    ]
    if problems:
        number, name = problems[0]
        raise Refused("W74", count=len(problems), row=number, field=name)


def _send(act: Act, part: CollectionPart, *, rows: int) -> Answer:
    part.state, part.submitted_at = PartState.SUBMITTED, act.at
    part.submitted_by_id, part.returned_because = act.actor.person_id, ""
    act.keep(part, "state", "submitted_at", "submitted_by_id", "returned_because", rows=rows)
    settle(act, part.collection, unit=part.unit)
    if part.above is not None:
        _tell_progress(act, part.above)
    return Answer.of(part, rows=rows)


def _tell_progress(act: Act, part: CollectionPart) -> None:
    """How many of its groups have handed in stands on the task of a part that was split."""
    states = list(_below(part).values_list("state", flat=True))
    if states:
        done = states.count(PartState.SUBMITTED)
        progress(act, part.collection, done=done, total=len(states), unit=part.unit)
    else:
        act.audit(part, rows=rows_of(part).count())
