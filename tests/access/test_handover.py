"""Whose handovers somebody sees, who takes over from whom, and what may be given."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kaocheng.access.handover import (
    handed_roles,
    handovers_given,
    handovers_in_sight,
    handovers_taken,
    handovers_to_witness,
    may_give,
    must_be_colleague,
    takers,
    takers_below,
)
from kaocheng.access.refusal import NotYours
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Appointment, Handover, Person, Unit
from tests.cast import NOW, Cast, actor, appoint, person

pytestmark = pytest.mark.django_db

ON = NOW.date()


@pytest.fixture
def given(cast: Cast) -> Cast:
    """Three of the school, one of another district; the lead made the second."""
    hands_over(cast.teacher, cast.colleague, cast.school, made_by=cast.teacher)
    hands_over(cast.colleague, cast.workshop_leader, cast.school, made_by=cast.lead)
    hands_over(cast.lead, cast.clerk, cast.school, made_by=cast.lead)
    hands_over(cast.outsider, cast.far_lead, cast.far_school, made_by=cast.outsider)
    return cast


def hands_over(giver: Person, taker: Person, where: Unit, *, made_by: Person) -> None:
    Handover(unit=where, giver=giver, taker=taker, made_by=made_by, made_at=NOW).save()


def named(rows: object) -> list[str]:
    return sorted(f"{one.giver.name}→{one.taker.name}" for one in rows)  # type: ignore[attr-defined]  # a query


FIRST, SECOND, THIRD, FAR = "林晓棠→陈敏", "陈敏→陈国安", "何敏仪→沈一鸣", "许岚→罗秋月"


@pytest.mark.parametrize(
    ("who", "seen", "witnessed"),
    [
        ("teacher", [FIRST], []),
        ("colleague", [FIRST, SECOND], []),
        ("workshop_leader", [SECOND], []),
        ("lead", [FIRST, SECOND, THIRD], [FIRST, SECOND]),
        ("clerk", [FIRST, SECOND, THIRD], [FIRST, SECOND]),
        ("officer", [FIRST, SECOND, THIRD], [FIRST, SECOND, THIRD]),
        ("city_officer", [FIRST, SECOND, THIRD, FAR], [FIRST, SECOND, THIRD, FAR]),
        ("far_lead", [FAR], []),
        ("other_lead", [], []),
        ("reviewer", [], []),
        ("security_admin", [], []),
    ],
)
def test_both_sides_see_it_and_who_answers_for_the_unit_witnesses(
    given: Cast, who: str, seen: list[str], witnessed: list[str]
) -> None:
    one = actor(getattr(given, who))

    assert named(handovers_in_sight(one)) == sorted(seen)
    assert named(handovers_to_witness(one)) == sorted(witnessed)


def test_giving_and_taking_is_of_the_one_alone(given: Cast) -> None:
    assert named(handovers_given(actor(given.colleague))) == [SECOND]
    assert named(handovers_taken(actor(given.colleague))) == [FIRST]
    for door in (handovers_in_sight, handovers_to_witness, handovers_given, handovers_taken):
        assert not door(NOBODY).exists()


def test_what_somebody_made_for_another_they_see_after_they_have_moved(given: Cast) -> None:
    Appointment.objects.unscoped("a test").filter(person=given.lead).update(unit=given.other_school)

    assert named(handovers_in_sight(actor(given.lead))) == sorted([SECOND, THIRD])


def test_colleagues_take_over_and_of_who_left_the_last_ones(cast: Cast) -> None:
    def names(giver: Person) -> set[str]:
        return set(takers(giver.pk, on=ON).values_list("name", flat=True))

    rest = {"陈敏", "陈国安", "何敏仪", "沈一鸣"}
    person("将来", "jianglai", "member", cast.group)
    appoint(cast.city_officer, "member", cast.school, starts=-90, ends=-1)
    Appointment.objects.unscoped("a test").filter(person__name="将来").update(
        starts_on=ON + timedelta(days=1)
    )
    assert names(cast.teacher) == rest

    Appointment.objects.unscoped("a test").filter(person=cast.teacher).update(
        ends_on=ON - timedelta(days=9)
    )
    appoint(cast.teacher, "member", cast.other_school, starts=9)
    assert names(cast.teacher) == rest


def test_whoever_is_no_colleague_does_not_take_over(cast: Cast) -> None:
    must_be_colleague(actor(cast.teacher), cast.teacher.pk, cast.colleague.pk, on=ON)

    with pytest.raises(NotYours):
        must_be_colleague(actor(cast.teacher), cast.teacher.pk, cast.other_lead.pk, on=ON)


def test_of_two_places_each_gives_to_its_own_and_the_giver_to_any(cast: Cast) -> None:
    appoint(cast.teacher, "member", cast.far_school, starts=-9)

    def names(who: Person) -> set[str]:
        rows = takers_below(actor(who), cast.teacher.pk, on=ON)
        return set(rows.values_list("name", flat=True))

    here, there = {"陈敏", "陈国安", "何敏仪", "沈一鸣"}, {"许岚", "罗秋月"}
    assert names(cast.lead) == here
    assert names(cast.far_lead) == there
    assert names(cast.city_officer) == names(cast.teacher) == here | there


def test_roles_are_given_by_whoever_may_give_them_to_others(cast: Cast) -> None:
    def may(who: Person, giver: Person) -> bool:
        return may_give(actor(who), handed_roles(giver.pk, on=ON))

    assert may(cast.lead, cast.workshop_leader)
    assert may(cast.officer, cast.lead)
    assert not may(cast.lead, cast.lead)
    assert not may(cast.other_lead, cast.workshop_leader)
    assert not may(cast.clerk, cast.lead)


def test_a_role_in_a_unit_of_others_is_not_given(cast: Cast) -> None:
    appoint(cast.teacher, "workshop_leader", cast.far_school, starts=0)
    appoint(cast.colleague, "reviewer", cast.panel, starts=0)

    def may(who: Person, giver: Person) -> bool:
        return may_give(actor(who), handed_roles(giver.pk, on=ON))

    assert not may(cast.lead, cast.teacher)
    assert may(cast.city_officer, cast.teacher)
    assert not may(cast.lead, cast.colleague)
    assert may(cast.officer, cast.colleague)
