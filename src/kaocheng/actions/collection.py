"""收集表: write one, open it to units below, chase, close, reopen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kaocheng.access.actor import Actor
from kaocheng.access.collection import asked_by_us, sees_personal_data, units_to_ask
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.scope import one
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import Owed, cancel, owe_each, owners_of
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Appointment, Collection, CollectionPart, Task, Unit
from kaocheng.records.models.collection import (
    CollectionState,
    Field,
    FieldKind,
    PartState,
)
from kaocheng.records.models.task import TaskState

MOST_FIELDS = 60
# From which state each step leads on, and to which.
STEPS: dict[str, tuple[frozenset[str], str]] = {
    "write": (frozenset({CollectionState.DRAFT}), CollectionState.DRAFT),
    "open": (frozenset({CollectionState.DRAFT}), CollectionState.OPEN),
    "chase": (frozenset({CollectionState.OPEN}), CollectionState.OPEN),
    "close": (frozenset({CollectionState.OPEN}), CollectionState.CLOSED),
    "reopen": (frozenset({CollectionState.CLOSED}), CollectionState.OPEN),
}
# Kinds of units that have no office of their own.
GROUPS = frozenset({"group", "department"})
WRITTEN = ("title", "why", "fields", "to_kinds", "due_at")


@action("collection.write")
def write_collection(
    act: Act,
    *,
    title: str,
    why: str,
    fields: tuple[Field, ...],
    to_kinds: tuple[str, ...],
    due_at: datetime,
) -> Answer:
    """A draft of the actor's unit."""
    held = act.actor.held
    if held is None or not act.actor.may(Permission.COLLECT) or act.actor.person_id is None:
        raise NotAllowed
    made = Collection(
        unit_id=held.unit_id, written_by_id=act.actor.person_id, made_at=act.at, title=title,
        why=why, fields=_kept(act.actor, fields), to_kinds=list(to_kinds), due_at=due_at,
    )  # fmt: skip
    act.make(made)
    return Answer.of(made)


@action("collection.rewrite")
def rewrite_collection(
    act: Act,
    *,
    collection_id: int,
    version: int,
    title: str,
    why: str,
    fields: tuple[Field, ...],
    to_kinds: tuple[str, ...],
    due_at: datetime,
) -> Answer:
    """The draft with other content, as long as nobody has been asked yet."""
    form = _in_step(act, collection_id, "write")
    form.title, form.why, form.due_at = title, why, due_at
    form.fields, form.to_kinds = _kept(act.actor, fields), list(to_kinds)
    act.keep(form, *WRITTEN, version=version)
    return Answer.of(form)


@action("collection.copy")
def copy_collection(act: Act, *, collection_id: int) -> Answer:
    """A draft that asks the same, due a week from today at the end of the day."""
    old = one(asked_by_us(act.actor), collection_id)
    assert act.actor.person_id is not None
    made = Collection(
        unit_id=old.unit_id, written_by_id=act.actor.person_id, made_at=act.at, title=old.title,
        why=old.why, fields=_kept(act.actor, old.asked), to_kinds=old.to_kinds,
        due_at=end_of_day(act.at + timedelta(days=7)),
    )  # fmt: skip
    act.make(made, copied_from=old.pk)
    return Answer.of(made)


@action("collection.drop")
def drop_draft(act: Act, *, collection_id: int) -> Answer:
    """The draft is gone; what has been asked of others stays for good."""
    form = _in_step(act, collection_id, "write")
    answer = Answer.of(form)
    act.audit(form, dropped=True)
    form.delete()
    return answer


@action("collection.open")
def open_collection(act: Act, *, collection_id: int, version: int) -> Answer:
    """Every unit of the chosen kinds below ours gets its part and owes it."""
    form = _in_step(act, collection_id, "open")
    asked = list(units_to_ask(act.actor, form.to_kinds))
    _refuse_to_open(act, form, asked)
    form.state, form.opened_at = CollectionState.OPEN, act.at
    act.keep(form, "state", "opened_at", version=version, units=len(asked))
    parts = CollectionPart.objects.bulk_create(
        [CollectionPart(collection=form, unit=unit) for unit in asked]
    )
    owe_parts(act, form, parts)
    return Answer.of(form, units=len(asked))


@action("collection.close")
def close_collection(act: Act, *, collection_id: int) -> Answer:
    """Nothing more is taken; what was filled stays as it is."""
    form = _in_step(act, collection_id, "close")
    form.state, form.closed_at = CollectionState.CLOSED, act.at
    act.keep(form, "state", "closed_at")
    cancel(act, form)
    return Answer.of(form)


@action("collection.reopen")
def reopen_collection(act: Act, *, collection_id: int, due_at: datetime) -> Answer:
    """Parts that were not handed in are owed again, by another day."""
    form = _in_step(act, collection_id, "reopen")
    _refuse_past(act, due_at)
    form.state, form.closed_at, form.due_at = CollectionState.OPEN, None, due_at
    act.keep(form, "state", "closed_at", "due_at")
    parts = CollectionPart.objects.unscoped("parts of a form that was fetched under its scope")
    missing = parts.filter(collection=form).exclude(state=PartState.SUBMITTED)
    owe_parts(act, form, list(missing.select_related("unit")))
    return Answer.of(form)


@action("collection.chase")
def chase_collection(act: Act, *, collection_id: int) -> Answer:
    """Whoever still owes a part is told once more, at most once a day."""
    form = _in_step(act, collection_id, "chase")
    open_tasks = Task.objects.unscoped("who is reminded of a form of ours").filter(
        source_kind="collection", source_id=str(form.pk), state=TaskState.OPEN
    )
    tasks = list(open_tasks.order_by("pk"))
    owners = owners_of(act, tasks)
    day = act.at.astimezone(CHINA).date()
    told = tell_each(
        act,
        [
            Letter(
                person_id,
                f"请尽快填报：{form.title}"[:80],
                f"collection-{form.pk}-chase-{day}",
                page=task.page,
                about=form,
            )
            for task in tasks
            for person_id in sorted(owners[task.pk])
        ],
    )
    act.audit(form, chased=len(tasks), told=len(told))
    return Answer.of(form, units=len(tasks), told=len(told))


@action("collection.export")
def note_export(act: Act, *, collection_id: int, kind: str) -> Answer:
    """Who took the merged table out, and whether personal data stood in it, is kept in the log."""
    form = one(asked_by_us(act.actor), collection_id)
    personal = sees_personal_data(act.actor) and any(field.is_personal for field in form.asked)
    act.audit(form, kind=kind, personal_data=personal)
    return Answer.of(form)


def owe_parts(act: Act, form: Collection, parts: Sequence[CollectionPart]) -> None:
    """A task for each part: of the office of a unit, or of those who answer for a group."""
    answers = who_answers(part.unit for part in parts)
    owe_each(
        act,
        form,
        [
            Owed(
                title=f"填报：{form.title}",
                page=f"/collections/parts/{part.pk}",
                unit=part.unit,
                role=answers.get(part.unit_id, "member") if part.unit.kind in GROUPS else "lead",
                why=form.why[:160],
                verb="去填报",
                due_at=form.due_at,
            )
            for part in parts
        ],
    )


def end_of_day(moment: datetime) -> datetime:
    """24:00 of the day in China."""
    day = moment.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def in_state(form: Collection, allowed: Iterable[str]) -> None:
    if form.state not in allowed:
        raise Refused("W73", title=form.title, state=CollectionState(form.state).label)


def _in_step(act: Act, collection_id: int, step: str) -> Collection:
    form = act.lock(asked_by_us(act.actor), collection_id)
    in_state(form, STEPS[step][0])
    return form


def _kept(actor: Actor, fields: Sequence[Field]) -> list[dict[str, object]]:
    """The fields with an id each; refused where two bear one name or personal data is asked for."""
    problems: dict[str, Refused] = {}
    names: set[str] = set()
    for number, field in enumerate(fields):
        if field.name in names:
            what = f"有两个字段都叫“{field.name}”"
            problems[f"{number}-name"] = Refused("W76", what=what)
        if field.kind == FieldKind.CHOICE and len(field.choices) < 2:
            what = f"“{field.name}”至少要有两个选项"
            problems[f"{number}-choices"] = Refused("W76", what=what)
        if is_personal(field) and not sees_personal_data(actor):
            problems[f"{number}-is_personal"] = Refused("W77", field=field.name)
        names.add(field.name)
    if len(fields) > MOST_FIELDS:
        problems["fields"] = Refused("W76", what=f"字段超过 {MOST_FIELDS} 个")
    if problems:
        raise Invalid(problems)
    return [_named(field, fields).kept() for field in fields]


def is_personal(field: Field) -> bool:
    return field.is_personal or field.kind == FieldKind.PHONE


def _named(field: Field, fields: Sequence[Field]) -> Field:
    """With an id of its own; a new field gets the next number."""
    if not field.id:
        taken = [int(one.id[1:]) for one in fields if one.id]
        new = [one for one in fields if not one.id]
        field = replace(field, id=f"f{max(taken, default=0) + 1 + new.index(field)}")
    return replace(field, is_personal=is_personal(field))


def _refuse_to_open(act: Act, form: Collection, asked: Sequence[Unit]) -> None:
    problems = {}
    if not form.asked:
        problems["fields"] = Refused("W76", what="还没有字段")
    if not asked:
        problems["to_kinds"] = Refused("W76", what="没有要填的单位")
    if form.due_at <= act.at:
        problems["due_at"] = Refused("W76", what="截止时间已经过去")
    if problems:
        raise Invalid(problems)


def _refuse_past(act: Act, due_at: datetime) -> None:
    if due_at <= act.at:
        raise Invalid({"due_at": Refused("W76", what="截止时间已经过去")})


def who_answers(groups: Iterable[Unit]) -> dict[int, str]:
    """By group: the role that answers for it, its lead before its workshop leader."""
    ids = [unit.pk for unit in groups if unit.kind in GROUPS]
    if not ids:
        return {}
    held = Appointment.objects.unscoped("who answers for a group").filter(
        unit_id__in=ids, role__in=("lead", "workshop_leader"), ends_on=None
    )
    # In the order of the alphabet, backwards: the lead is written last.
    return dict(held.order_by("-role").values_list("unit_id", "role"))
