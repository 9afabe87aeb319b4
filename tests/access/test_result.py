"""Whose results: read, signed for, decided about."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kaocheng.access import result as results
from kaocheng.access.actor import Actor
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Round, Subject
from tests.access.made import adoption, entry, follows, frozen, listed, row, seen, work
from tests.cast import Cast, actor, person

LEAD = Holder(How.ROLE, role="lead")
CLERK = Holder(How.ROLE, role="clerk")
LEADS_SCHOOL = Holder(How.ROLE, role="lead", kind="school")
ITSELF = Holder(How.SUBJECT)


@dataclass(frozen=True)
class Place:
    """The city holds a round about people and schools, the school one about its own people."""

    cast: Cast
    of_city: Round
    of_school: Round
    of_far: Round

    def actor(self, name: str) -> Actor:
        return NOBODY if name == "nobody" else actor(getattr(self.cast, name))


@pytest.fixture
def place(cast: Cast) -> Place:
    city, school = adoption(cast.city, "市"), adoption(cast.school, "校")
    far = adoption(cast.far_school, "海")
    found = Place(cast, work(city), work(school), work(far))
    results_of_city, results_of_school = frozen(found.of_city), frozen(found.of_school)
    people = {
        "林": listed(city, "林", cast.group, cast.teacher),
        "沈": listed(city, "沈", cast.school, cast.clerk),
        "何": listed(city, "何", cast.school, cast.lead),
        "许": listed(city, "许", cast.far_school, cast.outsider),
        "邓": listed(city, "邓", cast.panel, cast.reviewer),
        "团": listed(city, "团", cast.panel),
        "方": listed(city, "方", cast.city, cast.system_admin),
        "榕小": listed(city, "榕小", cast.school),
        "珠中": listed(city, "珠中", cast.other_school),
    }
    for name, one in people.items():
        row(results_of_city, name, one.unit, subject=one)
        follows(found.of_city, one)
        follows(found.of_city, one, effect="warn")
    for number, where, about in (
        ("林的", cast.group, "林"),
        ("许在海二", cast.far_school, "许"),
        ("许在榕小", cast.school, "许"),
        ("方的", cast.city, "方"),
        ("榕小无人", cast.school, ""),
        ("海二无人", cast.far_school, ""),
        ("团无人", cast.panel, ""),
    ):
        made = entry(city, number, where, people.get(about))
        row(results_of_city, f"{number}条", where, entry=made)
    for key, where in (("榕小榜", cast.school), ("海二榜", cast.far_school)):
        row(results_of_city, key, where, key=key)
    for name, who in (("林", cast.teacher), ("沈", cast.clerk), ("何", cast.lead)):
        one = listed(school, name, cast.school, who)
        follows(found.of_school, one)
        row(results_of_school, f"校{name}", one.unit, subject=one)
    listed(far, "许", cast.far_school, cast.outsider)
    return found


OF_SCHOOL = {"林", "沈", "何", "榕小"}
REACHED = [
    ("teacher", {"林"}),
    ("workshop_leader", {"林"}),
    ("lead", OF_SCHOOL),
    ("clerk", OF_SCHOOL),
    ("other_lead", {"珠中"}),
    ("officer", {*OF_SCHOOL, "珠中"}),
    ("city_officer", {*OF_SCHOOL, "珠中", "许", "方"}),
    ("outsider", {"许"}),
    ("reviewer", {"邓"}),
    ("system_admin", set()),
    ("nobody", set()),
]


@pytest.mark.parametrize(("name", "expected"), REACHED)
def test_results_of_oneself_and_of_units_below_are_read(
    name: str, expected: set[str], place: Place
) -> None:
    who = place.actor(name)
    of_city = {"round": place.of_city, "effect": "praise"}
    adopted = place.of_city.adoption_id

    assert seen(results.subjects_with_results(who).filter(adoption=adopted), "name") == expected
    following = results.consequences_in_sight(who).filter(**of_city)
    assert seen(following, "subject__name") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"林的"}),
        ("workshop_leader", {"林的"}),
        ("lead", {"林的", "榕小无人"}),
        ("officer", {"林的", "榕小无人"}),
        ("city_officer", {"林的", "方的", "许在海二", "许在榕小", "榕小无人", "海二无人"}),
        ("far_lead", {"许在海二", "许在榕小", "海二无人"}),
        ("outsider", {"许在海二", "许在榕小"}),
        ("reviewer", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_what_is_about_nobody_is_read_by_its_unit_and_what_is_about_somebody_by_theirs(
    name: str, expected: set[str], place: Place
) -> None:
    """One entry was written in the school about somebody who works elsewhere now."""
    who = place.actor(name)
    of_entries = results.rows_in_sight(who).exclude(entry=None)

    assert seen(results.entries_with_results(who), "number") == expected
    assert seen(of_entries, "headline") == {f"{number}条" for number in expected}


@pytest.mark.parametrize(
    ("name", "of_subjects", "lists"),
    [
        ("teacher", {"林", "校林"}, set()),
        ("workshop_leader", {"林"}, set()),
        ("lead", {*OF_SCHOOL, "校林", "校沈", "校何"}, {"榕小榜"}),
        ("officer", {*OF_SCHOOL, "珠中", "校林", "校沈", "校何"}, {"榕小榜"}),
        ("far_lead", {"许"}, {"海二榜"}),
        ("outsider", {"许"}, set()),
        ("reviewer", {"邓"}, set()),
        ("system_admin", set(), set()),
        ("nobody", set(), set()),
    ],
)
def test_frozen_rows_are_read_of_whom_they_are_about_and_lists_by_their_unit(
    name: str, of_subjects: set[str], lists: set[str], place: Place
) -> None:
    rows = results.rows_in_sight(place.actor(name)).filter(entry=None)

    assert seen(rows.exclude(subject=None), "headline") == of_subjects
    assert seen(rows.filter(subject=None), "headline") == lists


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"林", "校林"}),
        ("lead", {"何", "校何", "榕小"}),
        ("clerk", {"沈", "校沈"}),
        ("other_lead", {"珠中"}),
        ("officer", set()),
        ("reviewer", {"邓"}),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_results_are_signed_for_by_whom_they_are_about_and_the_head_of_a_unit(
    name: str, expected: set[str], place: Place
) -> None:
    assert seen(results.rows_to_acknowledge(place.actor(name)), "headline") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"市", "校"}),
        ("workshop_leader", {"市"}),
        ("lead", {"市", "校", "空"}),
        ("officer", {"市", "校", "空"}),
        ("city_officer", {"市", "校", "空", "海"}),
        ("far_lead", {"市", "海"}),
        ("outsider", {"市", "海"}),
        ("reviewer", {"市"}),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_rounds_have_results_where_somebody_in_reach_is_assessed_once_they_run(
    name: str, expected: set[str], place: Place
) -> None:
    work(place.of_city.adoption, period="准备", state="preparing")
    work(place.of_school.adoption, period="准备", state="preparing")
    work(adoption(place.cast.school, "空"))

    assert seen(results.rounds_with_results(place.actor(name)), "title") == expected


def test_what_is_about_nobody_is_shown_to_whoever_reaches_the_unit_of_that_round(
    place: Place,
) -> None:
    def reading(work: Round) -> set[str]:
        names = ("teacher", "workshop_leader", "lead", "clerk", "officer", "city_officer")
        others = ("far_lead", "reviewer", "system_admin", "nobody")
        return {
            name
            for name in (*names, *others)
            if results.reads_results_of_unit(place.actor(name), work)
        }

    assert reading(place.of_city) == {"city_officer"}
    assert reading(place.of_school) == {"lead", "clerk", "officer", "city_officer"}
    assert reading(place.of_far) == {"far_lead", "city_officer"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lead", {"校"}),
        ("city_officer", {"市"}),
        ("clerk", set()),
        ("officer", set()),
        ("teacher", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_a_round_is_decided_by_the_head_of_its_very_unit(
    name: str, expected: set[str], place: Place
) -> None:
    who = place.actor(name)

    assert seen(results.rounds_to_decide(who), "title") == expected
    assert seen(results.sets_to_decide(who), "round__title") == expected


def test_the_leader_of_a_group_decides_nothing(place: Place) -> None:
    work(adoption(place.cast.group, "组"))
    leader = actor(person("孔令", "kongling", "lead", place.cast.group))

    assert not results.rounds_to_decide(leader).exists()
    assert seen(results.subjects_with_results(leader), "name") == {"林"}


def decided(place: Place, name: str, work: Round, *holders: Holder, effect: str) -> set[str]:
    rows = results.consequences_to_decide(place.actor(name), work.adoption, effect, holders)
    return seen(rows, "title")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lead", {"林", "沈", "榕小"}),
        ("clerk", set()),
        ("other_lead", {"珠中"}),
        ("far_lead", {"许"}),
        ("teacher", set()),
        ("officer", set()),
        ("reviewer", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
@pytest.mark.parametrize("effect", ["praise", "warn"])
def test_the_head_of_each_school_decides_about_its_people_and_not_about_themselves(
    name: str, expected: set[str], effect: str, place: Place
) -> None:
    found = decided(place, name, place.of_city, LEADS_SCHOOL, effect=effect)

    assert found == {f"市{effect} {one}" for one in expected}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"林"}),
        ("lead", {"何", "榕小"}),
        ("clerk", {"沈"}),
        ("reviewer", {"邓"}),
        ("officer", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_what_the_subject_confirms_itself_a_clerk_does_not_confirm_for_the_school(
    name: str, expected: set[str], place: Place
) -> None:
    found = decided(place, name, place.of_city, ITSELF, effect="praise")

    assert found == {f"市praise {one}" for one in expected}


@pytest.mark.parametrize(
    ("name", "by_lead", "by_clerk"),
    [
        ("lead", {"林", "沈"}, {"林", "沈"}),
        ("clerk", set(), {"林", "何"}),
        ("teacher", set(), set()),
        ("officer", set(), set()),
        ("other_lead", set(), set()),
    ],
)
def test_a_clerk_decides_only_what_is_said_to_be_decided_by_clerks(
    name: str, by_lead: set[str], by_clerk: set[str], place: Place
) -> None:
    """In the round of the school alone, though the city's round is about the same people."""
    work = place.of_school

    assert decided(place, name, work, LEAD, effect="praise") == {
        f"校praise {one}" for one in by_lead
    }
    assert decided(place, name, work, LEAD, CLERK, effect="praise") == {
        f"校praise {one}" for one in by_clerk
    }


def test_a_title_for_one_decides_about_that_one_alone_in_the_own_unit_too(place: Place) -> None:
    """Of what nobody bears, the office of the unit that adopted decides."""
    superior = Holder(How.FIELD, field="superior")
    rows = Subject.objects.unscoped("a test").filter(adoption=place.of_school.adoption)
    for name, values in (("林", {"superior": "陈国安"}), ("沈", {}), ("何", {"superior": ""})):
        rows.filter(name=name).update(values=values)
    rows.filter(name="何").update(person=place.cast.colleague)

    assert decided(place, "clerk", place.of_school, ITSELF, effect="praise") == {"校praise 沈"}
    assert decided(place, "workshop_leader", place.of_school, superior, effect="praise") == {
        "校praise 林"
    }
    assert decided(place, "lead", place.of_school, superior, effect="praise") == {
        "校praise 沈",
        "校praise 何",
    }


def test_offices_and_heads_read_of_whole_units(place: Place) -> None:
    cast = place.cast
    names = ("teacher", "workshop_leader", "reviewer", "lead", "clerk", "officer", "city_officer")
    whole = {one for one in names if results.sees_whole_units(place.actor(one))}

    assert whole == {"lead", "clerk", "officer", "city_officer"}
    leader = actor(person("坊主", "fangzhu", "workshop_leader", cast.school))
    assert not results.sees_whole_units(leader)
    assert seen(results.subjects_with_results(leader), "name") == {"榕小", *"林沈何"}
    assert not results.sees_whole_units(actor(cast.system_admin))
    assert not results.sees_whole_units(NOBODY)
