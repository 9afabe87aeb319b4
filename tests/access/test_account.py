"""Who may hand a new password to whom: nobody to somebody who may do more than they themselves."""

from __future__ import annotations

import pytest

from kaocheng.access.account import helped_people
from kaocheng.records.models import Person
from tests.cast import NOW, Cast, actor, appoint, person

pytestmark = pytest.mark.django_db

ON = NOW.date()


def helped_by(who: Person) -> set[str]:
    return set(helped_people(actor(who), on=ON).values_list("name", flat=True))


def test_a_clerk_helps_staff_and_a_lead_the_clerk_too(cast: Cast) -> None:
    staff = {"林晓棠", "陈敏", "陈国安"}

    assert helped_by(cast.clerk) == staff
    assert helped_by(cast.lead) == {*staff, "沈一鸣"}


def test_an_officer_helps_those_below_and_no_colleague_of_the_office(cast: Cast) -> None:
    person("同事", "tongshi", "officer", cast.city)

    helped = helped_by(cast.city_officer)

    assert {"梁卓然", "何敏仪", "罗秋月", "林晓棠"} <= helped
    assert not {"同事", "周明远", "方系统", "安全员", "申计"} & helped


def test_an_officer_of_a_district_who_works_above_too_is_not_helped(cast: Cast) -> None:
    appoint(cast.officer, "officer", cast.other_district, starts=-9)
    district = person("区里", "quli", "officer", cast.district)
    below = person("镇里", "zhenli", "officer", cast.town)
    appoint(below, "officer", cast.other_district, starts=-9)

    assert "镇里" not in helped_by(district)
    assert {"梁卓然", "镇里"} <= helped_by(cast.city_officer)


@pytest.mark.parametrize(
    ("starts", "ends", "is_helped"),
    [(-9, None, False), (-9, 1, False), (0, None, False), (-9, 0, True), (1, None, True)],
    ids=["held", "until tomorrow", "from today", "until yesterday", "from tomorrow"],
)
def test_what_somebody_holds_today_counts(
    cast: Cast, starts: int, ends: int | None, *, is_helped: bool
) -> None:
    appoint(cast.teacher, "lead", cast.other_school, starts=starts, ends=ends)

    assert ("林晓棠" in helped_by(cast.clerk)) is is_helped
