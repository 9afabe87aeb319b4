"""催办: those who have not done something are told again, once a day, never at night.

A reminder asked for at night or on a day off waits for the next morning of a working day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db.models import Q

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.access.task import tasks_below
from kaocheng.actions.delivery import next_day_time, post_out
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import owners_of
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.quiet_hours import may_send
from kaocheng.methods.workdays import add_workdays, mainland_calendar
from kaocheng.queries.time_words import due
from kaocheng.records.models import Job, Task, Unit
from kaocheng.records.models.task import TaskState
from kaocheng.records.scoped import OwnedQuerySet

OPEN = Q(state=TaskState.OPEN)
MOST_SUBJECT = 80
ONE_DAY = timedelta(days=1)
# Older than this, what is overdue is a matter between people, not for another message.
LOOK_BACK = timedelta(days=7)


@action("task.remind")
def remind_matter(act: Act, *, source_kind: str, source_id: str) -> Answer:
    """Remind those below the actor who owe something from this source; answers how many people.

    `said` tells when it goes out if that is not now.
    """
    held = act.actor.held
    if held is None:
        raise NotYours
    tasks = list(_of_matter(tasks_below(act.actor), source_kind, source_id))
    if not tasks:
        raise Refused("W60")
    unit = Unit.objects.unscoped("the actor's own unit").get(pk=held.unit_id)
    later = next_day_time(act.at)
    if later > act.at:
        act.job(
            "task.remind",
            f"remind-{source_kind}-{source_id}-{unit.pk}-{later:%Y%m%d}",
            after=later,
            source_kind=source_kind,
            source_id=source_id,
            unit_id=unit.pk,
        )
        act.audit(unit, source_kind=source_kind, source_id=source_id, remind_at=later.isoformat())
        return Answer.of(unit, count=len(tasks), later=later.isoformat())
    count = _remind(act, tasks)
    if not count:
        raise Refused("W60")
    post_out(act, unit)
    act.audit(unit, source_kind=source_kind, source_id=source_id, reminded=count)
    return Answer.of(unit, count=count)


@action("task.remind_later")
def remind_put_off(act: Act, *, source_kind: str, source_id: str, unit_id: int) -> Answer:
    """What the job `task.remind` does in the morning: those who still owe it then."""
    unit = Unit.objects.unscoped("the reminder was asked for in it").get(pk=unit_id)
    tasks = Task.objects.unscoped("the reminder was asked for under its scope").filter(
        unit__path__startswith=unit.path
    )
    count = _remind(act, list(_of_matter(tasks, source_kind, source_id)))
    if count:
        post_out(act, unit)
    act.audit(unit, source_kind=source_kind, source_id=source_id, reminded=count)
    return Answer.of(unit, count=count)


def ask_to_remind(at: datetime) -> None:
    """What the sweep does: one job a working day, from the morning on."""
    here = at.astimezone(CHINA)
    if may_send(here, calendar=mainland_calendar()):
        Job.objects.get_or_create(
            effect_key=f"remind-due-{here.date()}",
            defaults={"kind": "task.remind_due", "run_after": at, "made_at": at},
        )


@action("task.remind_due")
def remind_of_deadlines(act: Act, *, job_id: int) -> Answer:
    """Once for what is due by the end of the next working day, once for what is newly overdue."""
    job = Job.objects.get(pk=job_id)
    tomorrow = add_workdays(act.at.astimezone(CHINA).date(), 1, calendar=mainland_calendar()).day
    until = datetime.combine(tomorrow + ONE_DAY, time(0), tzinfo=CHINA)
    tasks = list(
        Task.objects.unscoped("owners are told of their own tasks")
        .filter(OPEN, due_at__gt=act.at - LOOK_BACK, due_at__lte=until)
        .order_by("pk")
    )
    owners = owners_of(act, tasks)
    told = tell_each(
        act,
        [
            _letter(act, task, person_id, _stage(act, task))
            for task in tasks
            for person_id in sorted(owners[task.pk])
        ],
    )
    act.audit(job, reminded=len(told))
    return Answer.of(job, count=len(told))


def _of_matter(tasks: OwnedQuerySet[Task], source_kind: str, source_id: str) -> OwnedQuerySet[Task]:
    return tasks.filter(OPEN, source_kind=source_kind, source_id=source_id).order_by("pk")


def _remind(act: Act, tasks: Sequence[Task]) -> int:
    """Once a day and task; answers the number of people told."""
    day = act.at.astimezone(CHINA).date()
    owners = owners_of(act, tasks)
    told = tell_each(
        act,
        [
            _letter(act, task, person_id, f"remind-{task.pk}-{day}")
            for task in tasks
            for person_id in sorted(owners[task.pk] - {act.actor.person_id or 0})
        ],
    )
    return len({message.person_id for message in told})


def _letter(act: Act, task: Task, person_id: int, effect_key: str) -> Letter:
    words = due(task.due_at, task.due_unit, now=act.at)
    return Letter(
        person_id,
        f"提醒：{task.title}"[:MOST_SUBJECT],
        effect_key,
        body=f"{words.date}，{words.left}" if words else "",
        page=task.page,
        about=task,
    )


def _stage(act: Act, task: Task) -> str:
    """A deadline that is put off is a new one, and is brought up again."""
    assert task.due_at is not None
    name = "overdue" if task.due_at <= act.at else "due"
    return f"{name}-{task.pk}-{task.due_at:%Y%m%d%H%M}"
