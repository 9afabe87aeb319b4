"""Whose people: at work within reach, or there last; by what the rows of an adoption call them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.access.actor import Helper
from kaocheng.access.grants import Permission
from kaocheng.access.message import own_messages
from kaocheng.access.names import Names
from kaocheng.access.person import may_see_personal_data, people_kept, people_to_move
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Message, Person, Subject, Unit
from tests.adopting import adopt
from tests.cast import NOW, Cast, actor, appoint, person

pytestmark = pytest.mark.django_db

ON = NOW.date()


def gone(name: str, *at: tuple[Unit, int, int | None]) -> Person:
    made = Person(name=name, pinyin=name, staff_number=f"T-{name}")
    made.save()
    for where, starts, ends in at:
        appoint(made, "member", where, starts=starts, ends=ends)
    return made


def kept(who: Person) -> set[str]:
    rows = people_kept(actor(who), Permission.SEE_PEOPLE, on=ON)
    return set(rows.values_list("name", flat=True))


def test_a_school_keeps_whoever_was_there_last_and_is_nowhere_now(cast: Cast) -> None:
    here, there = cast.school, cast.far_school
    gone("走了", (here, -90, -9))
    gone("昨天走的", (here, -90, 0))
    gone("明天走", (here, -90, 1))
    gone("还没来", (here, 9, None))
    gone("调走了", (here, -90, -9), (there, -9, None))
    gone("在别处走的", (here, -90, -9), (there, -9, -1))
    gone("又回来过", (there, -90, -9), (here, -9, -1))
    gone("将去别处", (here, -90, -9), (there, 9, None))

    known = {"林晓棠", "陈敏", "陈国安", "何敏仪", "沈一鸣"}
    assert kept(cast.lead) == known | {"走了", "昨天走的", "明天走", "还没来", "又回来过"}
    far = {"许岚", "罗秋月"}
    assert kept(cast.far_lead) == far | {"调走了", "在别处走的", "将去别处"}
    assert kept(cast.teacher) == {"林晓棠"}


def test_personal_data_is_shown_of_that_very_person(cast: Cast) -> None:
    assert may_see_personal_data(actor(cast.lead), cast.teacher.pk, on=ON)
    assert not may_see_personal_data(actor(cast.lead), cast.outsider.pk, on=ON)


def test_nobody_moves_themselves(cast: Cast) -> None:
    names = set(people_to_move(actor(cast.lead), on=ON).values_list("name", flat=True))

    assert names == {"林晓棠", "陈敏", "陈国安", "沈一鸣"}


def test_messages_are_read_by_whom_they_are_for(cast: Cast) -> None:
    for who in (cast.teacher, cast.lead):
        Message(person=who, subject=who.name, effect_key=who.name, made_at=NOW).save()
    teacher = actor(cast.teacher)

    assert [one.subject for one in own_messages(teacher)] == ["林晓棠"]
    assert not own_messages(replace(teacher, helper=Helper(cast.lead.pk, "何敏仪"))).exists()
    assert not own_messages(NOBODY).exists()


# ── By what the rows of an adoption call them ───────────────────────────────────────────────────


@pytest.fixture
def names(cast: Cast, now: object) -> Names:
    return Names(adopt("s2-guangzhou", cast.district).adoption)


def listed(names: Names, name: str, who: Person | None, where: Unit, *, key: str) -> Subject:
    row = Subject(
        adoption=names.adoption,
        roster="guide",
        key=key,
        name=name,
        person=who,
        unit=where,
        values={"id": key},
    )
    row.save()
    return row


def test_somebody_is_called_by_key_or_name_of_their_row(cast: Cast, names: Names) -> None:
    listed(names, "小林", cast.teacher, cast.school, key="G7")

    assert names.find("小林") == names.find("G7") == (cast.teacher.pk, cast.school.pk)
    assert names.of(cast.teacher.pk) == ["G7", "T-linxiaotang", "小林", "林晓棠"]
    assert Names(names.adoption, everybody=True).find("G7") == (cast.teacher.pk, cast.school.pk)


def test_a_row_that_has_left_is_no_person_or_of_another_adoption_calls_nobody(
    cast: Cast, names: Names
) -> None:
    left = listed(names, "小林", cast.teacher, cast.school, key="G7")
    left.has_left = True
    left.save()
    listed(names, "一所学校", None, cast.school, key="S1")
    other = Names(adopt("s2-guangzhou", cast.city).adoption)
    listed(other, "小陈", cast.colleague, cast.school, key="G8")

    assert names.find("小林") is None
    assert names.find("一所学校") is None
    assert names.find("小陈") is None
    assert names.of(cast.colleague.pk) == ["T-chenmin", "陈敏"]


def test_a_name_that_two_have_means_neither(cast: Cast, names: Names) -> None:
    listed(names, "小陈", cast.colleague, cast.school, key="G7")
    listed(names, "小陈", cast.workshop_leader, cast.school, key="G8")

    assert names.find("小陈") is None
    assert names.of(cast.colleague.pk) == ["G7", "T-chenmin", "陈敏"]


@pytest.mark.parametrize(
    ("starts", "ends", "is_found"),
    [(-9, None, True), (0, 1, True), (-9, 0, False), (1, None, False)],
    ids=["at work", "today", "until yesterday", "from tomorrow"],
)
def test_who_stands_in_no_row_is_found_while_at_work(
    cast: Cast, names: Names, starts: int, ends: int | None, *, is_found: bool
) -> None:
    made = gone("来人", (cast.school, starts, ends))

    found = (made.pk, cast.school.pk) if is_found else None
    assert names.find("来人") == names.find("T-来人") == found


def test_only_people_below_the_adopting_unit_and_its_panels_are_found(
    cast: Cast, names: Names
) -> None:
    assert names.find("邓启文") == (cast.reviewer.pk, cast.district.pk)
    assert names.find("梁卓然") == (cast.officer.pk, cast.district.pk)
    assert names.find("许岚") is None
    assert names.find("周明远") is None
    person("林晓棠", "linxiaotang2", "member", cast.other_school)
    assert Names(names.adoption).find("林晓棠") is None
