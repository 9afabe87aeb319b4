"""Rows of rosters: added, changed and marked as left by the office that has adopted."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Stale
from kaocheng.actions.subject import add_subject, change_subject, leave_subject
from kaocheng.records.models import RegisterRevision
from tests.actions.test_entry import _town_officer
from tests.adopting import fact_tables
from tests.cast import Cast, by
from tests.registering import subject, town

NEW = {
    "id": "T99",
    "name": "新来的",
    "school": "DL",
    "sex": "女",
    "birth": "1990-01-02",
    "category": "专任教师",
    "established": "是",
    "post_status": "在岗",
}


def test_office_adds_a_row_that_is_computed(cast: Cast) -> None:
    found = town(cast)

    add_subject(
        by(_town_officer(cast)),
        adoption_id=found.adoption.pk,
        register="staff",
        unit_id=cast.school.pk,
        values=NEW,
    )

    made = subject(found, "T99")
    assert (made.name, made.unit, made.values["birth"]) == ("新来的", cast.school, "1990-01-02")
    assert "T99" in {row.cells[0] for row in fact_tables(found)["staff"].rows}


def test_k39_key_is_given_once(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        add_subject(
            by(_town_officer(cast)),
            adoption_id=found.adoption.pk,
            register="staff",
            unit_id=0,
            values={**NEW, "id": "T01"},
        )

    assert {name: str(one) for name, one in refused.value.problems.items()} == {
        "id": "“教职工”里已经有编号“T01”，没有写入。"
    }


def test_change_keeps_the_key_and_makes_results_stale(cast: Cast) -> None:
    found = town(cast)
    row = subject(found, "T05")
    before = RegisterRevision.objects.get(register="staff", unit=cast.school).revision

    change_subject(
        by(_town_officer(cast)),
        subject_id=row.pk,
        version=1,
        values={"id": "T77", "post_status": "督导员"},
    )

    assert subject(found, "T05").values["post_status"] == "督导员"
    after = RegisterRevision.objects.get(register="staff", unit=cast.school).revision
    assert after == before + 1


def test_every_field_is_checked_by_its_type(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        change_subject(
            by(_town_officer(cast)),
            subject_id=subject(found, "T05").pk,
            version=1,
            values={"birth": "去年", "school": "无此校", "sex": "", "name": "长" * 121},
        )

    assert {name: one.message_id for name, one in refused.value.problems.items()} == {
        "birth": "F43",
        "school": "K27",
        "sex": "F47",
        "name": "K33",
    }


def test_row_that_has_left_is_computed_no_more_until_it_is_back(cast: Cast) -> None:
    found = town(cast)
    officer = _town_officer(cast)
    row = subject(found, "T05")

    leave_subject(by(officer), subject_id=row.pk, version=1)
    left = {one.cells[0] for one in fact_tables(found)["staff"].rows}
    leave_subject(by(officer), subject_id=row.pk, version=2)

    assert "T05" not in left
    assert "T05" in {one.cells[0] for one in fact_tables(found)["staff"].rows}


def test_only_the_adopting_office_keeps_its_rosters(cast: Cast) -> None:
    found = town(cast)
    row = subject(found, "T05")

    for who, refusal in ((cast.lead, NotYours), (cast.officer, NotYours), (cast.teacher, NotYours)):
        with pytest.raises(refusal):
            leave_subject(by(who), subject_id=row.pk, version=1)
    with pytest.raises((NotYours, NotAllowed)):
        add_subject(
            by(cast.teacher),
            adoption_id=found.adoption.pk,
            register="staff",
            unit_id=0,
            values=NEW,
        )


def test_stale_change_is_refused(cast: Cast) -> None:
    found = town(cast)
    officer = _town_officer(cast)
    row = subject(found, "T05")
    change_subject(by(officer), subject_id=row.pk, version=1, values={"post_status": "督导员"})

    with pytest.raises(Stale):
        change_subject(by(officer), subject_id=row.pk, version=1, values={"post_status": "在岗"})
