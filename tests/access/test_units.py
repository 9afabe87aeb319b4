"""Whose units, appointments and tasks, who gives which roles, and one row out of many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.access import scope
from kaocheng.access import task as tasks
from kaocheng.access import unit as units
from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.roles import givable_roles
from kaocheng.queries.actor import NOBODY
from tests.access.made import seen, task
from tests.cast import Cast, actor, appoint, person

BELOW_DISTRICT = {"榕镇", "榕荫小学", "珠岸中学", "数学组"}
PANEL = "云山区研训指导团队"
OTHER_DISTRICT = {"海屿区", "海屿二小"}
EVERYTHING = {"花城市", "云山区", *BELOW_DISTRICT, *OTHER_DISTRICT, PANEL}


def who(cast: Cast, name: str) -> Actor:
    return NOBODY if name == "nobody" else actor(getattr(cast, name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("system_admin", EVERYTHING),
        ("audit_admin", EVERYTHING),
        ("city_officer", EVERYTHING),
        ("officer", {"云山区", *BELOW_DISTRICT, PANEL}),
        ("lead", {"榕荫小学", "数学组"}),
        ("teacher", {"数学组"}),
        ("reviewer", {PANEL}),
        ("nobody", set()),
    ],
)
def test_units_are_seen_below_ones_own_and_everywhere_by_administrators(
    name: str, expected: set[str], cast: Cast
) -> None:
    assert seen(scope.units(who(cast, name), Permission.SEE_UNIT), "name") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("system_admin", EVERYTHING - {"花城市"}),
        ("officer", {*BELOW_DISTRICT, PANEL}),
        ("lead", {"数学组"}),
        ("clerk", {"数学组"}),
        ("workshop_leader", set()),
        ("teacher", set()),
        ("audit_admin", set()),
        ("nobody", set()),
    ],
)
def test_units_are_reorganised_from_above_and_never_by_themselves(
    name: str, expected: set[str], cast: Cast
) -> None:
    assert seen(units.units_to_reorganise(who(cast, name)), "name") == expected


def test_appointments_are_known_of_all_times_where_the_permission_reaches(cast: Cast) -> None:
    appoint(cast.outsider, "member", cast.school, starts=-90, ends=-9)
    appoint(cast.teacher, "member", cast.far_school, starts=9)

    def known(name: str, permission: Permission = Permission.SEE_PEOPLE) -> set[str]:
        return seen(units.appointments(who(cast, name), permission), "person__name")

    school = {"林晓棠", "陈敏", "陈国安", "何敏仪", "沈一鸣", "许岚"}
    assert known("lead") == known("lead", Permission.MANAGE_PEOPLE) == school
    assert known("officer") == {*school, "赵启明", "梁卓然", "邓启文"}
    assert known("workshop_leader") == {"林晓棠", "陈敏", "陈国安"}
    assert known("far_lead") == {"许岚", "罗秋月", "林晓棠"}
    assert known("teacher") == known("reviewer") == known("nobody") == set()
    assert known("workshop_leader", Permission.MANAGE_PEOPLE) == set()


def test_one_row_is_found_within_reach_alone(cast: Cast) -> None:
    within = scope.units(actor(cast.lead), Permission.SEE_UNIT)

    assert scope.one(within, cast.group.pk) == cast.group
    assert scope.one(within, cast.school.pk) == cast.school
    for row_id in (cast.town.pk, 0):
        with pytest.raises(NotYours):
            scope.one(within, row_id)


# ── Tasks ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("teacher", {"林的", "组员的"}),
        ("colleague", {"组员的"}),
        ("workshop_leader", {"坊主的"}),
        ("lead", {"校长的", "信息员的", "校长定的"}),
        ("clerk", {"校长的", "信息员的", "沈定的"}),
        ("other_lead", {"他校的"}),
        ("officer", {"区办的", "区办定的"}),
        ("reviewer", {"专家的"}),
        ("outsider", set()),
        ("nobody", set()),
    ],
)
def test_tasks_are_ones_own_and_those_of_the_role_in_the_present_unit(
    name: str, expected: set[str], cast: Cast
) -> None:
    """Head and clerk owe together what a school owes; the head decides what follows from results.

    What a clerk owes in person, a decision too, stays theirs.
    """
    task("林的", cast.group, "member", cast.teacher)
    task("组员的", cast.group, "member")
    task("坊主的", cast.group, "workshop_leader")
    task("校长的", cast.school, "lead")
    task("信息员的", cast.school, "clerk")
    task("校长定的", cast.school, "lead", kind="consequence")
    task("沈定的", cast.school, "clerk", cast.clerk, kind="consequence")
    task("他校的", cast.other_school, "lead")
    task("区办的", cast.district, "officer")
    task("区办定的", cast.district, "officer", kind="consequence")
    task("专家的", cast.panel, "reviewer")

    assert seen(tasks.own_tasks(who(cast, name)), "title") == expected


def test_whoever_holds_nothing_today_keeps_what_they_owe_in_person(cast: Cast) -> None:
    task("林的", cast.group, "member", cast.teacher)
    task("组员的", cast.group, "member")

    without = replace(actor(cast.teacher), held=None)

    assert seen(tasks.own_tasks(without), "title") == {"林的"}


def test_tasks_below_are_chased_by_heads_and_offices(cast: Cast) -> None:
    task("组员的", cast.group, "member")
    task("校长的", cast.school, "lead")
    task("海二的", cast.far_school, "lead")
    chased = {
        name: seen(tasks.tasks_below(who(cast, name)), "title")
        for name in ("lead", "clerk", "officer", "far_lead", "workshop_leader")
    }

    school = {"组员的", "校长的"}
    assert chased == {
        "lead": school,
        "clerk": school,
        "officer": school,
        "far_lead": {"海二的"},
        "workshop_leader": {"组员的"},
    }
    for name in ("teacher", "reviewer", "system_admin", "nobody"):
        assert not tasks.tasks_below(who(cast, name)).exists()


# ── Roles ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "in_school", "in_group"),
    [
        ("officer", "member workshop_leader lead clerk", "member workshop_leader lead"),
        ("lead", "member workshop_leader lead clerk", "member workshop_leader lead"),
        ("clerk", "member workshop_leader", "member workshop_leader lead"),
        ("workshop_leader", "", ""),
        ("teacher", "", ""),
        ("system_admin", "", ""),
        ("security_admin", "", ""),
        ("nobody", "", ""),
    ],
)
def test_roles_are_given_from_above_and_in_the_own_unit_no_more_than_one_holds(
    name: str, in_school: str, in_group: str, cast: Cast
) -> None:
    giver = who(cast, name)

    def given(kind: str, path: str) -> str:
        return " ".join(givable_roles(giver, unit_kind=kind, unit_path=path))

    assert given("school", cast.school.path) == in_school
    assert given("group", cast.group.path) == in_group


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("lead", ("lead", "clerk", "member")),
        ("officer", ("officer", "clerk", "member")),
        ("clerk", ("member",)),
        ("member", ()),
    ],
)
def test_nobody_in_an_office_appoints_themselves_to_more(
    role: str, expected: tuple[str, ...], cast: Cast
) -> None:
    giver = actor(person("新人", "xinren", role, cast.district))

    given = givable_roles(giver, unit_kind="district", unit_path=cast.district.path)

    assert given == expected
