"""Scene: a form in every other school, written at once for all of them.

The product's own actions would take a statement for each school and each group; here it is a
handful for the whole city, and the rows are those that the actions would have left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kaocheng.actions.demo import places
from kaocheng.actions.demo.calendar import Days
from kaocheng.actions.demo.people import Town
from kaocheng.actions.demo.units import key_of
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.records.models import (
    Appointment,
    Collection,
    CollectionPart,
    CollectionRow,
    Person,
    Task,
    Unit,
)
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.collection import CollectionState, Field, PartState
from kaocheng.records.models.task import TaskState

TITLE, WHY = "校本研修选题意向", "每组报一至三个，由教师自己提出"
TOPICS = (Field("f1", "选题"), Field("f2", "希望的形式", is_required=False))
SUGGESTED = (
    ("随堂练习的设计与反馈", "同课异构"),
    ("用数据看懂学情", "专题讲座"),
    ("小组合作怎样分工", "课例研讨"),
    ("课堂提问的层次", "听评课"),
)


class Scene:
    """The city and its days; as text always the same."""

    def __init__(self, town: Town, days: Days) -> None:
        self.town = town
        self.days = days

    def __str__(self) -> str:
        return TITLE


@dataclass(frozen=True)
class Group:
    """One group of one school: how far it is, and who is in it."""

    form: Collection
    unit: Unit
    leader: Person
    members: list[Person]
    has_sent: bool
    # Every so-manieth of the members has written their lines.
    done_every: int
    asked_at: datetime


@action("demo.ask_schools")
def ask_schools(act: Act, *, scene: Scene) -> Answer:
    """The forms, the parts of the groups, everybody's tasks, and the lines that were handed in."""
    groups = list(_groups(scene))
    Collection.objects.bulk_create({id(one.form): one.form for one in groups}.values())
    parts = CollectionPart.objects.bulk_create(_part(one) for one in groups)
    CollectionRow.objects.bulk_create(
        _row(one, part, number)
        for number, (one, part) in enumerate(zip(groups, parts, strict=True))
        if one.has_sent
    )
    tasks = Task.objects.bulk_create(
        task for one, part in zip(groups, parts, strict=True) for task in _tasks(one, part.pk)
    )
    for task in tasks:
        act.audit(task, state=task.state)
    _tell(act, tasks)
    return Answer.of(groups[0].form, groups=len(groups))


def _groups(scene: Scene) -> Iterable[Group]:
    town = scene.town
    members: defaultdict[int, list[Person]] = defaultdict(list)
    for row in _members(town):
        members[row.unit_id].append(row.person)
    for number, school in enumerate(places.SCHOOLS):
        if school.name == places.SCHOOL:
            continue
        asked_at = scene.days.ago(3 + number % 4)
        form = _form(scene, number, school, asked_at)
        for place, group in enumerate(school.groups):
            key = key_of(school.name, group)
            yield Group(
                form=form,
                unit=town.units[key],
                leader=town.known[f"leader {key}"],
                members=members[town.units[key].pk],
                has_sent=place < number % 3,
                done_every=1 + (number + place) % 4,
                asked_at=asked_at,
            )


def _members(town: Town) -> Iterable[Appointment]:
    return (
        row
        for one in town.hired
        for row in one.appointments
        if row.role == Role.MEMBER and row.ends_on is None
    )


def _form(scene: Scene, number: int, school: places.School, asked_at: datetime) -> Collection:
    is_late = number % 5 == 1
    due = scene.days.end_before(1) if is_late else scene.days.end_after(1 + number % 6)
    return Collection(
        unit=scene.town.units[school.name],
        title=TITLE,
        why=WHY,
        fields=[field.kept() for field in TOPICS],
        to_kinds=["group"],
        due_at=due,
        state=CollectionState.OPEN,
        written_by=scene.town.known[f"lead {school.name}"],
        made_at=asked_at,
        opened_at=asked_at,
    )


def _part(group: Group) -> CollectionPart:
    part = CollectionPart(collection=group.form, unit=group.unit)
    if group.has_sent:
        part.state = PartState.SUBMITTED
        part.submitted_at = group.asked_at + timedelta(hours=26)
        part.submitted_by = group.leader
    return part


def _row(group: Group, part: CollectionPart, number: int) -> CollectionRow:
    topic, form = SUGGESTED[number % len(SUGGESTED)]
    return CollectionRow(
        part=part,
        position=0,
        values={"f1": topic, "f2": form},
        filled_by=group.leader,
        filled_at=group.asked_at + timedelta(hours=25),
    )


def _tasks(group: Group, part_id: int) -> Iterable[Task]:
    common = {
        "unit": group.unit,
        "source_kind": "collection",
        "source_id": str(group.form.pk),
        "page": f"/collections/parts/{part_id}",
        "verb": "去填报",
        "due_at": group.form.due_at,
        "made_at": group.asked_at,
    }
    yield _ended(
        Task(title=f"填报：{TITLE}", why=WHY, role=Role.WORKSHOP_LEADER, **common),
        group,
        is_done=group.has_sent,
    )
    for number, member in enumerate(group.members):
        yield _ended(
            Task(
                title=f"填报：{TITLE}",
                why="填好自己的一行，由组里统一上交",
                person=member,
                **common,
            ),
            group,
            is_done=group.has_sent or number % group.done_every == 0,
        )


def _ended(task: Task, group: Group, *, is_done: bool) -> Task:
    if is_done:
        task.state, task.done_count = TaskState.DONE, 1
        task.closed_at = group.asked_at + timedelta(hours=26)
    return task


def _tell(act: Act, tasks: Iterable[Task]) -> None:
    tell_each(
        act,
        [
            Letter(
                task.person_id,
                f"您有一项新任务：{task.title}",
                f"task-{task.pk}-owed-{task.version}",
                body=task.why,
                page=task.page,
                about=task,
            )
            for task in tasks
            if task.person_id is not None
        ],
    )
