"""Units change on a day, in their place, and leave what was before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.unit import add_unit, close_unit, move_unit, rename_unit
from kaocheng.actions.unit_past import bad_day
from kaocheng.queries.unit import unit_as_of
from kaocheng.records.models import AuditRow, Unit, UnitPast
from tests.cast import Cast, by

TODAY = date(2026, 11, 27)
LAST_WEEK = TODAY - timedelta(days=7)


def kept(unit: Unit) -> Unit:
    return Unit.objects.unscoped("a test looks").get(pk=unit.pk)


def past(unit: Unit) -> list[tuple[str, str, str]]:
    return [
        (row.name, str(row.starts_on), str(row.ends_on or ""))
        for row in UnitPast.objects.filter(unit=unit).order_by("starts_on")
    ]


def test_group_is_added_under_the_own_school(cast: Cast) -> None:
    answer = add_unit(
        by(cast.clerk), above_id=cast.school.pk, kind="group", name="语文组", on=LAST_WEEK
    )

    made = Unit.objects.unscoped("a test looks").get(pk=answer.id)
    assert (made.name, made.pinyin, made.path) == (
        "语文组",
        "yu3 wen2 zu3",
        f"{cast.school.path}{made.pk:012d}/",
    )
    assert past(made) == [("语文组", "2026-11-20", "")]
    assert AuditRow.objects.get().changes["name"] == "语文组"


def test_panel_is_kept_by_the_district_and_stands_outside_the_tree(cast: Cast) -> None:
    answer = add_unit(
        by(cast.officer), above_id=cast.district.pk, kind="panel", name="抽查组", on=TODAY
    )

    made = Unit.objects.unscoped("a test looks").get(pk=answer.id)
    assert (made.parent_id, made.keeper_id, made.path) == (
        None,
        cast.district.pk,
        f"{made.pk:012d}/",
    )


@pytest.mark.parametrize("kind", ["district", "town", "city", "company"])
def test_w40_kind_that_does_not_belong_there_is_refused(cast: Cast, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        add_unit(by(cast.lead), above_id=cast.school.pk, kind=kind, name="新", on=TODAY)

    assert refused.value.message_id == "W40"
    assert "榕荫小学下面不能设" in str(refused.value)
    words = str(Refused("W40", above="榕荫小学", kind="镇"))
    assert words == "榕荫小学下面不能设镇。"
    assert not Unit.objects.unscoped("a test looks").filter(name="新").exists()


def test_top_of_the_tree_is_for_the_system_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        add_unit(by(cast.city_officer), above_id=None, kind="city", name="又一市", on=TODAY)

    answer = add_unit(by(cast.system_admin), above_id=None, kind="city", name="又一市", on=TODAY)

    assert Unit.objects.unscoped("a test looks").get(pk=answer.id).parent_id is None


def test_w42_second_open_unit_of_a_name_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        add_unit(by(cast.lead), above_id=cast.school.pk, kind="group", name="数学组", on=TODAY)

    assert str(refused.value) == "这里已经有一个“数学组”。"


def test_rename_keeps_the_old_name_up_to_its_day(cast: Cast) -> None:
    rename_unit(
        by(cast.officer), unit_id=cast.school.pk, name="榕荫实验小学", code="44010001", on=LAST_WEEK
    )

    school = kept(cast.school)
    assert (school.name, school.code, school.pinyin.split()[0]) == (
        "榕荫实验小学",
        "44010001",
        "rong2",
    )
    assert past(school) == [
        ("榕荫小学", "2000-09-01", "2026-11-20"),
        ("榕荫实验小学", "2026-11-20", ""),
    ]
    before = unit_as_of(school.pk, LAST_WEEK - timedelta(days=1))
    after = unit_as_of(school.pk, LAST_WEEK)
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("榕荫小学", "榕荫实验小学")
    assert unit_as_of(school.pk, date(1999, 1, 1)) is None


def test_second_rename_of_a_day_takes_the_place_of_the_first(cast: Cast) -> None:
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="甲校", on=TODAY)
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="乙校", on=TODAY)

    assert past(cast.school) == [
        ("榕荫小学", "2000-09-01", "2026-11-27"),
        ("乙校", "2026-11-27", ""),
    ]


def test_lead_does_not_rename_the_own_school_nor_another(cast: Cast) -> None:
    for school in (cast.school, cast.other_school, cast.far_school):
        with pytest.raises(NotYours):
            rename_unit(by(cast.lead), unit_id=school.pk, name="改名", on=TODAY)

    assert not Unit.objects.unscoped("a test looks").filter(name="改名").exists()


def test_w45_day_before_the_last_change_or_to_come_is_refused(cast: Cast) -> None:
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="甲校", on=LAST_WEEK)

    for day in (LAST_WEEK - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            rename_unit(by(cast.officer), unit_id=cast.school.pk, name="乙校", on=day)
        assert refused.value.message_id == "W45"
    words = str(bad_day(date(2026, 9, 1), first=date(2026, 9, 2), last=TODAY))
    assert words == "日期 2026-09-01 不行：应当不早于 2026-09-02、不晚于 2026-11-27。"
    assert kept(cast.school).name == "甲校"


def test_stale_rename_shows_the_name_that_stands_there(cast: Cast) -> None:
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="甲校", on=TODAY, version=1)

    with pytest.raises(Stale) as stale:
        rename_unit(by(cast.city_officer), unit_id=cast.school.pk, name="乙校", on=TODAY, version=1)

    assert stale.value.theirs["name"] == "甲校"
    assert stale.value.values["who"] == "梁卓然"


def test_code_of_another_unit_is_refused_beside_its_field(cast: Cast) -> None:
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="榕荫小学", code="4401", on=TODAY)

    with pytest.raises(Invalid) as invalid:
        add_unit(
            by(cast.officer),
            above_id=cast.town.pk,
            kind="school",
            name="新校",
            code="4401",
            on=TODAY,
        )

    assert [str(one) for one in invalid.value.problems.values()] == [
        "这个机构代码已经登记过了，不能重复。"
    ]


def test_move_takes_the_whole_subtree_along_and_remembers_where_it_was(cast: Cast) -> None:
    move_unit(
        by(cast.city_officer), unit_id=cast.town.pk, above_id=cast.other_district.pk, on=LAST_WEEK
    )

    town, school, group = kept(cast.town), kept(cast.school), kept(cast.group)
    assert town.path == f"{cast.other_district.path}{town.pk:012d}/"
    assert school.path == f"{town.path}{school.pk:012d}/"
    assert group.path == f"{school.path}{group.pk:012d}/"
    before = unit_as_of(group.pk, LAST_WEEK - timedelta(days=1))
    now = unit_as_of(group.pk, TODAY)
    assert before is not None
    assert now is not None
    assert (before.path, now.path) == (cast.group.path, group.path)
    assert kept(cast.far_school).path == cast.far_school.path


def test_moved_school_is_seen_from_its_new_district_only(cast: Cast) -> None:
    move_unit(
        by(cast.city_officer), unit_id=cast.school.pk, above_id=cast.other_district.pk, on=TODAY
    )

    with pytest.raises(NotYours):
        rename_unit(by(cast.officer), unit_id=cast.school.pk, name="改名", on=TODAY)
    assert kept(cast.school).name == "榕荫小学"


def test_w41_unit_cannot_stand_below_itself(cast: Cast) -> None:
    department = Unit.objects.unscoped("a test looks").get(
        pk=add_unit(
            by(cast.officer), above_id=cast.school.pk, kind="department", name="教务处", on=TODAY
        ).id
    )
    lower = add_unit(
        by(cast.officer), above_id=department.pk, kind="department", name="考务室", on=TODAY
    )

    with pytest.raises(Refused) as refused:
        move_unit(by(cast.officer), unit_id=department.pk, above_id=int(lower.id), on=TODAY)

    assert str(refused.value) == "不能把“教务处”放到它自己或它的下级单位里。"
    assert kept(department).path == department.path


def test_w44_unit_with_people_is_not_closed(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        close_unit(by(cast.officer), unit_id=cast.school.pk, on=TODAY)

    assert str(refused.value) == "“榕荫小学”还有 5 人任职、1 个下级单位，不能撤销。"
    assert kept(cast.school).closes_on is None


def test_w43_closed_unit_is_not_changed_any_more(cast: Cast) -> None:
    empty = int(
        add_unit(
            by(cast.officer), above_id=cast.town.pk, kind="school", name="空校", on=LAST_WEEK
        ).id
    )
    close_unit(by(cast.officer), unit_id=empty, on=TODAY, reason="撤点并校")

    with pytest.raises(Refused) as refused:
        rename_unit(by(cast.officer), unit_id=empty, name="改名", on=TODAY)

    assert str(refused.value) == "“空校”已于 2026-11-27 撤并，不能再改。"
    assert unit_as_of(empty, LAST_WEEK) is not None
    assert unit_as_of(empty, TODAY) is None


def test_name_of_a_closed_unit_is_free_again(cast: Cast) -> None:
    ask: dict[str, Any] = {"above_id": cast.town.pk, "kind": "school", "name": "空校", "on": TODAY}
    close_unit(by(cast.officer), unit_id=int(add_unit(by(cast.officer), **ask).id), on=TODAY)

    again = add_unit(by(cast.officer), **ask)

    assert kept(Unit(pk=int(again.id))).is_open
