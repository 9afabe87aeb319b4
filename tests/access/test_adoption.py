"""Which adopted schemes somebody sees, and which they may change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from kaocheng.access.adoption import adoptions_in_sight, own_adoptions, own_amendments
from kaocheng.access.grants import Permission
from kaocheng.actions.fact_load import Place
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Adoption, Amendment, Person
from kaocheng.records.models.scheme import AdoptionState
from tests.adopting import adopt, fill
from tests.cast import NOW, Cast, actor, appoint

SEE, ADOPT, APPROVE = Permission.SEE_ROUNDS, Permission.ADOPT, Permission.APPROVE


@pytest.fixture
def of_school(cast: Cast) -> Adoption:
    return adopt("s0.4-appraisal", cast.school).adoption


def sees(who: Person, adoption: Adoption) -> bool:
    return adoptions_in_sight(actor(who), SEE).filter(pk=adoption.pk).exists()


def test_everybody_in_the_unit_and_below_it_sees_what_it_adopted(
    of_school: Adoption, cast: Cast
) -> None:
    assert all(sees(who, of_school) for who in (cast.lead, cast.clerk, cast.teacher))
    assert not sees(cast.other_lead, of_school)


def test_an_office_sees_what_units_below_it_adopted(of_school: Adoption, cast: Cast) -> None:
    assert sees(cast.officer, of_school)
    assert sees(cast.city_officer, of_school)
    assert not sees(cast.far_lead, of_school)


def test_a_panel_sees_what_its_keeper_and_units_above_adopted(cast: Cast) -> None:
    of_city = adopt("s2-guangzhou", cast.city).adoption
    of_far = adopt("s2-guangzhou", cast.other_district).adoption

    assert sees(cast.reviewer, of_city)
    assert not sees(cast.reviewer, of_far)


def test_a_person_who_is_assessed_by_it_sees_it_from_anywhere(cast: Cast) -> None:
    found = adopt("s2-guangzhou", cast.other_district)
    fill(found, lambda _roster, _values: Place(cast.far_school))
    subject = found.adoption.subjects.unscoped("a test").first()
    assert subject is not None
    assert not sees(cast.teacher, found.adoption)

    found.adoption.subjects.unscoped("a test").filter(pk=subject.pk).update(person=cast.teacher)

    assert sees(cast.teacher, found.adoption)


def test_a_person_who_is_assessed_sees_that_one_alone_and_only_at_work(cast: Cast) -> None:
    far = {title: adopt(title, cast.other_district) for title in ("s2-guangzhou", "s0.4-appraisal")}
    fill(far["s2-guangzhou"], lambda _roster, _values: Place(cast.far_school, cast.teacher))
    fill(far["s0.4-appraisal"], lambda _roster, _values: Place(cast.far_school))
    appoint(cast.teacher, "audit_admin", cast.far_school, starts=-9)
    teacher = actor(cast.teacher)
    administrator = replace(teacher, held=teacher.others[-1])

    assert list(adoptions_in_sight(teacher, SEE)) == [far["s2-guangzhou"].adoption]
    assert not adoptions_in_sight(administrator, SEE).exists()
    assert not adoptions_in_sight(replace(teacher, held=None), SEE).exists()
    # Most rows are about units: they are about nobody, and not about whoever is no person.
    assert not adoptions_in_sight(replace(teacher, person_id=None), SEE).exists()
    assert not adoptions_in_sight(NOBODY, SEE).exists()


def test_a_draft_is_seen_only_where_it_is_prepared(of_school: Adoption, cast: Cast) -> None:
    Adoption.objects.unscoped("a test").update(state=AdoptionState.DRAFT)

    assert sees(cast.lead, of_school)
    assert sees(cast.clerk, of_school)
    assert not any(sees(who, of_school) for who in (cast.teacher, cast.officer, cast.city_officer))


def test_only_the_unit_itself_changes_what_it_adopted(of_school: Adoption, cast: Cast) -> None:
    def may(who: Person, permission: Permission) -> bool:
        return own_adoptions(actor(who), permission).filter(pk=of_school.pk).exists()

    assert may(cast.lead, ADOPT)
    assert may(cast.clerk, ADOPT)
    assert not may(cast.clerk, APPROVE)
    assert not any(may(who, ADOPT) for who in (cast.teacher, cast.officer, cast.other_lead))


def test_amendments_go_with_what_the_very_unit_adopted(of_school: Adoption, cast: Cast) -> None:
    of_district = adopt("s2-guangzhou", cast.district).adoption
    for adoption in (of_school, of_district):
        Amendment(
            adoption=adoption,
            number=1,
            why=adoption.unit.name,
            takes_effect_on=NOW.date(),
            made_at=NOW,
        ).save()

    def amends(who: Person, permission: Permission = ADOPT) -> list[str]:
        return [one.why for one in own_amendments(actor(who), permission)]

    assert amends(cast.lead) == amends(cast.clerk) == amends(cast.lead, APPROVE) == ["榕荫小学"]
    assert amends(cast.officer) == ["云山区"]
    people = (cast.teacher, cast.city_officer, cast.other_lead, cast.reviewer, cast.audit_admin)
    assert not any(amends(who) for who in people)
    assert not amends(cast.clerk, APPROVE)
    assert not own_amendments(NOBODY, ADOPT).exists()


def test_the_door_is_one_query(
    of_school: Adoption, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reviewer, lead = actor(cast.reviewer), actor(cast.lead)

    with django_assert_num_queries(2):
        assert not adoptions_in_sight(reviewer, SEE).exists()
        assert adoptions_in_sight(lead, SEE).exists()
