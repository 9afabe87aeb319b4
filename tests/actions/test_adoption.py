"""Adopting a scheme: from the library to approval, each way out once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.adoption import (
    approve_adoption,
    choose_sheets,
    discard_adoption,
    name_holders,
    set_dates,
    settle_adoption,
    start_adoption,
)
from kaocheng.actions.adoption_end import end_adoption
from kaocheng.actions.adoption_periods import set_periods
from kaocheng.actions.adoption_roster import empty_roster, fill_roster, list_roster
from kaocheng.methods.holders import OUTSIDE, Holder, How
from kaocheng.queries.adopted import adopted, example_tables
from kaocheng.queries.adoption import open_parameters, settled_words
from kaocheng.queries.adoption_check import checked
from kaocheng.queries.adoption_rows import lacking
from kaocheng.records.models import Adoption, AuditRow, Person, RegisterRevision, Subject
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.scheme import AdoptionState
from tests.adopting import adopt, open_round
from tests.cast import Cast, by, unit

S2, APPRAISAL = "s2-guangzhou", "s0.4-appraisal"


def start(who: Person, pack: str) -> Adoption:
    answer = start_adoption(by(who), folder=settings.SCHEMES / pack)
    return again(int(answer.id))


def again(adoption_id: int) -> Adoption:
    rows = Adoption.objects.unscoped("a test").select_related("unit", "scheme")
    return rows.get(pk=adoption_id)


def lines_of(adoption: Adoption, table: str) -> list[list[str]]:
    """A table of the scheme's own example, the headings first."""
    found = example_tables(adoption.scheme)[table]
    return [list(found.header), *(list(row.cells) for row in found.rows)]


def subjects(adoption: Adoption, roster: str) -> dict[str, Subject]:
    rows = Subject.objects.unscoped("a test").filter(adoption=adoption, roster=roster)
    return {one.key: one for one in rows.select_related("unit", "person")}


def settle(who: Person, adoption: Adoption, **more: str) -> Adoption:
    """With the parameters of the scheme's example, and more."""
    plain = {row[0]: row[1] for row in lines_of(adoption, "parameters")[1:]}
    tables = {
        name: lines_of(adoption, name)
        for name, one in adopted(adoption).pack.parameters.items()
        if one.type == "table"
    }
    settle_adoption(
        by(who),
        adoption_id=adoption.pk,
        version=adoption.version,
        parameters={**plain, **tables, **more},
    )
    return again(adoption.pk)


def complete(who: Person, adoption: Adoption) -> Adoption:
    """With a value in every required field that the directory did not know, by a pasted table."""
    plain = {"boolean": "否", "date": "2000-09-01"}
    for roster in adopted(adoption).rosters:
        rows = subjects(adoption, roster.id)
        lacks = dict(lacking(roster, [one.values for one in rows.values()]))
        fields = [one for one in roster.fields.values() if one.title in lacks]
        known = {one.type: next(iter(subjects(adoption, one.type)), "无") for one in fields}
        cells = [[*one.values, plain.get(one.type, known[one.type])][0] for one in fields]
        head = [roster.fields[roster.key].title, *(one.title for one in fields)]
        if fields:
            lines = [head, *([key, *cells] for key in rows)]
            list_roster(by(who), adoption_id=adoption.pk, roster=roster.id, lines=lines)
    return again(adoption.pk)


def told(problem: pytest.ExceptionInfo[Invalid]) -> Mapping[str, str]:
    return {name: one.message_id for name, one in problem.value.problems.items()}


# From nothing to approved


def test_a_city_adopts_a_scheme_for_its_schools_through_the_actions_alone(cast: Cast) -> None:
    officer = cast.city_officer
    adoption = start(officer, S2)
    assert adoption.state == AdoptionState.DRAFT
    assert adoption.sources["school"] == {"from": "units", "kind": "school"}
    assert adoption.sources["guide"] == {"from": "people", "roles": ["reviewer"]}
    assert {one.id for one in checked(adopted(adoption)).must} == {
        "K08",
        "L04",
        "L05",
        "L25",
    }

    adoption = settle(officer, adoption)
    for roster in ("district", "school", "guide"):
        fill_roster(
            by(officer), adoption_id=adoption.pk, roster=roster, source=adoption.sources[roster]
        )
    adoption = complete(officer, again(adoption.pk))
    approve_adoption(by(officer), adoption_id=adoption.pk, version=adoption.version)

    adoption = again(adoption.pk)
    assert adoption.state == AdoptionState.IN_FORCE
    assert adoption.approved_by == officer
    school = subjects(adoption, "school")[f"U{cast.school.pk}"]
    assert (school.name, school.unit, school.person) == ("榕荫小学", cast.school, None)
    assert school.values["district"] == f"U{cast.district.pk}"
    assert school.values["founded_on"] == "2000-09-01"
    guide = subjects(adoption, "guide")["T-dengqiwen"]
    assert (guide.person, guide.unit) == (cast.reviewer, cast.district)


def test_roster_that_the_scheme_does_not_have_is_not_filled(cast: Cast) -> None:
    adoption = start(cast.lead, APPRAISAL)

    for roster in ("nothing", "plan"):
        with pytest.raises(NotYours):
            empty_roster(by(cast.lead), adoption_id=adoption.pk, roster=roster)


def test_a_school_adopts_a_scheme_for_its_people_through_the_actions_alone(cast: Cast) -> None:
    unit("教导处", "department", cast.school)
    adoption = start(cast.lead, APPRAISAL)
    assert [row[1] for row in adoption.periods] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026"]

    adoption = settle(cast.lead, adoption, downgrade_levels="1", fiscal_year_month="1")
    for roster in ("department", "employee"):
        fill_roster(
            by(cast.lead), adoption_id=adoption.pk, roster=roster, source=adoption.sources[roster]
        )
    adoption = complete(cast.lead, again(adoption.pk))
    approve_adoption(by(cast.lead), adoption_id=adoption.pk, version=adoption.version)

    assert again(adoption.pk).state == AdoptionState.IN_FORCE
    assert set(subjects(adoption, "employee")) == {"T-linxiaotang", "T-chenmin", "T-chenguoan"}
    assert adopted(again(adoption.pk)).parameters["downgrade_levels"] == 1


# Starting


def test_k01_a_scheme_with_an_error_is_not_adopted(cast: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(settings.SCHEMES / S2, folder)
    scheme = folder / "scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("of: school", "of: nowhere"), "utf-8")

    with pytest.raises(Refused) as problem:
        start_adoption(by(cast.city_officer), folder=folder)

    assert problem.value.message_id == "K01"
    assert re.fullmatch(r"这份方案有 \d+ 处错误，不能采用：.+", str(problem.value))


def test_k02_a_unit_adopts_a_scheme_once_at_a_time(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    with pytest.raises(Refused) as problem:
        start_adoption(by(cast.city_officer), folder=settings.SCHEMES / S2)

    assert str(problem.value) == (f"本单位已经采用了这份方案：“{adoption.title}”，现在是“准备中”。")
    assert start(cast.officer, S2).unit == cast.district


def test_who_may_not_adopt_does_not(cast: Cast) -> None:
    for who in (cast.teacher, cast.workshop_leader, cast.reviewer, cast.system_admin):
        with pytest.raises(NotAllowed):
            start_adoption(by(who), folder=settings.SCHEMES / S2)


# Settling


def test_parameters_are_checked_by_the_engine_each_where_it_stands(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    table = lines_of(adoption, "indicators")
    table[2][2] = "很多"

    with pytest.raises(Invalid) as problem:
        settle_adoption(
            by(cast.city_officer),
            adoption_id=adoption.pk,
            version=1,
            parameters={"pass_line": "101", "founded_after": "去年", "indicators": table},
        )

    assert told(problem) == {"pass_line": "F45", "founded_after": "F43", "indicators/3/3": "F43"}
    assert again(adoption.pk).parameters == {}


def test_k06_an_unknown_parameter_is_told(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    with pytest.raises(Invalid) as problem:
        settle_adoption(
            by(cast.city_officer), adoption_id=adoption.pk, version=1, parameters={"luck": "7"}
        )

    assert str(problem.value.problems["luck"]) == "方案里没有“luck”，没有写入。"


def test_a_default_is_kept_only_where_it_had_to_be_confirmed(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    settle_adoption(
        by(cast.city_officer),
        adoption_id=adoption.pk,
        version=1,
        parameters={"pass_line": "60", "gap_line": "10"},
    )
    assert again(adoption.pk).parameters == {"pass_line": "60"}

    settle_adoption(
        by(cast.city_officer), adoption_id=adoption.pk, version=2, parameters={"pass_line": ""}
    )
    assert again(adoption.pk).parameters == {}


def test_who_comes_second_is_shown_what_stands_there(cast: Cast) -> None:
    adoption = start(cast.lead, APPRAISAL)
    values = {"downgrade_levels": "2"}
    settle_adoption(by(cast.lead), adoption_id=adoption.pk, version=1, parameters=values)

    with pytest.raises(Stale) as problem:
        settle_adoption(by(cast.clerk), adoption_id=adoption.pk, version=1, parameters=values)

    assert problem.value.theirs["parameters"] == values


def test_k03_what_is_in_force_is_not_simply_changed(cast: Cast) -> None:
    adoption = adopt(S2, cast.city).adoption

    with pytest.raises(Refused) as problem:
        settle_adoption(
            by(cast.city_officer), adoption_id=adoption.pk, version=1, parameters={"pass_line": "1"}
        )

    assert str(problem.value) == f"“{adoption.title}”现在是“施行中”，不能直接改，没有写入。"


def test_nobody_of_another_unit_settles_it(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    for who in (cast.officer, cast.lead):
        with pytest.raises(NotYours):
            settle_adoption(by(who), adoption_id=adoption.pk, version=1, parameters={})


# Who is who


def test_titles_get_holders(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    panel = Holder(How.PANEL, panel=cast.panel.pk)

    name_holders(
        by(cast.city_officer), adoption_id=adoption.pk, version=1, holders={"区工程办": [OUTSIDE]}
    )

    assert adopted(again(adoption.pk)).holders("区工程办") == (OUTSIDE,)
    with pytest.raises(Invalid) as problem:
        name_holders(
            by(cast.city_officer), adoption_id=adoption.pk, version=2, holders={"区工程办": [panel]}
        )
    assert told(problem) == {"区工程办": "K14"}


def test_k14_a_holder_that_is_not_offered_is_refused(cast: Cast) -> None:
    adoption = start(cast.officer, S2)
    own = Holder(How.PANEL, panel=cast.panel.pk)
    name_holders(by(cast.officer), adoption_id=adoption.pk, version=1, holders={"市工程办": [own]})
    wrong = Holder(How.FIELD, field="luck")

    with pytest.raises(Invalid) as problem:
        name_holders(
            by(cast.officer), adoption_id=adoption.pk, version=2, holders={"市工程办": [wrong]}
        )

    assert str(problem.value.problems["市工程办"]) == "“市工程办”选的人不在可选的范围里。"


def test_k07_a_title_without_holder_is_told(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    name_holders(
        by(cast.city_officer), adoption_id=adoption.pk, version=1, holders={"区工程办": []}
    )

    found = [one for one in checked(adopted(again(adoption.pk))).must if one.id == "K07"]
    assert [one.reason() for one in found] == ["“区工程办”是谁，还没有写明。"]


# Days and periods


def test_steps_are_moved_and_what_hangs_on_them_moves_along(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    days = {"self_assessment.from": "2026-11-02", "self_assessment.to": "2026-12-04"}
    set_dates(by(cast.city_officer), adoption_id=adoption.pk, version=1, days=days)

    assert again(adoption.pk).dates == days
    set_dates(
        by(cast.city_officer),
        adoption_id=adoption.pk,
        version=2,
        days={"self_assessment.from": "", "self_assessment.to": ""},
    )
    assert again(adoption.pk).dates == {}


def test_k10_a_day_that_cannot_be_read_is_told(cast: Cast) -> None:
    assert said_of_days(cast, {"district.to": "下周"}) == {
        "district.to": "“（二）区级考核”的日期“下周”读不出来。"
    }


def test_k11_a_step_does_not_end_before_it_begins(cast: Cast) -> None:
    assert said_of_days(cast, {"district.to": "2023-12-01"}) == {
        "district.to": "“（二）区级考核”从 2023-12-07 开始，却到 2023-12-01 为止，前后颠倒。"
    }


def said_of_days(cast: Cast, days: Mapping[str, str]) -> dict[str, str]:
    adoption = start(cast.city_officer, S2)
    with pytest.raises(Invalid) as problem:
        set_dates(by(cast.city_officer), adoption_id=adoption.pk, version=1, days=days)
    return {name: str(one) for name, one in problem.value.problems.items()}


def test_periods_are_checked_row_by_row(cast: Cast) -> None:
    adoption = start(cast.lead, APPRAISAL)
    rows = [
        ["quarter", "Q1", "一季度", "2026-01-01", "2026-03-31"],
        ["quarter", "Q2", "二季度", "2026-06-30", "2026-04-01"],
        ["", "", "", "", ""],
    ]

    with pytest.raises(Invalid) as problem:
        set_periods(by(cast.lead), adoption_id=adoption.pk, version=1, rows=rows)

    assert told(problem) == {"2": "F50"}
    set_periods(by(cast.lead), adoption_id=adoption.pk, version=1, rows=rows[:1])
    assert again(adoption.pk).periods == rows[:1]


def test_k09_a_kind_of_period_without_days_is_told(cast: Cast) -> None:
    adoption = start(cast.lead, APPRAISAL)
    set_periods(by(cast.lead), adoption_id=adoption.pk, version=1, rows=adoption.periods[:4])

    found = [one for one in checked(adopted(again(adoption.pk))).must if one.id == "K09"]

    assert [one.reason() for one in found] == ["还没有“考核年度”的起止日期。"]


# Rosters


def test_k08_an_empty_roster_is_told(cast: Cast) -> None:
    found = [one for one in checked(adopted(start(cast.city_officer, S2))).must if one.id == "K08"]

    assert [one.reason() for one in found] == [
        "名册“区”还是空的，算不出任何结果。",
        "名册“学校”还是空的，算不出任何结果。",
        "名册“研训指导教师”还是空的，算不出任何结果。",
    ]


def test_a_roster_says_what_the_directory_does_not_know(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    answer = fill_roster(
        by(cast.city_officer),
        adoption_id=adoption.pk,
        roster="school",
        source={"from": "units", "kind": "school"},
    )

    assert answer.values == {
        "count": 3,
        "lacking": [["所在区", 3], ["市直属学校", 3], ["第一轮考核结果", 3]],
    }
    revision = RegisterRevision.objects.get(register="school", unit=cast.school)
    assert revision.revision == 1


def test_filling_again_keeps_what_was_filled_in_and_marks_who_left(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    officer, source = by(cast.city_officer), {"from": "units", "kind": "school"}
    fill_roster(officer, adoption_id=adoption.pk, roster="school", source=source)
    lines = [
        ["学校编号", "所在区", "市直属学校", "第一轮考核结果"],
        [f"U{cast.school.pk}", "", "是", "未参加"],
    ]
    with pytest.raises(Invalid) as problem:
        list_roster(officer, adoption_id=adoption.pk, roster="school", lines=lines)
    assert told(problem) == {"2/2": "F47"}
    districts = {"from": "units", "kind": "district"}
    fill_roster(officer, adoption_id=adoption.pk, roster="district", source=districts)
    lines[1][1] = f"U{cast.district.pk}"
    list_roster(officer, adoption_id=adoption.pk, roster="school", lines=lines)
    closed = cast.other_school
    closed.closes_on = date(2026, 9, 1)
    closed.save()

    answer = fill_roster(officer, adoption_id=adoption.pk, roster="school", source=source)

    assert answer.values["count"] == 2
    after = subjects(adoption, "school")
    kept = after[f"U{cast.school.pk}"]
    assert kept.values["city_direct"] == "是"
    assert (kept.name, kept.values["founded_on"]) == ("榕荫小学", "2000-09-01")
    assert after[f"U{closed.pk}"].has_left


def test_a_pasted_table_is_linked_to_the_units_and_people_it_names(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    officer = by(cast.city_officer)
    districts = [["区编号", "区名"], ["YS", "云山区"]]
    schools = [
        ["学校编号", "校名", "所在区", "市直属学校", "成立日期", "第一轮考核结果"],
        ["YS01", "榕荫小学", "YS", "否", "2000-09-01", "未参加"],
        ["YS02", "没有这所", "YS", "否", "2000-09-01", "未参加"],
    ]
    guides = [["编号", "姓名", "在市工程办遴选公示名单上"], ["G1", "邓启文", "是"]]

    for roster, lines in (("district", districts), ("school", schools), ("guide", guides)):
        list_roster(officer, adoption_id=adoption.pk, roster=roster, lines=lines)

    listed = subjects(adoption, "school")
    assert listed["YS01"].unit == cast.school
    assert listed["YS02"].unit == cast.district
    assert subjects(adoption, "guide")["G1"].person == cast.reviewer


def test_a_pasted_column_leaves_everybody_in_the_unit_they_stand_for(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    officer = by(cast.city_officer)
    reviewers = {"from": "people", "roles": ["reviewer"]}
    fill_roster(officer, adoption_id=adoption.pk, roster="guide", source=reviewers)
    [(key, before)] = subjects(adoption, "guide").items()
    lines = [["编号", "在市工程办遴选公示名单上"], [key, "是"]]

    list_roster(officer, adoption_id=adoption.pk, roster="guide", lines=lines)

    after = subjects(adoption, "guide")[key]
    assert (before.unit, before.values.get("on_city_list")) == (cast.panel.keeper, None)
    assert (after.unit, after.values["on_city_list"]) == (cast.panel.keeper, "是")


def test_every_wrong_cell_of_a_pasted_table_is_told_and_nothing_is_written(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    lines = [
        ["学校编号", "校名", "所在区", "市直属学校", "成立日期", "第一轮考核结果"],
        ["1", "榕荫小学", "没有", "也许", "2000-09-01", "未参加"],
        ["1", "", "没有", "否", "2000-09-01", "很好"],
    ]

    with pytest.raises(Invalid) as problem:
        list_roster(by(cast.city_officer), adoption_id=adoption.pk, roster="school", lines=lines)

    assert told(problem) == {
        "2/3": "F49",
        "2/4": "F43",
        "3/3": "F49",
        "3/1": "F48",
        "3/2": "F47",
        "3/6": "F44",
    }
    assert subjects(adoption, "school") == {}


def listed_school(cast: Cast, adoption: Adoption) -> list[list[str]]:
    """A pilot school in the roster, and the headings and cells that name its pilot's result."""
    officer = by(cast.city_officer)
    head = ["学校编号", "校名", "所在区", "市直属学校", "成立日期", "第一轮考核结果"]
    row = ["YS01", "榕荫小学", "YS", "否", "2000-09-01", "未参加"]
    for roster, lines in (
        ("district", [["区编号", "区名"], ["YS", "云山区"]]),
        ("school", [[*head, "试点校级别", "试点校绩效考核结果"], [*row, "市级", "合格"]]),
    ):
        list_roster(officer, adoption_id=adoption.pk, roster=roster, lines=lines)
    return [["学校编号", "试点校级别", "试点校绩效考核结果"], ["YS01", "省级", ""]]


@pytest.mark.parametrize(("empties", "expected"), [(False, "合格"), (True, None)])
def test_an_empty_cell_takes_a_value_away_only_where_that_is_asked(
    cast: Cast, empties: bool, expected: str | None
) -> None:
    adoption = start(cast.city_officer, S2)
    lines = listed_school(cast, adoption)

    list_roster(
        by(cast.city_officer),
        adoption_id=adoption.pk,
        roster="school",
        lines=lines,
        empties=empties,
    )

    values = subjects(adoption, "school")["YS01"].values
    assert (values["pilot"], values.get("pilot_result")) == ("省级", expected)
    # A column that was not pasted says nothing.
    assert (values["founded_on"], values["name"]) == ("2000-09-01", "榕荫小学")
    noted = AuditRow.objects.filter(action="adoption.list_roster", object_kind="adoption")
    last = noted.order_by("-id").first()
    assert last is not None
    assert last.changes.get("cells_emptied") == (1 if empties else None)


def test_a_value_that_is_needed_is_not_emptied_and_the_row_stays_in_its_unit(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    listed_school(cast, adoption)
    lines = [["学校编号", "所在区", "成立日期"], ["YS01", "", ""]]

    with pytest.raises(Invalid) as problem:
        list_roster(
            by(cast.city_officer),
            adoption_id=adoption.pk,
            roster="school",
            lines=lines,
            empties=True,
        )

    assert told(problem) == {"2/2": "F47", "2/3": "F47"}
    kept = subjects(adoption, "school")["YS01"]
    assert (kept.unit, kept.values["founded_on"]) == (cast.school, "2000-09-01")


def test_k18_a_table_without_headings_is_told(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    with pytest.raises(Invalid) as problem:
        list_roster(
            by(cast.city_officer),
            adoption_id=adoption.pk,
            roster="district",
            lines=[["YS", "云山区"]],
        )

    assert {name: str(one) for name, one in problem.value.problems.items()} == {
        "1/1": "没有读到内容：第一行要是栏目名，从第二行起一行一条。"
    }


def test_k19_a_source_where_nobody_is_changes_nothing(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    with pytest.raises(Refused) as problem:
        fill_roster(
            by(cast.city_officer),
            adoption_id=adoption.pk,
            roster="school",
            source={"from": "units", "kind": "company"},
        )

    assert str(problem.value) == "按“本单位及下级的公司”一个也没有找到，名册没有变。"


def test_a_drafts_roster_can_be_begun_anew(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)
    source = {"from": "units", "kind": "school"}
    fill_roster(by(cast.city_officer), adoption_id=adoption.pk, roster="school", source=source)

    empty_roster(by(cast.city_officer), adoption_id=adoption.pk, roster="school")

    assert subjects(adoption, "school") == {}
    in_force = adopt(APPRAISAL, cast.school).adoption
    with pytest.raises(Refused):
        empty_roster(by(cast.lead), adoption_id=in_force.pk, roster="employee")


# Approval and the end


def test_k05_what_is_open_keeps_it_from_being_approved(cast: Cast) -> None:
    adoption = start(cast.city_officer, S2)

    with pytest.raises(Refused) as problem:
        approve_adoption(by(cast.city_officer), adoption_id=adoption.pk, version=1)

    assert str(problem.value) == "还有 6 处没有处理好，不能批准。"
    assert again(adoption.pk).state == AdoptionState.DRAFT


def test_a_clerk_prepares_but_does_not_approve(cast: Cast) -> None:
    adoption = start(cast.clerk, APPRAISAL)

    with pytest.raises(NotYours):
        approve_adoption(by(cast.clerk), adoption_id=adoption.pk, version=1)


def test_a_draft_is_discarded_and_what_is_in_force_is_not(cast: Cast) -> None:
    adoption = start(cast.clerk, APPRAISAL)
    discard_adoption(by(cast.clerk), adoption_id=adoption.pk)
    assert not Adoption.objects.unscoped("a test").filter(pk=adoption.pk).exists()

    in_force = adopt(APPRAISAL, cast.school).adoption
    with pytest.raises(Refused) as problem:
        discard_adoption(by(cast.clerk), adoption_id=in_force.pk)
    assert problem.value.message_id == "K03"


def test_what_is_in_force_ends_with_a_reason(cast: Cast) -> None:
    adoption = adopt(APPRAISAL, cast.school).adoption
    with pytest.raises(Invalid) as problem:
        end_adoption(by(cast.lead), adoption_id=adoption.pk, because=" ")
    assert told(problem) == {"because": "W63"}

    end_adoption(by(cast.lead), adoption_id=adoption.pk, because="换了办法")

    assert again(adoption.pk).state == AdoptionState.ENDED
    assert AuditRow.objects.filter(action="adoption.end").count() == 1


def test_k04_what_has_ended_stays_as_it_is(cast: Cast) -> None:
    adoption = adopt(APPRAISAL, cast.school).adoption
    end_adoption(by(cast.lead), adoption_id=adoption.pk, because="换了办法")

    with pytest.raises(Refused) as problem:
        set_periods(by(cast.lead), adoption_id=adoption.pk, version=2, rows=[])

    assert str(problem.value) == f"“{adoption.title}”现在是“已结束”，不在施行，办不了这一步。"


def test_k15_a_scheme_does_not_end_under_a_round(cast: Cast) -> None:
    found = adopt(APPRAISAL, cast.school)
    work = open_round(found, period="2025")

    with pytest.raises(Refused) as problem:
        end_adoption(by(cast.lead), adoption_id=found.adoption.pk, because="换了办法")

    assert str(problem.value) == "还有 1 项考核工作没有归档，也没有确认中止，没有结束。"
    work.state = RoundState.ARCHIVED
    work.save()
    end_adoption(by(cast.lead), adoption_id=found.adoption.pk, because="换了办法")


def test_registers_whose_months_are_checked_first_are_chosen(cast: Cast) -> None:
    found = adopt("s4.1-dongliu", cast.school)
    registers = [one.id for one in found.ledgers if one.kind == "register"]
    version = found.adoption.version

    choose_sheets(
        by(cast.lead), adoption_id=found.adoption.pk, version=version, registers=registers[1::-1]
    )
    kept = Adoption.objects.unscoped("a test").get(pk=found.adoption.pk)

    assert kept.monthly_sheets == registers[:2]
    with pytest.raises(NotYours):
        choose_sheets(
            by(cast.lead), adoption_id=kept.pk, version=kept.version, registers=["no_such"]
        )
    with pytest.raises(NotYours):
        choose_sheets(by(cast.other_lead), adoption_id=kept.pk, version=kept.version, registers=[])


def test_a_parameter_that_may_stay_empty_does_not_stand_in_the_way(cast: Cast) -> None:
    found = adopt("s1.1-luquan", cast.school)
    found = found.with_terms(
        parameters={k: v for k, v in found.terms.parameters.items() if k != "similarity_line"}
    )

    assert found.pack.parameters["similarity_line"].optional
    assert "similarity_line" not in {one.id for one in open_parameters(found)}
    assert not [one for one in checked(found).must if "相似度" in one.reason()]
    assert {title: words for title, words, _ in settled_words(found)}[
        "相似度达到多少提示核对"
    ] == "不填"


def test_periods_are_listed_by_their_start_the_longer_first(cast: Cast) -> None:
    found = adopt("s0.4-appraisal", cast.city)
    found.adoption.periods = [
        ["quarter", "2026Q1", "一季度", "2026-01-01", "2026-03-31"],
        ["year", "2026", "2026年", "2026-01-01", "2026-12-31"],
        ["quarter", "2026Q2", "二季度", "2026-04-01", "2026-06-30"],
    ]
    assert [one.id for one in adopted(found.adoption).listed_periods] == [
        "2026",
        "2026Q1",
        "2026Q2",
    ]
