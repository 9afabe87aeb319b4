"""Whose entries, rows of rosters and monthly sheets somebody reads, signs and strikes."""

from __future__ import annotations

import pytest

from kaocheng.access import entry as doors
from kaocheng.access.grants import Permission
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import (
    Adoption,
    Entry,
    MonthlySheet,
    Subject,
    Unit,
)
from tests.access.city import City, ids
from tests.access.table import ADMINISTRATORS, EVERYBODY
from tests.cast import NOW

pytestmark = pytest.mark.django_db

WHY = "all of the test"
# How far each of them reads: everything below, the unit itself, or nothing but their own.
BELOW = frozenset(
    {"lead/group", "lead/school", "clerk/school", "officer/town", "officer/district"}
    | {"officer/city"}
)
UNIT = frozenset({"workshop_leader"})


def reaches(role: str, city: City, where: Unit) -> bool:
    home = city.actors[role].held
    assert home is not None
    if role in UNIT:
        return where.pk == home.unit_id
    return role in BELOW and where.path.startswith(home.unit_path)


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_reads_what_is_about_them_and_what_their_role_reaches(
    role: str, city: City
) -> None:
    who = city.actors[role]
    listed = Subject.objects.unscoped(WHY).select_related("unit")
    written = Entry.objects.unscoped(WHY).select_related("unit", "subject")
    sheets = MonthlySheet.objects.unscoped(WHY).select_related("subject__unit")

    def is_about(one: Subject | None) -> bool:
        return one is not None and one.person_id == who.person_id

    def covers(one: Subject) -> bool:
        return is_about(one) or reaches(role, city, one.unit)

    works = role not in ADMINISTRATORS
    expected = {one.pk for one in listed if works and covers(one)}
    assert ids(doors.subjects_in_sight(who)) == expected
    assert ids(doors.subjects_in_sight(who, Permission.WRITE_ENTRIES)) == expected
    assert ids(doors.sheets_in_sight(who)) == {
        one.pk for one in sheets if works and covers(one.subject)
    }
    assert ids(doors.entries_in_sight(who)) == {
        one.pk
        for one in written
        if works
        and (
            one.entered_by_id == who.person_id
            or is_about(one.subject)
            or reaches(role, city, one.unit)
        )
    }


@pytest.mark.parametrize("role", EVERYBODY)
def test_month_is_confirmed_by_whom_it_is_about_or_who_leads_the_unit(
    role: str, city: City
) -> None:
    who = city.actors[role]
    assert who.held is not None
    for one in Subject.objects.unscoped(WHY).filter(key__startswith="S"):
        MonthlySheet.objects.create(
            adoption=one.adoption, register="leave", subject=one, month=NOW.date(), made_at=NOW
        )
    leads = role in {"lead/school", "clerk/school"} or role.startswith("officer/")

    found = doors.own_sheets(who).select_related("subject")

    every = MonthlySheet.objects.unscoped(WHY).select_related("subject")
    assert ids(found) == {
        one.pk
        for one in every
        if one.subject.person_id == who.person_id
        or (leads and one.subject.person_id is None and one.subject.unit_id == who.held.unit_id)
    }
    assert not doors.own_sheets(NOBODY).exists()


@pytest.mark.parametrize("role", EVERYBODY)
def test_registers_are_open_where_somebody_within_reach_is_listed(role: str, city: City) -> None:
    who = city.actors[role]
    every = Adoption.objects.unscoped(WHY).select_related("unit")
    draft = city.adoption(role, relation="conflicted")
    every.filter(pk=draft.pk).update(state="draft")
    # One where the unit lists nobody, and one from above where it does.
    unlisted = city.adoption(role, relation="frozen")
    Subject.objects.unscoped(WHY).filter(adoption=unlisted).exclude(key__startswith="Z").update(
        unit=city.cast.far_school, person=None
    )
    listed: dict[int, list[Subject]] = {}
    for one in Subject.objects.unscoped(WHY).select_related("unit"):
        listed.setdefault(one.adoption_id, []).append(one)

    found = ids(doors.adoptions_at_work(who))

    assert found == {
        adoption.pk
        for adoption in every
        if role not in ADMINISTRATORS
        and adoption.state != "draft"
        and (
            adoption.unit_id == city.bundle(role, "own").unit.pk
            or reaches(role, city, adoption.unit)
            or any(
                one.person_id == who.person_id or reaches(role, city, one.unit)
                for one in listed[adoption.pk]
            )
        )
    }
    assert draft.pk not in found
    assert not doors.adoptions_at_work(NOBODY).exists()


def test_registers_are_open_to_a_panel_that_a_title_names_and_its_keeper_has(city: City) -> None:
    cast = city.cast
    who = city.actors["reviewer"]
    before = ids(doors.adoptions_at_work(who))
    panel = Holder(How.ROLE, role="reviewer", kind="panel")
    of_keeper = Adoption.objects.unscoped(WHY).filter(unit=cast.district)
    named, unnamed = of_keeper.exclude(pk__in=before).order_by("pk")[:2]
    elsewhere = city.adoption("officer/town")
    for adoption in (named, elsewhere):
        adoption.holders = {"专家": [panel.kept()]}
        adoption.save()

    assert ids(doors.adoptions_at_work(who)) == before | {named.pk}
    assert not {unnamed.pk, elsewhere.pk} & before


@pytest.mark.parametrize("role", EVERYBODY)
def test_rosters_are_kept_by_the_office_that_adopted(role: str, city: City) -> None:
    keeps = role in {"lead/school", "clerk/school"} or role.startswith("officer/")
    here = Adoption.objects.unscoped(WHY).filter(unit=city.bundle(role, "own").unit)
    assert ids(doors.adoptions_to_keep(city.actors[role])) == (ids(here) if keeps else set())
