"""What single doors give that the matrix sees little of: who is asked, moved, rated by whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from kaocheng.access import collection as collections
from kaocheng.access import entry as entries
from kaocheng.access import handover as handovers
from kaocheng.access import job as jobs
from kaocheng.access import result as results
from kaocheng.access import review as reviews
from kaocheng.access import round as rounds
from kaocheng.access import scope
from kaocheng.access import task as tasks
from kaocheng.access import unit as units
from kaocheng.access.grants import Permission
from kaocheng.methods.holders import Holder, How
from kaocheng.records.models import (
    Adoption,
    Appointment,
    Job,
    Review,
    RosterImport,
    Round,
    Subject,
    Task,
    Unit,
)
from tests.access.city import City
from tests.cast import NOW, actor, person, unit

pytestmark = pytest.mark.django_db

WHY = "all of the test"


def names(rows: QuerySet[Any]) -> set[str]:
    return {row.name for row in rows}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("lead/school", {"数学组", "语文组"}),
        ("clerk/school", {"数学组", "语文组"}),
        ("officer/town", {"榕荫小学", "珠岸中学", "数学组", "语文组"}),
        ("lead/group", set()),
        ("member/group", set()),
    ],
)
def test_units_to_ask_lie_below_and_are_open(role: str, expected: set[str], city: City) -> None:
    closed = unit("旧校", "school", city.cast.town)
    closed.closes_on = NOW.date()
    closed.save()
    unit("评审组", "panel", keeper=city.cast.town)

    asked = collections.units_to_ask(city.actors[role], ["town", "school", "group", "panel"])

    assert names(asked) == expected
    assert names(collections.units_to_ask(city.actors[role], ["group"])) == {
        one for one in expected if one.endswith("组")
    }


def test_people_are_moved_by_whoever_manages_where_they_work_today(city: City) -> None:
    cast, on = city.cast, NOW.date()
    group, school = {"林晓棠", "陈敏", "陈国安", "孔令"}, {"谢语", "黄静", "何敏仪", "沈一鸣"}
    town = {"冯志", "卢远", "赵启明"}
    for name, starts_on, ends_on in (
        ("已离开", date(2020, 9, 1), on),
        ("还没来", on + timedelta(days=1), None),
    ):
        row = Appointment.objects.unscoped(WHY).get(
            person=person(name, f"p{starts_on}", "member", cast.school, account=False)
        )
        row.starts_on, row.ends_on = starts_on, ends_on
        row.save()

    def moved(role: str) -> set[str]:
        return names(scope.people(city.actors[role], Permission.MANAGE_PEOPLE, on=on)) - {"半路"}

    assert moved("lead/school") == group | school
    assert moved("clerk/school") == group | school
    assert moved("officer/town") == group | school | town
    assert moved("officer/district") == group | school | town | {"梁卓然", "邓启文"}
    assert moved("lead/group") == moved("member/group") == moved("system_admin") == set()


def test_roster_is_seen_by_whoever_imported_it_where_they_do(city: City) -> None:
    cast = city.cast
    own = RosterImport.objects.unscoped(WHY).get(
        pk=str(city.bundle("lead/school", "own").ids["roster_id"])
    )
    for where, who in ((cast.far_school, cast.lead), (cast.school, cast.clerk)):
        RosterImport.objects.create(
            unit=where, file=own.file, file_name="表.xlsx", asked_by=who, made_at=NOW
        )

    assert [row.pk for row in units.roster_imports(city.actors["lead/school"])] == [own.pk]
    assert not units.roster_imports(city.actors["member/group"]).exists()


def test_work_without_a_title_runs_unseen(city: City) -> None:
    who = city.actors["member/group"]
    Job.objects.create(
        kind="test",
        effect_key="unseen",
        asked_by_person_id=who.person_id,
        run_after=NOW,
        made_at=NOW,
    )

    assert [job.title for job in jobs.jobs(who)] == ["导出密P5语"]


def test_round_is_held_of_what_is_in_force(city: City) -> None:
    own = Adoption.objects.unscoped(WHY).filter(unit=city.cast.school)
    kept = own.order_by("pk").first()
    assert kept is not None
    own.exclude(pk=kept.pk).update(state="draft")

    assert [one.pk for one in rounds.adoptions_to_run(city.actors["lead/school"])] == [kept.pk]


def test_office_finds_the_reviews_of_one_table_and_whoever_is_still_there(city: City) -> None:
    own = city.bundle("lead/school", "own")
    work = Round.objects.unscoped(WHY).get(pk=str(own.ids["round_id"]))
    office, far = (reviews.Office(city.actors[role]) for role in ("lead/school", "lead/group"))
    every = Review.objects.unscoped(WHY).filter(round=work)
    there = Subject.objects.unscoped(WHY).filter(adoption=work.adoption_id)
    other = every.order_by("pk").last()
    assert other is not None
    other.pk, other.register = None, "another"
    other.save()
    there.filter(key__startswith="S").update(has_left=True)
    holders = [Holder(How.ROLE, role="lead")]

    table = set(office.reviews(work, "rating", holders).values_list("pk", flat=True))

    assert table == set(every.filter(register="rating").values_list("pk", flat=True))
    assert {one.key[0] for one in office.subjects(work, holders)} == {"T", "Z"}
    opened = reviews.subjects_to_open(city.actors["lead/school"], work, tuple(holders))
    assert {one.key[0] for one in opened} == {"T", "Z"}
    assert not far.reviews(work, "rating", holders).exists()
    assert not far.subjects(work, holders).exists()
    assert not far.all_reviews().exists()
    school = set(Unit.objects.unscoped(WHY).filter(path__startswith=city.cast.school.path))
    assert set(office.all_reviews()) == {
        one
        for one in Review.objects.unscoped(WHY).select_related("round__unit", "subject__unit")
        if one.round.unit in school or one.subject.unit in school
    }


def test_rounds_at_work_run_on_the_way_up_or_list_the_reader(city: City) -> None:
    def found(role: str) -> set[int]:
        return set(reviews.rounds_at_work(city.actors[role]).values_list("pk", flat=True))

    every = Round.objects.unscoped(WHY).exclude(state="archived").select_related("unit")
    cast = city.cast
    way = {cast.city, cast.district, cast.town, cast.school}
    on_the_way = {one.pk for one in every if one.unit in way}

    assert found("lead/school") == on_the_way
    assert found("lead/group") == on_the_way | {one.pk for one in every if one.unit == cast.group}
    # The panel lies on no way; its reviewer is listed in the city's round.
    shared = city.bundle("reviewer", "shared").ids["round_id"]
    assert found("reviewer") == {one.pk for one in every if one.unit == cast.panel} | {shared}


def test_leader_of_a_workshop_sees_the_school_alone_and_none_of_its_groups(city: City) -> None:
    cast, on = city.cast, NOW.date()
    leader = person("坊主", "fangzhu", "workshop_leader", cast.school)
    of_school = {"黄静", "何敏仪", "沈一鸣", "坊主"}
    for where in (cast.school, cast.group):
        Task.objects.create(
            person=leader,
            unit=where,
            role="member",
            title=f"{where}的事",
            why="",
            made_at=NOW,
            source_kind="test",
            source_id=f"of {where.pk}",
            page="/home",
            due_at=NOW,
        )

    who = actor(leader)

    assert names(scope.units(who, Permission.SEE_UNIT)) == {cast.school.name}
    assert names(scope.people(who, Permission.SEE_PEOPLE, on=on)) == of_school
    seen: tuple[QuerySet[Any], ...] = (
        tasks.tasks_below(who),
        entries.entries_in_sight(who),
        entries.subjects_in_sight(who),
        entries.subjects_in_sight(who, Permission.WRITE_ENTRIES),
        results.subjects_with_results(who),
        rounds.obligations_in_sight(who),
    )
    assert [{row.unit for row in rows} for rows in seen] == [{cast.school}] * len(seen)


def test_things_are_handed_over_for_oneself_and_for_those_below(city: City) -> None:
    person("另一位", "lingyiwei", "reviewer", city.cast.panel)
    group = {"林晓棠", "陈敏", "陈国安", "孔令", "半路"}
    school = {*group, "谢语", "黄静", "何敏仪", "沈一鸣"}

    def given(role: str) -> set[str]:
        return names(handovers.givers(city.actors[role], on=NOW.date()))

    assert given("lead/school") == given("clerk/school") == school
    assert given("officer/town") == school | {"冯志", "卢远", "赵启明"}
    assert given("lead/group") == group
    assert {role: given(role) for role in ("member/group", "workshop_leader", "reviewer")} == {
        "member/group": {"林晓棠"},
        "workshop_leader": {"陈国安"},
        "reviewer": {"邓启文"},
    }
