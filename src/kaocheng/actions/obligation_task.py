"""The tasks of obligations: whoever owes a duty has one task for all it is owed for in a period.

The first obligation of a duty and period is the source of all its tasks, so that those who have
not done it can be reminded as one matter; that of a ticket is a matter by itself. What a task has
to be follows from the obligations alone; bringing tasks there twice changes nothing. Whoever was
asked for the review that fulfils an obligation has the task of the review, and no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from kaocheng.access.holding import Owner
from kaocheng.access.round import SOURCE
from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, owe_each
from kaocheng.engine.process.entries import Duty
from kaocheng.queries.obligation_plan import Group, group_of
from kaocheng.queries.obligation_state import counted_in
from kaocheng.queries.review_asked import Asked
from kaocheng.queries.round_course import Course
from kaocheng.queries.ticket import name_of
from kaocheng.records.models import Entry, Handover, Obligation, Person, Task, Unit
from kaocheng.records.models.handover import HandoverState
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.task import TaskState

WHY = "the tasks follow from what is owed, for everybody"
MOST_TITLE, MOST_WHY = 80, 160
ENDED = (State.DONE, State.LATE)
_VERBS = {"review": "去评", "register": "去填"}


@dataclass
class Part:
    """What one owner owes in a group, so far."""

    total: int = 0
    done: int = 0
    open: int = 0
    due_at: datetime | None = None
    is_first: bool = False

    def add(self, row: Obligation, *, is_first: bool) -> None:
        self.is_first = self.is_first or is_first
        self.total += row.needed
        if row.state in ENDED:
            self.done += row.needed
            return
        self.done += min(row.done_count, row.needed)
        self.open += 1
        if row.due_at is not None and (self.due_at is None or row.due_at < self.due_at):
            self.due_at = row.due_at


def share_out(act: Act, course: Course, groups: Iterable[Group], *, closing: bool = False) -> None:
    """Bring the tasks of these groups to what their obligations ask.

    `closing`: the round is over, nothing is asked any more.
    """
    wanted = set(groups)
    rows = _rows(course, wanted)
    sources = _sources(course, wanted)
    tasks: defaultdict[str, list[Task]] = defaultdict(list)
    ids = [str(pk) for pk in sources.values()]
    for task in (
        Task.objects.unscoped(WHY)
        .filter(source_kind=SOURCE, source_id__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",))
    ):
        tasks[task.source_id].append(task)
    changed: list[Task] = []
    for group in sorted(wanted & sources.keys()):
        parts = {} if closing else _parts(course, group, rows.get(group, []))
        there = tasks[str(sources[group])]
        new = match(act, parts, there, changed)
        if new:
            first = Obligation(pk=sources[group])
            owe_each(act, first, _owed(course, group, new))
    write_tasks(act, changed)


def _rows(course: Course, groups: set[Group]) -> Mapping[Group, list[Obligation]]:
    found: defaultdict[Group, list[Obligation]] = defaultdict(list)
    listed = Obligation.objects.unscoped(WHY).filter(_within(groups), round=course.work)
    for row in listed.select_related("subject", "entry").order_by("pk"):
        if group_of(row) in groups:
            found[group_of(row)].append(row)
    return found


def _within(groups: set[Group]) -> Q:
    """Somewhat more than the groups, in a condition of a bounded length."""
    duties, periods = {duty for duty, _, _ in groups}, {period for _, period, _ in groups}
    tickets = {ticket for _, _, ticket in groups if ticket}
    condition = Q(duty__in=duties)
    if periods != {""}:
        condition &= Q(period__in=periods)
    if all(ticket for _, _, ticket in groups):
        condition &= Q(entry__in=tickets)
    return condition


def _sources(course: Course, groups: set[Group]) -> dict[Group, int]:
    """By group: the first obligation that was made, which names the matter."""
    firsts = (
        Obligation.objects.unscoped(WHY)
        .filter(_within(groups), round=course.work)
        .values_list("duty", "period", "entry")
        .annotate(Min("pk"))
        .order_by()
    )
    listed = {(duty, period, ticket or 0): pk for duty, period, ticket, pk in firsts}
    return {group: pk for group, pk in listed.items() if group in groups}


def _parts(course: Course, group: Group, rows: Iterable[Obligation]) -> dict[Owner, Part]:
    parts: defaultdict[Owner, Part] = defaultdict(Part)
    duty = course.duties.get(group[0])
    asked = Asked() if duty is None else Asked.of(course, duty, group[1])
    for row in rows if duty is not None else ():
        if row.state in (State.SHUT, State.DROPPED) or _has_passed(course, row):
            continue
        first, later = course.owners(row)
        for owner in first:
            if not asked.has_review(owner, row):
                parts[owner].add(row, is_first=True)
        for owner in later:
            if not asked.has_review(owner, row):
                parts[owner].add(row, is_first=False)
    return dict(parts)


def _has_passed(course: Course, row: Obligation) -> bool:
    """One of a series that was missed cannot be made up: the next one is what counts."""
    window = course.window(row)
    return row.state == State.MISSED and window is not None and window.is_of_a_series


def match(
    act: Act, parts: Mapping[Owner, Part], there: Iterable[Task], changed: list[Task]
) -> dict[Owner, Part]:
    """The parts that have to be owed anew; tasks that have to change are added to `changed`."""
    left = {owner: part for owner, part in parts.items() if part.open}
    others: list[Task] = []
    for task in there:
        owner = Owner(task.unit_id, task.person_id, task.role)
        part = parts.get(owner)
        if task.state != TaskState.OPEN:
            continue
        if part is None:
            others.append(task)
        elif part.open:
            left.pop(owner)
            _adjust(task, part, changed)
        else:
            _close(act, task, TaskState.DONE, changed)
    moved = _handed_over(others)
    for task in others:
        if task.pk in moved:
            giver = next((one for one in left if _same_place(one, task)), None)
            if giver is not None:
                _adjust(task, left.pop(giver), changed)
                continue
        _close(act, task, TaskState.CANCELLED, changed)
    return left


def _same_place(owner: Owner, task: Task) -> bool:
    return (owner.unit_id, owner.role) == (task.unit_id, task.role)


def _handed_over(tasks: Iterable[Task]) -> set[int]:
    """Those that somebody else has taken over by a signed handover: theirs they stay."""
    return {
        task.pk
        for task in tasks
        if Handover.objects.unscoped(WHY)
        .filter(
            state=HandoverState.TAKEN,
            taker=task.person_id,
            items__contains=[{"kind": "task", "id": task.pk}],
        )
        .exists()
    }


def _adjust(task: Task, part: Part, changed: list[Task]) -> None:
    wanted = (part.total, part.done, part.due_at)
    if (task.total_count, task.done_count, task.due_at) != wanted:
        task.total_count, task.done_count, task.due_at = wanted
        changed.append(task)


def _close(act: Act, task: Task, state: TaskState, changed: list[Task]) -> None:
    task.state, task.closed_at, task.returned_because = state, act.at, ""
    if state == TaskState.DONE:
        task.done_count = task.total_count
    changed.append(task)


def _owed(course: Course, group: Group, parts: Mapping[Owner, Part]) -> list[Owed]:
    duty = course.duties[group[0]]
    title, page = duty.title, page_of(course, duty)
    if group[2]:
        ticket = Entry.objects.unscoped(WHY).select_related("subject").get(pk=group[2])
        title = f"{title}：{name_of(ticket)}"
        page = f"/rounds/{course.work.pk}/tickets/{ticket.pk}"
    units = Unit.objects.unscoped(WHY).in_bulk({owner.unit_id for owner in parts})
    people = Person.objects.unscoped(WHY).in_bulk(
        {owner.person_id for owner in parts if owner.person_id is not None}
    )
    return [
        Owed(
            title=(title if part.is_first else f"接办：{title}")[:MOST_TITLE],
            page=page,
            unit=units[owner.unit_id],
            person=None if owner.person_id is None else people[owner.person_id],
            role=owner.role,
            why=_why(course, group),
            verb=_verb(course, duty),
            due_at=part.due_at,
            due_unit=counted_in(duty),
            total=part.total,
        )
        for owner, part in parts.items()
    ]


def page_of(course: Course, duty: Duty) -> str:
    """Where the duty is done: its register, the reviews, or the list of what one owes."""
    kind = _kind(course, duty)
    if kind == "review":
        return "/reviews"
    if kind == "register":
        return f"/registers/{course.work.adoption_id}/{duty.register}"
    return f"/rounds/{course.work.pk}/mine"


def _kind(course: Course, duty: Duty) -> str:
    return course.found.register(duty.register).kind if duty.register else ""


def _verb(course: Course, duty: Duty) -> str:
    return _VERBS.get(_kind(course, duty), "去办")


def _why(course: Course, group: Group) -> str:
    titles = {one.id: one.title for one in course.found.periods}
    period = titles.get(group[1], group[1])
    return "，".join(part for part in (course.work.title, period) if part)[:MOST_WHY]


def write_tasks(act: Act, tasks: list[Task]) -> None:
    """Keep what `match` has changed; the rows are locked since they were read."""
    fields = ("total_count", "done_count", "due_at", "state", "closed_at", "returned_because")
    for task in tasks:
        task.version += 1
        act.audit(task, state=task.state)
    everyone = Task.objects.unscoped("the rows were locked under their scope")
    everyone.bulk_update(tasks, [*fields, "version"], batch_size=500)
