"""The day of retirement comes by itself: the person is retired, every appointment ends."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from kaocheng.access.actor import system
from kaocheng.actions.appointment import end_now
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Appointment, Person
from kaocheng.records.models.person import PersonState
from kaocheng.records.scoped import OwnedQuerySet


def retire_who_is_due(at: datetime) -> int:
    """Everybody whose day has come, each in an action of their own; how many they were."""
    today = at.astimezone(CHINA).date()
    found = list(_due(today).order_by("pk").values_list("pk", "retires_on"))
    for person_id, day in found:
        retire_on_the_day(
            system(at, key=f"retire-{person_id}-{day}"), person_id=person_id, today=today
        )
    return len(found)


@action("person.retire_on_the_day")
def retire_on_the_day(act: Act, *, person_id: int, today: date) -> Answer:
    """As the day was entered: what they did stays where it is.

    Refused as not existing when the day was taken back or put off in the meantime.
    """
    person = act.lock(_due(today), person_id)
    assert person.retires_on is not None
    for row in _open(person):
        end_now(act, row, on=person.retires_on, reason="退休")
    person.state = PersonState.RETIRED
    act.keep(person, "state", on=person.retires_on, state=person.state)
    return Answer.of(person)


def _due(today: date) -> OwnedQuerySet[Person]:
    people = Person.objects.unscoped("the product itself retires on the day that was entered")
    return people.filter(state=PersonState.ACTIVE, retires_on__lte=today)


def _open(person: Person) -> OwnedQuerySet[Appointment]:
    rows = Appointment.objects.unscoped("of a person who retires")
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=person.retires_on), person=person).order_by(
        "pk"
    )
