"""Who works beside whom on a day: whoever may help, or take over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kaocheng.access.delegation import colleagues, holds_administrator
from kaocheng.access.handover import handed_roles, takers
from kaocheng.records.models import Appointment, Person
from tests.cast import Cast

TODAY = date(2026, 11, 27)
OF_THE_SCHOOL = {"陈敏", "陈国安", "何敏仪", "沈一鸣"}


def names(giver: Person, *, on: date = TODAY) -> set[str]:
    return set(colleagues(giver.pk, on=on).values_list("name", flat=True))


def appointment(of: Person) -> Appointment:
    return Appointment.objects.unscoped("a test").get(person=of)


def test_colleagues_are_those_of_the_school_and_of_no_other(cast: Cast) -> None:
    assert names(cast.teacher) == OF_THE_SCHOOL


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2020, 9, 1), TODAY), (TODAY + timedelta(days=1), None)],
    ids=["ended", "comes later"],
)
def test_whoever_does_not_work_there_on_the_day_is_no_colleague(
    cast: Cast, starts_on: date, ends_on: date | None
) -> None:
    row = appointment(cast.colleague)
    row.starts_on, row.ends_on = starts_on, ends_on
    row.save()

    assert names(cast.teacher) == OF_THE_SCHOOL - {"陈敏"}
    assert names(cast.colleague) == set()


def test_administrators_have_no_colleagues(cast: Cast) -> None:
    assert names(cast.system_admin) == set()
    assert holds_administrator(cast.system_admin.pk, on=TODAY)
    assert not holds_administrator(cast.teacher.pk, on=TODAY)


def test_whoever_has_left_hands_over_where_they_worked_last(cast: Cast) -> None:
    row = appointment(cast.outsider)
    row.ends_on = TODAY
    row.save()
    comes = {"role": "member", "unit": cast.school, "starts_on": TODAY + timedelta(days=4)}
    Appointment(person=cast.outsider, **comes).save()

    found = set(takers(cast.outsider.pk, on=TODAY).values_list("name", flat=True))

    assert found == {"罗秋月"}


def test_roles_are_handed_on_while_they_are_held(cast: Cast) -> None:
    def roles(of: Person, on: date = TODAY) -> list[str]:
        return [row.role for row in handed_roles(of.pk, on=on)]

    assert roles(cast.lead) == ["lead"]
    assert roles(cast.teacher) == []
    assert roles(cast.system_admin) == []
    assert roles(cast.lead, date(2020, 8, 31)) == []
    row = appointment(cast.lead)
    row.ends_on = TODAY
    row.save()
    assert roles(cast.lead) == []
