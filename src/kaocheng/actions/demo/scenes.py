"""What the scenes of the demo share: who acts when, and the people they ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from kaocheng.access.actor import Actor, By
from kaocheng.actions.demo.calendar import Days
from kaocheng.actions.demo.people import Town
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import Owed, owe_each
from kaocheng.queries.actor import appointments_today
from kaocheng.records.models import Account, Appointment, Collection, CollectionPart, Person, Task
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.task import TaskState


@dataclass
class Stage:
    """The city at work; accounts are read once, since every step is somebody's."""

    town: Town
    days: Days
    accounts: dict[int, int]

    @classmethod
    def of(cls, town: Town, days: Days) -> Stage:
        rows = Account.objects.filter(is_demo=True).values_list("person_id", "pk")
        return cls(town, days, dict(rows))

    def by(self, person: Person, role: str, at: datetime) -> By:
        """The person under the appointment with this role."""
        held = appointments_today(person.pk)
        actor = Actor(
            account_id=self.accounts.get(person.pk),
            person_id=person.pk,
            name=person.name,
            held=next(one for one in held if one.role == role),
            others=held,
        )
        return By(actor, at=at, request_id="demo")

    def known(self, word: str, role: str, at: datetime) -> By:
        return self.by(self.town.known[word], role, at)


@action("demo.share_form")
def share_form(act: Act, *, collection_id: int, done_every: int) -> Answer:
    """Each member of a group owes their own lines; every so-manieth has written them already."""
    form = Collection.objects.unscoped("the demo's own form").get(pk=collection_id)
    parts = CollectionPart.objects.unscoped("the demo's own form").filter(collection=form)
    part_of = {part.unit_id: part for part in parts.select_related("unit")}
    members = Appointment.objects.unscoped("the demo's own people").filter(
        unit__in=part_of, role=Role.MEMBER, ends_on=None
    )
    tasks = owe_each(
        act,
        form,
        [
            Owed(
                title=f"填报：{form.title}",
                page=f"/collections/parts/{part_of[row.unit_id].pk}",
                unit=part_of[row.unit_id].unit,
                person=row.person,
                why="填好自己的一行，由组里统一上交",
                verb="去填报",
                due_at=form.due_at,
            )
            for row in members.select_related("person").order_by("pk")
        ],
    )
    if done_every:
        _close(act, tasks[::done_every])
    return Answer.of(form)


def _close(act: Act, tasks: list[Task]) -> None:
    done = Task.objects.unscoped("tasks that were just made").filter(
        pk__in=[task.pk for task in tasks]
    )
    done.update(
        state=TaskState.DONE,
        done_count=F("total_count"),
        closed_at=act.at + timedelta(hours=3),
        version=F("version") + 1,
    )
    for task in tasks:
        act.audit(task, state=TaskState.DONE)
