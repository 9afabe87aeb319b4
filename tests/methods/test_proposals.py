"""First guesses of an adoption: periods of the year, sources of rosters."""

from __future__ import annotations

from datetime import date

import pytest

from kaocheng.methods.proposals import guessed_source, proposed_periods, unit_kind_in

NOVEMBER, MAY = date(2026, 11, 27), date(2027, 5, 6)


def test_terms_and_school_years_are_those_of_the_day() -> None:
    kinds = {"term": "学期", "year": "学年"}

    found = proposed_periods(kinds, today=NOVEMBER)

    assert [one.cells for one in found] == [
        ["term", "2026-1", "2026学年第一学期", "2026-09-01", "2027-01-31"],
        ["term", "2026-2", "2026学年第二学期", "2027-02-01", "2027-08-31"],
        ["year", "2026学年", "2026学年", "2026-09-01", "2027-08-31"],
    ]
    assert proposed_periods(kinds, today=MAY) == found
    assert proposed_periods(kinds, today=date(2026, 7, 1)) == found


def test_quarters_and_years_without_school_are_of_the_calendar() -> None:
    found = proposed_periods({"quarter": "季度", "year": "考核年度"}, today=NOVEMBER)

    assert [one.id for one in found] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026"]
    assert (found[1].first, found[1].last) == (date(2026, 4, 1), date(2026, 6, 30))
    assert (found[4].first, found[4].last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_months_follow_the_school_year_where_there_are_terms() -> None:
    with_terms = proposed_periods({"month": "月份", "term": "学期"}, today=NOVEMBER)
    alone = proposed_periods({"month": "月"}, today=NOVEMBER)

    assert [with_terms[at].id for at in (0, 5, 11)] == ["2026-09", "2027-02", "2027-08"]
    assert with_terms[5].last == date(2027, 2, 28)
    assert [alone[at].id for at in (0, 11)] == ["2026-01", "2026-12"]


def test_weeks_run_from_the_week_in_which_the_term_begins() -> None:
    autumn = proposed_periods({"week": "教学周"}, today=NOVEMBER)
    spring = proposed_periods({"week": "周"}, today=MAY)

    assert (autumn[0].first, autumn[0].last) == (date(2026, 8, 31), date(2026, 9, 6))
    assert spring[0].first == date(2027, 2, 1)
    assert [one.id for one in (autumn[0], autumn[-1])] == ["w01", "w20"]


def test_kinds_that_nothing_is_known_of_are_left_open() -> None:
    assert proposed_periods({"batch": "批次"}, today=NOVEMBER) == []


@pytest.mark.parametrize(
    ("title", "is_of_people", "source"),
    [
        ("学校", False, {"from": "units", "kind": "school"}),
        ("教研组", False, {"from": "units", "kind": "group"}),
        ("公司", False, {"from": "rows"}),
        ("课程资源清单", False, {"from": "rows"}),
        ("教师名册", True, {"from": "people", "roles": ["member", "workshop_leader"]}),
        ("学科坊主（教研组长）", True, {"from": "people", "roles": ["workshop_leader"]}),
        ("研训指导教师", True, {"from": "people", "roles": ["reviewer"]}),
        ("学校管理员", True, {"from": "people", "roles": ["clerk"]}),
        ("家长义工", True, {"from": "rows"}),
    ],
)
def test_sources_are_guessed_by_the_title(
    title: str, is_of_people: bool, source: dict[str, object]
) -> None:
    kinds = {"school", "group", "district"}

    assert guessed_source(title, is_of_people=is_of_people, unit_kinds=kinds) == source


def test_a_title_names_a_kind_of_unit_or_none() -> None:
    assert [unit_kind_in(title) for title in ("所在区", "乡镇", "班级")] == [
        "district",
        "township",
        "",
    ]
