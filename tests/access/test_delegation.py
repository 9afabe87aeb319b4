"""Whose delegations somebody sees, and who works beside whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kaocheng.access.actor import Helper, holder, rights_of
from kaocheng.access.delegation import colleagues, delegations
from kaocheng.access.grants import Permission
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Delegation, Person
from tests.cast import NOW, Cast, actor, administers, person

pytestmark = pytest.mark.django_db

ON = NOW.date()


def helps(helper: Person, whom: Person) -> None:
    Delegation(
        person=whom, helper=helper, starts_on=ON, ends_on=ON + timedelta(days=9), entered_by=whom
    ).save()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("teacher", {"陈敏 代 林晓棠"}),
        ("colleague", {"陈敏 代 林晓棠", "陈国安 代 陈敏"}),
        ("workshop_leader", {"陈国安 代 陈敏"}),
        ("clerk", {"陈敏 代 林晓棠", "陈国安 代 陈敏"}),
        ("far_lead", {"罗秋月 代 许岚"}),
        ("officer", {"陈敏 代 林晓棠", "陈国安 代 陈敏"}),
        ("city_officer", {"陈敏 代 林晓棠", "陈国安 代 陈敏", "罗秋月 代 许岚"}),
        ("reviewer", set()),
        ("security_admin", set()),
    ],
)
def test_delegations_are_seen_by_both_and_by_whoever_enters_slips(
    cast: Cast, who: str, seen: set[str]
) -> None:
    helps(cast.colleague, cast.teacher)
    helps(cast.workshop_leader, cast.colleague)
    helps(cast.far_lead, cast.outsider)

    rows = delegations(actor(getattr(cast, who)), on=ON).select_related("person", "helper")

    assert {f"{one.helper.name} 代 {one.person.name}" for one in rows} == seen
    assert not delegations(NOBODY, on=ON).exists()


def test_administrators_are_nobodys_colleagues(cast: Cast) -> None:
    person("同事", "tongshi", "officer", cast.city)
    administers(cast, starts=-9)  # the teacher, at the city besides

    def names(who: Person) -> set[str]:
        return set(colleagues(who.pk, on=ON).values_list("name", flat=True))

    # The city's own office; what lies below counts as it does for a school with its groups.
    assert "同事" in names(cast.city_officer)
    assert not {"方系统", "安全员", "申计"} & names(cast.city_officer)
    assert names(cast.teacher) == {"陈敏", "陈国安", "何敏仪", "沈一鸣"}
    assert names(cast.system_admin) == set()


def test_queries_that_are_written_once_know_whether_somebody_acts_for_the_reader(
    cast: Cast,
) -> None:
    lead = actor(cast.lead)
    helped = replace(lead, helper=Helper(cast.clerk.pk, cast.clerk.name))

    for who in (lead, helped, NOBODY):
        same = holder(rights_of(who))
        assert [same.reaches(one) for one in Permission] == [who.reaches(one) for one in Permission]
    assert not helped.may(Permission.SEE_PERSONAL_DATA)
    assert lead.may(Permission.SEE_PERSONAL_DATA)
