"""Schools merge without losing what was; the same day it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.unit import rename_unit
from kaocheng.actions.unit_merger import merge_units, split_group, undo_merger
from kaocheng.queries.unit import unit_as_of
from kaocheng.records.models import Appointment, AuditRow, Unit, UnitPast
from tests.cast import NOW, Cast, by, person, unit

TODAY = date(2026, 11, 27)
YESTERDAY = TODAY - timedelta(days=1)
Line = tuple[str, str, str, str, str]


def appointments() -> list[Line]:
    rows = Appointment.objects.unscoped("a test looks").select_related("person", "unit")
    return sorted(
        (row.person.name, row.role, row.unit.name, str(row.starts_on), str(row.ends_on or ""))
        for row in rows
    )


def tree() -> dict[str, tuple[str, str]]:
    rows = Unit.objects.unscoped("a test looks").select_related("parent")
    return {
        f"{row.name}#{row.pk}": (row.parent.name if row.parent else "", str(row.closes_on or ""))
        for row in rows
    }


def paths() -> dict[int, str]:
    return {row.pk: row.path for row in Unit.objects.unscoped("a test looks")}


def test_merger_ends_appointments_here_and_starts_them_there_on_the_day(cast: Cast) -> None:
    merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=cast.other_school.pk, on=TODAY)

    lines = appointments()
    assert ("何敏仪", "lead", "榕荫小学", "2020-09-01", "2026-11-27") in lines
    assert ("何敏仪", "lead", "珠岸中学", "2026-11-27", "") in lines
    assert ("林晓棠", "member", "数学组", "2020-09-01", "") in lines
    assert ("赵启明", "lead", "珠岸中学", "2020-09-01", "") in lines


def test_merged_school_is_closed_under_the_other_and_readable_as_of(cast: Cast) -> None:
    merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=cast.other_school.pk, on=TODAY)

    school = Unit.objects.unscoped("a test looks").get(pk=cast.school.pk)
    assert (school.closes_on, school.merged_into_id, school.path) == (
        TODAY,
        cast.other_school.pk,
        f"{cast.other_school.path}{school.pk:012d}/",
    )
    group = Unit.objects.unscoped("a test looks").get(pk=cast.group.pk)
    assert group.path == f"{cast.other_school.path}{group.pk:012d}/"
    before = unit_as_of(school.pk, YESTERDAY)
    assert before is not None
    assert (before.name, before.path) == ("榕荫小学", cast.school.path)
    assert unit_as_of(school.pk, TODAY) is None
    group_before = unit_as_of(group.pk, YESTERDAY)
    assert group_before is not None
    assert group_before.path == cast.group.path


def test_groups_of_one_name_become_one(cast: Cast) -> None:
    twin = unit("数学组", "group", cast.other_school)
    person("马一", "mayi", "member", twin)

    merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=cast.other_school.pk, on=TODAY)

    group = Unit.objects.unscoped("a test looks").get(pk=cast.group.pk)
    assert (group.closes_on, group.merged_into_id) == (TODAY, twin.pk)
    members = Appointment.objects.unscoped("a test looks").filter(unit=twin, ends_on=None)
    assert sorted(row.person.name for row in members) == ["林晓棠", "陈国安", "陈敏", "马一"]


def test_merger_of_the_day_is_taken_back_wholly(cast: Cast) -> None:
    twin = unit("数学组", "group", cast.other_school)
    unit("语文组", "group", cast.school)
    person("赵启明二", "zhao2", "lead", cast.other_school)
    Appointment(
        person=cast.lead, role="lead", unit=cast.other_school, starts_on=date(2025, 9, 1)
    ).save()
    Appointment(person=cast.clerk, role="lead", unit=cast.school, starts_on=date(2027, 9, 1)).save()
    before = appointments(), tree(), paths()
    assert twin.is_open

    merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=cast.other_school.pk, on=TODAY)
    assert (appointments(), tree(), paths()) != before
    undo_merger(by(cast.officer), unit_id=cast.school.pk)

    assert (appointments(), tree(), paths()) == before
    now = unit_as_of(cast.group.pk, TODAY)
    assert now is not None
    assert now.path == cast.group.path
    presents = UnitPast.objects.filter(unit__in=[cast.school, cast.group], ends_on=None)
    assert presents.count() == 2
    assert AuditRow.objects.latest("id").action == "unit.unmerge"


def test_w46_merger_is_not_taken_back_the_next_day_or_after_a_change(cast: Cast) -> None:
    merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=cast.other_school.pk, on=TODAY)

    tomorrow = replace(by(cast.officer), at=NOW + timedelta(days=1))
    with pytest.raises(Refused) as late:
        undo_merger(tomorrow, unit_id=cast.school.pk)
    rename_unit(by(cast.officer), unit_id=cast.group.pk, name="理科组", on=TODAY)
    with pytest.raises(Refused) as changed:
        undo_merger(by(cast.officer), unit_id=cast.school.pk)

    for refused in (late, changed):
        assert str(refused.value) == "合并只能在办理的当天撤回，而且之后没有再改过。"
    assert Unit.objects.unscoped("a test looks").get(pk=cast.school.pk).merged_into_id is not None


def test_neither_lead_merges_the_schools_nor_takes_it_back(cast: Cast) -> None:
    ask: dict[str, Any] = {"unit_id": cast.school.pk, "into_id": cast.other_school.pk, "on": TODAY}
    for lead in (cast.lead, cast.other_lead):
        with pytest.raises(NotYours):
            merge_units(by(lead), **ask)
    merge_units(by(cast.officer), **ask)

    with pytest.raises(NotYours):
        undo_merger(by(cast.other_lead), unit_id=cast.school.pk)

    assert Unit.objects.unscoped("a test looks").get(pk=cast.school.pk).merged_into_id is not None


def test_school_does_not_merge_into_a_group_or_into_itself(cast: Cast) -> None:
    for into, message in ((cast.group, "W41"), (cast.school, "W41"), (cast.town, "W41")):
        with pytest.raises(Refused) as refused:
            merge_units(by(cast.officer), unit_id=cast.school.pk, into_id=into.pk, on=TODAY)
        assert refused.value.message_id == message


def test_group_is_split_with_the_chosen_people(cast: Cast) -> None:
    answer = split_group(
        by(cast.lead),
        unit_id=cast.group.pk,
        name="数学二组",
        people=[cast.colleague.pk],
        on=TODAY,
    )

    lines = appointments()
    assert ("陈敏", "member", "数学组", "2020-09-01", "2026-11-27") in lines
    assert ("陈敏", "member", "数学二组", "2026-11-27", "") in lines
    assert ("林晓棠", "member", "数学组", "2020-09-01", "") in lines
    new = Unit.objects.unscoped("a test looks").get(pk=answer.id)
    assert (new.path, new.kind) == (f"{cast.school.path}{new.pk:012d}/", "group")
