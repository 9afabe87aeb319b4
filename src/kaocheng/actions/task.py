"""Tasks: owed, moved on, returned, settled. Functions for other actions, each takes their `act`.

owe(act, source=notice, title="签收通知", page=f"/notices/{notice.pk}", unit=school, role="lead",
    due_at=notice.sign_by, due_unit=DueUnit.WORKING_DAYS)
settle(act, notice, unit=school)

`source` is the object that made the task; one owner owes it once. Owing again what was settled or
cancelled opens it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from kaocheng.access.task import sharing
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, kind_of
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Appointment, Person, Task, Unit
from kaocheng.records.models.task import DueUnit, TaskState
from kaocheng.records.scoped import OwnedQuerySet

OWNER = ("person_id", "unit_id", "role")


@dataclass(frozen=True)
class Owed:
    """What is owed, by a person (in their unit, for a teacher the group) or by a role in a unit.

    `page`: the address at which it is done. `total`: of how many pieces, 1 for done or not.
    """

    title: str
    page: str
    unit: Unit
    person: Person | None = None
    role: str = ""
    why: str = ""
    verb: str = "去办"
    due_at: datetime | None = None
    due_unit: DueUnit = DueUnit.DAYS
    total: int = 1


def owe(
    act: Act,
    *,
    source: models.Model,
    title: str,
    page: str,
    unit: Unit,
    person: Person | None = None,
    role: str = "",
    why: str = "",
    verb: str = "去办",
    due_at: datetime | None = None,
    due_unit: DueUnit = DueUnit.DAYS,
    total: int = 1,
) -> Task:
    """One task, of `person` or of whoever holds `role` in `unit`; its owner is told."""
    owed = Owed(title, page, unit, person, role, why, verb, due_at, due_unit, total)
    return owe_each(act, source, [owed])[0]


def owe_each(act: Act, source: models.Model, all_owed: Iterable[Owed]) -> list[Task]:
    """Many tasks of one source in a fixed number of statements; their owners are told."""
    there = {_owner(task): task for task in _locked(_of(source))}
    new: list[Task] = []
    again: list[Task] = []
    tasks: list[Task] = []
    for owed in all_owed:
        wanted = _task(act, source, owed)
        task = there.get(_owner(wanted))
        if task is None:
            new.append(wanted)
        else:
            _renew(task, wanted)
            again.append(task)
        tasks.append(task or wanted)
    Task.objects.bulk_create(new)
    for task in new:
        act.audit(task, state=task.state)
    _write(act, again, *RENEWED)
    _tell_owners(act, [*new, *again], subject="您有一项新任务：{title}", stage="owed")
    return tasks


def progress(
    act: Act,
    source: models.Model,
    *,
    done: int,
    total: int | None = None,
    unit: Unit | None = None,
    person: Person | None = None,
) -> None:
    """So much is done of the open tasks of the source; all of it does not yet settle them."""
    tasks = _locked(_of(source, unit=unit, person=person, state=TaskState.OPEN))
    for task in tasks:
        task.total_count = task.total_count if total is None else total
        task.done_count = min(done, task.total_count)
    _write(act, tasks, "done_count", "total_count")


def settle(
    act: Act, source: models.Model, *, unit: Unit | None = None, person: Person | None = None
) -> None:
    """The open tasks of the source are done; narrowed to a unit or a person where one is given."""
    tasks = _locked(_of(source, unit=unit, person=person, state=TaskState.OPEN))
    for task in tasks:
        task.state = TaskState.DONE
        task.done_count = task.total_count
        task.returned_because = ""
        task.closed_at = act.at
    _write(act, tasks, "state", "done_count", "returned_because", "closed_at")


def keep_left(
    act: Act, source: models.Model, left: Mapping[tuple[object, ...], int]
) -> frozenset[tuple[object, ...]]:
    """So many pieces are left of the source's open tasks, by owner (see `OWNER`); of none: done.

    The owners who had an open task are answered.
    """
    tasks = _locked(_of(source, state=TaskState.OPEN))
    for task in tasks:
        still = left.get(_owner(task), 0)
        task.total_count = max(task.total_count, still)
        task.done_count = task.total_count - still
        if not still:
            task.state, task.returned_because, task.closed_at = TaskState.DONE, "", act.at
    fields = ("state", "done_count", "total_count", "returned_because", "closed_at")
    _write(act, tasks, *fields)
    return frozenset(_owner(task) for task in tasks)


def return_task(
    act: Act,
    source: models.Model,
    *,
    because: str,
    unit: Unit | None = None,
    person: Person | None = None,
    due_at: datetime | None = None,
) -> None:
    """What was done has to be mended: open again, first on the owner's page, with the reason."""
    tasks = _locked(_of(source, unit=unit, person=person).exclude(state=TaskState.CANCELLED))
    for task in tasks:
        task.state = TaskState.OPEN
        task.returned_because = because
        task.due_at = due_at or task.due_at
        task.done_count = min(task.done_count, max(task.total_count - 1, 0))
        task.closed_at = None
    _write(act, tasks, "state", "returned_because", "due_at", "done_count", "closed_at")
    _tell_owners(act, tasks, subject="请修改后再交：{title}", stage="returned")


def cancel(
    act: Act, source: models.Model, *, unit: Unit | None = None, person: Person | None = None
) -> None:
    """The open tasks of the source need not be done any more."""
    _cancel(act, _of(source, unit=unit, person=person, state=TaskState.OPEN))


def cancel_each(act: Act, kind: type[models.Model], ids: Iterable[int]) -> None:
    """The same for many sources of one kind."""
    tasks = Task.objects.unscoped("an action closes what its object opened")
    sources = [str(pk) for pk in ids]
    named = tasks.filter(
        source_kind=kind._meta.model_name, source_id__in=sources, state=TaskState.OPEN
    )
    _cancel(act, named)


def _cancel(act: Act, tasks: OwnedQuerySet[Task]) -> None:
    locked = _locked(tasks)
    for task in locked:
        task.state = TaskState.CANCELLED
        task.closed_at = act.at
    _write(act, locked, "state", "closed_at")


def move(act: Act, task_ids: Iterable[int], *, giver: Person, taker: Person) -> None:
    """Open tasks of one person become those of another, as a handover says.

    What the taker owes already from the same source stays theirs alone; the giver's is cancelled.
    """
    tasks = _locked(
        Task.objects.unscoped("a signed handover names them").filter(
            pk__in=tuple(task_ids), person=giver, state=TaskState.OPEN
        )
    )
    theirs = {
        (task.source_kind, task.source_id, task.unit_id, task.role)
        for task in Task.objects.unscoped("whether the taker owes it already").filter(person=taker)
    }
    for task in tasks:
        if (task.source_kind, task.source_id, task.unit_id, task.role) in theirs:
            task.state = TaskState.CANCELLED
            task.closed_at = act.at
        else:
            task.person = taker
    _write(act, tasks, "person", "state", "closed_at")


RENEWED = (
    "title",
    "why",
    "page",
    "verb",
    "due_at",
    "due_unit",
    "total_count",
    "done_count",
    "state",
    "returned_because",
    "closed_at",
)


def _renew(task: Task, wanted: Task) -> None:
    """What is asked for now replaces what was; pieces that an open task has are kept."""
    done = task.done_count if task.state == TaskState.OPEN else 0
    for name in RENEWED:
        setattr(task, name, getattr(wanted, name))
    task.done_count = min(done, task.total_count)


def _task(act: Act, source: models.Model, owed: Owed) -> Task:
    return Task(
        person=owed.person,
        unit=owed.unit,
        role=owed.role,
        title=owed.title,
        why=owed.why,
        source_kind=kind_of(source),
        source_id=str(source.pk),
        page=owed.page,
        verb=owed.verb,
        due_at=owed.due_at,
        due_unit=owed.due_unit,
        total_count=owed.total,
        made_at=act.at,
    )


def _owner(task: Task) -> tuple[object, ...]:
    return tuple(getattr(task, name) for name in OWNER)


def _of(
    source: models.Model,
    *,
    unit: Unit | None = None,
    person: Person | None = None,
    state: TaskState | None = None,
) -> OwnedQuerySet[Task]:
    tasks = Task.objects.unscoped("an action closes what its object opened").filter(
        source_kind=kind_of(source), source_id=str(source.pk)
    )
    for name, value in (("unit", unit), ("person", person), ("state", state)):
        if value is not None:
            tasks = tasks.filter(**{name: value})
    return tasks


def _locked(tasks: OwnedQuerySet[Task]) -> list[Task]:
    return list(tasks.order_by("pk").select_for_update(of=("self",)))


def _write(act: Act, tasks: Sequence[Task], *fields: str) -> None:
    """The rows are locked: no version can have changed since they were read."""
    if not tasks:
        return
    for task in tasks:
        task.version += 1
        act.audit(task, fields=sorted(fields), state=task.state)
    everyone = Task.objects.unscoped("the rows were locked under their scope")
    everyone.bulk_update(tasks, [*fields, "version"], batch_size=500)


def _tell_owners(act: Act, tasks: Sequence[Task], *, subject: str, stage: str) -> None:
    owners = owners_of(act, tasks)
    tell_each(
        act,
        [
            Letter(
                person_id,
                subject.format(title=task.title),
                f"task-{task.pk}-{stage}-{task.version}",
                body=task.returned_because or task.why,
                page=task.page,
                about=task,
            )
            for task in tasks
            for person_id in sorted(owners[task.pk] - {act.actor.person_id or 0})
        ],
    )


def owners_of(act: Act, tasks: Sequence[Task]) -> dict[int, set[int]]:
    """By task: the ids of the people who have to do it today."""
    day = act.at.astimezone(CHINA).date()
    shared = [task for task in tasks if task.person_id is None]
    holders: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    if shared:
        rows = Appointment.objects.unscoped("who has to be told").filter(
            Q(ends_on=None) | Q(ends_on__gt=day),
            unit_id__in={task.unit_id for task in shared},
            starts_on__lte=day,
        )
        for unit_id, role, person_id in rows.values_list("unit_id", "role", "person_id"):
            holders[unit_id, role].add(person_id)
    return {
        task.pk: {task.person_id}
        if task.person_id is not None
        else set().union(*(holders[task.unit_id, role] for role in sharing(task.role)))
        for task in tasks
    }
