"""Who was entered to retire on a day is retired on it, by the product itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kaocheng.access.actor import system
from kaocheng.access.refusal import NotYours
from kaocheng.actions.person import retire_person
from kaocheng.actions.retirement import retire_on_the_day, retire_who_is_due
from kaocheng.records.models import Appointment, AuditRow, Person
from tests.cast import NOW, Cast, by

TODAY = date(2026, 11, 27)


def _retires(person: Person, on: date) -> None:
    Person.objects.unscoped("a test").filter(pk=person.pk).update(retires_on=on)


def _state(person: Person) -> tuple[str, list[date | None]]:
    rows = Appointment.objects.unscoped("a test").filter(person=person)
    state = Person.objects.unscoped("a test").get(pk=person.pk).state
    return state, list(rows.values_list("ends_on", flat=True))


def test_person_is_retired_on_the_day_and_every_appointment_ends(cast: Cast) -> None:
    _retires(cast.teacher, TODAY)
    _retires(cast.colleague, TODAY + timedelta(days=1))

    retired = retire_who_is_due(NOW)

    assert retired == 1
    assert _state(cast.teacher) == ("retired", [TODAY])
    assert _state(cast.colleague) == ("active", [None])
    logged = AuditRow.objects.filter(action="person.retire_on_the_day")
    assert [(row.object_kind, row.object_id) for row in logged.order_by("id")] == [
        ("appointment", str(Appointment.objects.unscoped("a test").get(person=cast.teacher).pk)),
        ("person", str(cast.teacher.pk)),
    ]


def test_day_that_was_missed_counts_from_then(cast: Cast) -> None:
    _retires(cast.teacher, TODAY - timedelta(days=3))

    retire_who_is_due(NOW)

    assert _state(cast.teacher) == ("retired", [TODAY - timedelta(days=3)])


def test_person_is_retired_once(cast: Cast) -> None:
    _retires(cast.teacher, TODAY)

    assert [retire_who_is_due(NOW), retire_who_is_due(NOW + timedelta(hours=1))] == [1, 0]
    assert AuditRow.objects.filter(action="person.retire_on_the_day").count() == 2


def test_retirement_entered_ahead_happens_on_its_day(cast: Cast) -> None:
    day = TODAY + timedelta(days=5)
    retire_person(by(cast.lead), person_id=cast.teacher.pk, on=day)

    before = retire_who_is_due(NOW + timedelta(days=4))
    on_the_day = retire_who_is_due(NOW + timedelta(days=5))

    assert (before, on_the_day) == (0, 1)
    assert _state(cast.teacher) == ("retired", [day])


def test_day_that_was_put_off_in_the_meantime_retires_nobody(cast: Cast) -> None:
    _retires(cast.teacher, TODAY + timedelta(days=30))

    with pytest.raises(NotYours):
        retire_on_the_day(system(NOW), person_id=cast.teacher.pk, today=TODAY)

    assert _state(cast.teacher) == ("active", [None])
