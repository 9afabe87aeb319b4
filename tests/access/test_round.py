"""Whose rounds, and what is owed in them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db.models import Q

from kaocheng.access import round as rounds
from kaocheng.access.actor import Actor
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Obligation, Round, Subject
from tests.access.made import adoption, entry, listed, owed, seen, task, work
from tests.cast import Cast, actor, person

LEADS_SCHOOL = Holder(How.ROLE, role="lead", kind="school")
ITSELF = Holder(How.SUBJECT)


@dataclass(frozen=True)
class Place:
    """A round of every unit on the way, of the far school and of the panel."""

    cast: Cast
    rounds: dict[str, Round]
    subjects: dict[str, Subject]

    def actor(self, name: str) -> Actor:
        if name == "nobody":
            return NOBODY
        if name == "school_workshop":
            return actor(person("坊主", "fangzhu", "workshop_leader", self.cast.school))
        return actor(getattr(self.cast, name))

    def owed(self, title: str) -> Obligation:
        return Obligation.objects.unscoped("a test").get(title=title)


@pytest.fixture
def place(cast: Cast) -> Place:
    where = {
        "市": cast.city,
        "校": cast.school,
        "组": cast.group,
        "海": cast.far_school,
        "团": cast.panel,
    }
    held = {title: work(adoption(unit, title)) for title, unit in where.items()}
    city, far = held["市"].adoption, held["海"].adoption
    about = {
        "林": listed(city, "林", cast.group, cast.teacher),
        "陈": listed(held["组"].adoption, "陈", cast.group, cast.colleague),
        "榕小": listed(city, "榕小", cast.school),
        "许": listed(city, "许", cast.far_school, cast.outsider),
        "邓": listed(city, "邓", cast.panel, cast.reviewer),
        "方": listed(city, "方", cast.city, cast.system_admin),
        "海许": listed(far, "许", cast.far_school, cast.outsider),
        "专家": listed(held["团"].adoption, "专家", cast.panel),
    }
    for name, one in about.items():
        owed(next(of for of in held.values() if of.adoption == one.adoption), name, one.unit, one)
    for title, unit in (("校无人", cast.school), ("海无人", cast.far_school)):
        owed(held["校" if unit == cast.school else "海"], title, unit)
    for number, who in (("陈报修", cast.colleague), ("方报修", cast.system_admin)):
        ticket = entry(far, number, cast.far_school, by=who)
        owed(held["海"], number, cast.far_school, ticket=ticket)
    return Place(cast, held, about)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"市"}),
        ("workshop_leader", {"市", "组"}),
        ("school_workshop", {"市", "校"}),
        ("lead", {"市", "校", "组"}),
        ("officer", {"市", "校", "组"}),
        ("city_officer", {"市", "校", "组", "海"}),
        ("far_lead", {"市", "海"}),
        ("outsider", {"市", "海"}),
        ("other_lead", set()),
        ("reviewer", {"市"}),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_rounds_are_seen_where_oneself_or_a_unit_in_reach_takes_part(
    name: str, expected: set[str], place: Place
) -> None:
    """A reviewer takes part in person: neither their panel nor who else is in it lets them in."""
    assert seen(rounds.rounds_in_sight(place.actor(name)), "title") == expected


def test_a_leader_of_a_workshop_of_the_school_takes_no_part_in_rounds_of_its_groups(
    place: Place,
) -> None:
    of_group = rounds.rounds_in_sight(place.actor("workshop_leader")).get(title="组")

    leader = place.actor("school_workshop")

    assert not rounds.rounds_in_sight(leader).filter(pk=of_group.pk).exists()
    assert seen(rounds.obligations_in_sight(leader), "title") == {"榕小", "校无人"}


def test_whoever_has_a_task_from_a_round_sees_that_round(place: Place) -> None:
    cast = place.cast
    task("评价", cast.group, "member", cast.colleague, of=place.owed("专家"))
    task("收集", cast.group, "member", cast.colleague, of=place.owed("校无人"), kind="collection")
    task("填写", cast.other_school, "lead", of=place.owed("海许"))
    task("别的", cast.other_school, "lead")
    task("自己的", cast.city, "member", cast.system_admin, of=place.owed("方"))

    def found(name: str) -> set[str]:
        return seen(rounds.rounds_in_sight(place.actor(name)), "title")

    assert found("colleague") == {"组", "团"}
    assert found("other_lead") == {"海"}
    assert found("teacher") == {"市"}
    assert found("system_admin") == set()


RUN = [
    ("lead", {"校"}),
    ("clerk", {"校"}),
    ("city_officer", {"市"}),
    ("far_lead", {"海"}),
    ("officer", set()),
    ("other_lead", set()),
    ("teacher", set()),
    ("workshop_leader", set()),
    ("reviewer", set()),
    ("system_admin", set()),
    ("nobody", set()),
]


@pytest.mark.parametrize(("name", "expected"), RUN)
def test_rounds_are_run_by_the_office_of_their_very_unit(
    name: str, expected: set[str], place: Place
) -> None:
    for state in ("draft", "replaced", "ended"):
        adoption(place.cast.school, state, state=state)
    who = place.actor(name)

    assert seen(rounds.rounds_to_run(who), "title") == expected
    assert seen(rounds.adoptions_to_run(who), "title") == expected
    assert seen(rounds.obligations_to_run(who), "round__title") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"林"}),
        ("colleague", {"陈", "陈报修"}),
        ("workshop_leader", {"林", "陈"}),
        ("lead", {"林", "陈", "榕小", "校无人"}),
        ("clerk", {"林", "陈", "榕小", "校无人"}),
        ("officer", {"林", "陈", "榕小", "校无人"}),
        ("far_lead", {"许", "海许", "海无人", "陈报修", "方报修"}),
        ("outsider", {"许", "海许"}),
        ("reviewer", {"邓"}),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_what_is_owed_is_seen_in_reach_about_oneself_and_for_ones_own_tickets(
    name: str, expected: set[str], place: Place
) -> None:
    seen_in_all = rounds.obligations_in_sight(place.actor(name))

    assert seen(seen_in_all, "title") == expected


def test_what_one_bears_a_title_for_comes_besides(place: Place) -> None:
    borne = Q(title__in=["许", "专家"])

    def found(name: str) -> set[str]:
        return seen(rounds.obligations_in_sight(place.actor(name), borne=borne), "title")

    assert found("teacher") == {"林", "许", "专家"}
    assert found("system_admin") == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lead", {"林", "榕小", "校的"}),
        ("clerk", {"林", "榕小", "校的"}),
        ("far_lead", {"许", "海的"}),
        ("other_lead", set()),
        ("teacher", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_a_title_is_borne_for_its_subjects_in_that_duty_and_period_and_for_the_own_unit(
    name: str, expected: set[str], place: Place
) -> None:
    of_city, cast = place.rounds["市"], place.cast
    owed(of_city, "校的", cast.school)
    owed(of_city, "海的", cast.far_school)
    for duty, period in (("check", ""), ("report", "2026")):
        for where, about in ((cast.group, place.subjects["林"]), (cast.school, None)):
            title = f"{where} {duty} {period}"
            owed(of_city, title, where, about, duty=duty, period=period)
    who = place.actor(name)

    condition = rounds.borne_condition(who, of_city.adoption, [("report", "", [LEADS_SCHOOL])])

    rows = Obligation.objects.within(condition).filter(round=of_city)
    assert seen(rows, "title") == expected


def test_each_duty_is_borne_by_its_own_titles(place: Place) -> None:
    of_city, cast = place.rounds["市"], place.cast
    for name in ("林", "邓"):
        one = place.subjects[name]
        owed(of_city, f"核对{name}", one.unit, one, duty="check", period="2026")
    duties = [("report", "", [LEADS_SCHOOL]), ("check", "2026", [ITSELF])]

    def found(who: Actor) -> set[str]:
        condition = rounds.borne_condition(who, of_city.adoption, duties)
        return seen(Obligation.objects.within(condition).filter(round=of_city), "title")

    assert found(actor(cast.lead)) == {"林", "榕小"}
    assert found(actor(cast.teacher)) == {"核对林"}
    assert found(actor(cast.reviewer)) == {"核对邓"}


def test_groups_of_ones_own_are_those_of_open_tasks_from_the_round(place: Place) -> None:
    of_city, cast = place.rounds["市"], place.cast
    one = place.subjects["林"]
    made = {
        title: owed(of_city, title, cast.group, one, duty=title, period="2026")
        for title in ("听课", "研修", "读书", "赛课")
    }
    task("听课", cast.group, "member", cast.teacher, of=made["听课"])
    task("研修", cast.group, "member", of=made["研修"])
    task("读书", cast.group, "member", cast.teacher, of=made["读书"], state="done")
    task("赛课", cast.group, "member", cast.teacher, of=made["赛课"], kind="notice")
    task("别处", cast.group, "member", cast.teacher, of=place.owed("陈"))
    task("旁人", cast.group, "member", cast.colleague, of=place.owed("榕小"))

    def groups(name: str, of: str) -> set[tuple[str, str]]:
        return set(rounds.own_groups(place.actor(name), place.rounds[of]))

    assert groups("teacher", "市") == {("听课", "2026"), ("研修", "2026")}
    assert groups("teacher", "组") == {("report", "")}
    assert groups("teacher", "校") == set()
    assert groups("lead", "市") == groups("nobody", "市") == set()
