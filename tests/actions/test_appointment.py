"""Appointments have days, do not overlap, and nobody appoints themselves to more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.access.roles import ADMINISTRATORS, ROLES_IN, givable_roles, role_title
from kaocheng.actions.appointment import (
    appoint,
    change_role,
    end_appointment,
)
from kaocheng.queries.appointment import appointments_on
from kaocheng.records.models import Appointment, Person, Unit
from tests.cast import Cast, actor, by

TODAY = date(2026, 11, 27)
NEXT_TERM = date(2027, 3, 1)


def lines(who: Person) -> list[tuple[str, str, str, str]]:
    rows = Appointment.objects.unscoped("a test looks").filter(person=who).order_by("starts_on")
    return [
        (row.role, row.unit.name, str(row.starts_on), str(row.ends_on or ""))
        for row in rows.select_related("unit")
    ]


def first(who: Person) -> Appointment:
    rows = Appointment.objects.unscoped("a test looks").filter(person=who).order_by("pk")
    row = rows.first()
    assert row is not None
    return row


def test_lead_appoints_a_workshop_leader_from_next_term(cast: Cast) -> None:
    appoint(
        by(cast.lead),
        person_id=cast.teacher.pk,
        unit_id=cast.group.pk,
        role="workshop_leader",
        starts_on=NEXT_TERM,
    )

    assert lines(cast.teacher) == [
        ("member", "数学组", "2020-09-01", ""),
        ("workshop_leader", "数学组", "2027-03-01", ""),
    ]


def test_w47_same_role_in_the_same_unit_does_not_overlap(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        appoint(
            by(cast.lead),
            person_id=cast.teacher.pk,
            unit_id=cast.group.pk,
            role="member",
            starts_on=TODAY,
        )

    assert str(refused.value) == "林晓棠从 2020-09-01 起已经在“数学组”任教师，时间重叠。"
    assert len(lines(cast.teacher)) == 1


def test_role_may_begin_again_on_the_day_on_which_it_ended(cast: Cast) -> None:
    end_appointment(by(cast.lead), appointment_id=first(cast.teacher).pk, ends_on=NEXT_TERM)

    appoint(
        by(cast.lead),
        person_id=cast.teacher.pk,
        unit_id=cast.group.pk,
        role="member",
        starts_on=NEXT_TERM,
    )

    assert lines(cast.teacher) == [
        ("member", "数学组", "2020-09-01", "2027-03-01"),
        ("member", "数学组", "2027-03-01", ""),
    ]


def test_w48_nobody_gives_more_than_the_own_role_includes(cast: Cast) -> None:
    asked: dict[str, Any] = {
        "person_id": cast.teacher.pk,
        "unit_id": cast.school.pk,
        "starts_on": TODAY,
    }
    for who, role in ((cast.clerk, "lead"), (cast.clerk, "clerk"), (cast.lead, "officer")):
        with pytest.raises(Refused) as refused:
            appoint(by(who), role=role, **asked)
        assert refused.value.message_id == "W48"
    words = str(Refused("W48", unit="榕荫小学", role="校长"))
    assert words == "您不能在“榕荫小学”任免校长。"
    assert lines(cast.teacher) == [("member", "数学组", "2020-09-01", "")]


def test_administrators_are_not_appointed_with_people(cast: Cast) -> None:
    for role in ADMINISTRATORS:
        assert not any(role in roles for roles in ROLES_IN.values())
        with pytest.raises(Refused, match="您不能在"):
            appoint(
                by(cast.city_officer),
                person_id=cast.officer.pk,
                unit_id=cast.city.pk,
                role=role,
                starts_on=TODAY,
            )


def test_roles_that_may_be_given_depend_on_where_one_stands(cast: Cast) -> None:
    def givable(who: Person, unit: Unit) -> tuple[str, ...]:
        return givable_roles(actor(who), unit_kind=unit.kind, unit_path=unit.path)

    assert givable(cast.lead, cast.school) == ("member", "workshop_leader", "lead", "clerk")
    assert givable(cast.clerk, cast.school) == ("member", "workshop_leader")
    assert givable(cast.clerk, cast.group) == ("member", "workshop_leader", "lead")
    assert givable(cast.officer, cast.panel) == ("reviewer", "lead")
    assert givable(cast.teacher, cast.group) == ()
    assert givable(cast.system_admin, cast.school) == ()


def test_people_and_units_of_others_are_as_if_they_did_not_exist(cast: Cast) -> None:
    for person, unit in (
        (cast.outsider, cast.group),
        (cast.teacher, cast.other_school),
        (cast.teacher, cast.far_school),
    ):
        with pytest.raises(NotYours):
            appoint(
                by(cast.lead),
                person_id=person.pk,
                unit_id=unit.pk,
                role="member",
                starts_on=TODAY,
            )
    with pytest.raises(NotYours):
        end_appointment(by(cast.lead), appointment_id=first(cast.outsider).pk, ends_on=TODAY)
    assert lines(cast.outsider) == [("member", "海屿二小", "2020-09-01", "")]


def test_nobody_changes_the_own_appointment(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        end_appointment(by(cast.lead), appointment_id=first(cast.lead).pk, ends_on=TODAY)
    with pytest.raises(NotYours):
        appoint(
            by(cast.clerk),
            person_id=cast.clerk.pk,
            unit_id=cast.group.pk,
            role="lead",
            starts_on=TODAY,
        )

    assert lines(cast.lead) == [("lead", "榕荫小学", "2020-09-01", "")]


def test_clerk_does_not_end_the_leads_appointment(cast: Cast) -> None:
    with pytest.raises(Refused, match="您不能在"):
        end_appointment(by(cast.clerk), appointment_id=first(cast.lead).pk, ends_on=TODAY)

    assert lines(cast.lead) == [("lead", "榕荫小学", "2020-09-01", "")]


def test_role_changes_on_a_day(cast: Cast) -> None:
    change_role(
        by(cast.lead), appointment_id=first(cast.teacher).pk, role="workshop_leader", on=TODAY
    )

    assert lines(cast.teacher) == [
        ("member", "数学组", "2020-09-01", "2026-11-27"),
        ("workshop_leader", "数学组", "2026-11-27", ""),
    ]


def test_appointment_does_not_end_before_it_begins(cast: Cast) -> None:
    with pytest.raises(Refused, match="不早于 2020-09-02"):
        end_appointment(
            by(cast.lead), appointment_id=first(cast.teacher).pk, ends_on=date(2020, 9, 1)
        )
    with pytest.raises(Invalid) as invalid:
        appoint(
            by(cast.lead),
            person_id=cast.teacher.pk,
            unit_id=cast.school.pk,
            role="member",
            starts_on=TODAY,
            ends_on=TODAY,
        )

    assert set(invalid.value.problems) == {"ends_on"}
    assert lines(cast.teacher) == [("member", "数学组", "2020-09-01", "")]


def test_stale_end_shows_the_day_that_stands_there(cast: Cast) -> None:
    row = first(cast.teacher)
    end_appointment(by(cast.clerk), appointment_id=row.pk, ends_on=NEXT_TERM, version=1)

    with pytest.raises(Stale) as stale:
        end_appointment(by(cast.lead), appointment_id=row.pk, ends_on=date(2027, 9, 1), version=1)

    assert stale.value.theirs["ends_on"] == NEXT_TERM


def test_appointments_of_a_day_are_those_that_hold_on_it(cast: Cast) -> None:
    end_appointment(by(cast.lead), appointment_id=first(cast.teacher).pk, ends_on=TODAY)

    def names(day: date) -> list[str]:
        rows = appointments_on(actor(cast.lead), day).select_related("person")
        return sorted(row.person.name for row in rows)

    assert "林晓棠" in names(TODAY - timedelta(days=1))
    assert "林晓棠" not in names(TODAY)
    assert "许岚" not in names(TODAY)
    assert names(date(2020, 8, 31)) == []


def test_roles_are_called_as_they_are_in_such_a_unit() -> None:
    assert [
        role_title(*one) for one in (("lead", "school"), ("lead", "group"), ("clerk", "town"))
    ] == [
        "校长",
        "教研组长",
        "信息员",
    ]
