"""People come, change, go to other units and leave; what they were stays."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from kaocheng.access.permissions import Permission
from kaocheng.access.person import may_see_personal_data, people_kept, personal_data
from kaocheng.access.refusal import Invalid, NotYours, Refused, Stale
from kaocheng.actions.person import (
    add_person,
    correct_person,
    correct_personal_data,
    let_go,
    retire_person,
    second_person,
    transfer_person,
)
from kaocheng.methods.identity import is_id_number
from kaocheng.methods.one_time import one_time_password
from kaocheng.records.models import Account, Appointment, AuditRow, Person, PersonalData
from tests.cast import Cast, actor, by

TODAY = date(2026, 11, 27)
PHONE = "13800138000"
ID_NUMBER = next(
    f"11010119900307001{last}" for last in "0123456789X" if is_id_number(f"11010119900307001{last}")
)
NEW: dict[str, Any] = {
    "role": "member",
    "starts_on": TODAY,
    "name": "单雪",
    "staff_number": "T900",
    "id_number": ID_NUMBER,
    "phone": PHONE,
}


def lines(who: Person) -> list[tuple[str, str, str, str]]:
    rows = Appointment.objects.unscoped("a test looks").filter(person=who)
    return sorted(
        (row.unit.name, row.kind, str(row.starts_on), str(row.ends_on or ""))
        for row in rows.select_related("unit")
    )


def person_named(name: str) -> Person:
    return Person.objects.unscoped("a test looks").get(name=name)


def test_person_is_added_with_an_appointment_and_an_account(cast: Cast) -> None:
    add_person(by(cast.lead), unit_id=cast.group.pk, seed="seed", **NEW)

    made = person_named("单雪")
    assert (made.pinyin, made.staff_number) == ("shan4 xue3", "T900")
    assert lines(made) == [("数学组", "regular", "2026-11-27", "")]
    account = Account.objects.get(person=made)
    assert (account.login, account.must_change_password) == ("T900", True)
    assert account.check_password(one_time_password("seed", "T900"))
    assert PersonalData.objects.get(person=made).phone == PHONE


def test_log_holds_no_personal_data(cast: Cast) -> None:
    add_person(by(cast.lead), unit_id=cast.group.pk, seed="seed", **NEW)
    made = person_named("单雪")
    correct_personal_data(
        by(cast.lead),
        person_id=made.pk,
        id_number=ID_NUMBER,
        phone="13900139000",
        email="shan@example.cn",
        born_on=date(1990, 3, 7),
    )

    log = json.dumps([row.changes for row in AuditRow.objects.all()], ensure_ascii=False)
    assert "phone" in log
    for canary in ("单雪", ID_NUMBER, PHONE, "13900139000", "shan@", "1990-03-07"):
        assert canary not in log


def test_w51_number_that_is_registered_is_refused_without_saying_whose(cast: Cast) -> None:
    add_person(by(cast.far_lead), unit_id=cast.far_school.pk, **NEW)

    with pytest.raises(Invalid) as invalid:
        add_person(by(cast.lead), unit_id=cast.group.pk, **{**NEW, "name": "单雪二"})

    assert {field: str(one) for field, one in invalid.value.problems.items()} == {
        "staff_number": "这个师训编号已经登记过了，不能重复。",
        "id_number": "这个身份证号已经登记过了，不能重复。",
    }
    assert not Person.objects.unscoped("a test looks").filter(name="单雪二").exists()


def test_corrected_name_sorts_under_its_own_reading(cast: Cast) -> None:
    correct_person(
        by(cast.clerk),
        person_id=cast.teacher.pk,
        name="区晓棠",
        staff_number=cast.teacher.staff_number,
        gender="女",
        subject="数学",
        title="",
        version=1,
    )

    made = person_named("区晓棠")
    assert (made.pinyin, made.subject, made.version) == ("ou1 xiao3 tang2", "数学", 2)


def test_stale_correction_shows_what_the_other_wrote(cast: Cast) -> None:
    ask: dict[str, Any] = {
        "person_id": cast.teacher.pk,
        "staff_number": cast.teacher.staff_number,
        "gender": "",
        "title": "",
        "version": 1,
    }
    correct_person(by(cast.clerk), name="林晓棠", subject="语文", **ask)

    with pytest.raises(Stale) as stale:
        correct_person(by(cast.lead), name="林晓棠", subject="数学", **ask)

    assert stale.value.theirs["subject"] == "语文"
    assert stale.value.values["who"] == "沈一鸣"


def test_personal_data_is_for_who_may_see_it(cast: Cast) -> None:
    PersonalData(person=cast.teacher, phone=PHONE).save()

    def sees(who: Person) -> bool:
        seen = personal_data(actor(who), on=TODAY).filter(phone=PHONE).exists()
        assert seen == may_see_personal_data(actor(who), cast.teacher.pk, on=TODAY)
        return seen

    assert [
        name
        for name in vars(cast)
        if isinstance(getattr(cast, name), Person) and sees(getattr(cast, name))
    ] == ["teacher", "lead", "clerk"]


def test_officer_does_not_write_what_they_may_not_see(cast: Cast) -> None:
    PersonalData(person=cast.teacher, phone=PHONE).save()

    with pytest.raises(NotYours):
        correct_personal_data(
            by(cast.officer),
            person_id=cast.teacher.pk,
            id_number="",
            phone="",
            email="",
            born_on=None,
        )

    assert PersonalData.objects.get(person=cast.teacher).phone == PHONE


def test_transfer_ends_here_and_starts_there(cast: Cast) -> None:
    transfer_person(
        by(cast.officer),
        person_id=cast.teacher.pk,
        unit_id=cast.other_school.pk,
        role="member",
        on=TODAY,
    )

    assert lines(cast.teacher) == [
        ("数学组", "regular", "2020-09-01", "2026-11-27"),
        ("珠岸中学", "regular", "2026-11-27", ""),
    ]
    seen_by = [
        who.name
        for who in (cast.lead, cast.other_lead, cast.officer)
        if people_kept(actor(who), Permission.SEE_PEOPLE, on=TODAY)
        .filter(pk=cast.teacher.pk)
        .exists()
    ]
    assert seen_by == ["赵启明", "梁卓然"]


def test_lead_does_not_transfer_to_a_school_that_is_not_theirs(cast: Cast) -> None:
    for who, person, unit in (
        (cast.lead, cast.teacher, cast.other_school),
        (cast.other_lead, cast.teacher, cast.other_school),
    ):
        with pytest.raises(NotYours):
            transfer_person(by(who), person_id=person.pk, unit_id=unit.pk, role="member", on=TODAY)

    assert lines(cast.teacher) == [("数学组", "regular", "2020-09-01", "")]


def test_seconded_person_is_seen_by_both_schools(cast: Cast) -> None:
    second_person(
        by(cast.officer),
        person_id=cast.teacher.pk,
        unit_id=cast.other_school.pk,
        role="member",
        starts_on=TODAY,
        ends_on=date(2027, 7, 1),
    )

    assert lines(cast.teacher) == [
        ("数学组", "regular", "2020-09-01", ""),
        ("珠岸中学", "seconded", "2026-11-27", "2027-07-01"),
    ]
    for who in (cast.lead, cast.other_lead):
        seen = people_kept(actor(who), Permission.SEE_PEOPLE, on=TODAY)
        assert seen.filter(pk=cast.teacher.pk).exists()


def test_retired_person_is_still_found_where_they_last_worked(cast: Cast) -> None:
    retire_person(by(cast.lead), person_id=cast.teacher.pk, on=TODAY)

    retired = person_named("林晓棠")
    assert (retired.state, retired.retires_on) == ("retired", TODAY)
    assert lines(cast.teacher) == [("数学组", "regular", "2020-09-01", "2026-11-27")]
    found = {
        who.name: people_kept(actor(who), Permission.SEE_PEOPLE, on=TODAY)
        .filter(pk=retired.pk)
        .exists()
        for who in (cast.lead, cast.officer, cast.other_lead, cast.far_lead)
    }
    assert found == {"何敏仪": True, "梁卓然": True, "赵启明": False, "罗秋月": False}


def test_retirement_to_come_leaves_the_person_at_work_until_then(cast: Cast) -> None:
    retire_person(by(cast.lead), person_id=cast.teacher.pk, on=date(2027, 8, 1))

    retiring = person_named("林晓棠")
    assert (retiring.state, retiring.retires_on) == ("active", date(2027, 8, 1))
    assert lines(cast.teacher) == [("数学组", "regular", "2020-09-01", "2027-08-01")]


def test_a_school_does_not_see_off_whom_it_has_borrowed(cast: Cast) -> None:
    second_person(
        by(cast.officer),
        person_id=cast.teacher.pk,
        unit_id=cast.other_school.pk,
        role="member",
        starts_on=TODAY,
        ends_on=date(2027, 7, 1),
    )
    before = lines(cast.teacher)

    for leave in (retire_person, let_go):
        with pytest.raises(Refused, match="您不能在“数学组”任免"):
            leave(by(cast.other_lead), person_id=cast.teacher.pk, on=TODAY)
    with pytest.raises(Refused, match="您不能在“数学组”任免"):
        transfer_person(
            by(cast.other_lead),
            person_id=cast.teacher.pk,
            unit_id=cast.other_school.pk,
            role="member",
            on=TODAY,
        )

    assert lines(cast.teacher) == before
    retire_person(by(cast.lead), person_id=cast.teacher.pk, on=date(2027, 1, 1))
    assert [ends for *_, ends in lines(cast.teacher)] == ["2027-01-01", "2027-01-01"]


def test_a_member_of_a_panel_leaves_the_school_and_the_panel_with_it(cast: Cast) -> None:
    Appointment(
        person=cast.teacher, role="reviewer", unit=cast.panel, starts_on=date(2026, 9, 1)
    ).save()

    let_go(by(cast.lead), person_id=cast.teacher.pk, on=TODAY)

    assert [ends for *_, ends in lines(cast.teacher)] == ["2026-11-27", "2026-11-27"]


def test_clerk_does_not_see_the_own_lead_off(cast: Cast) -> None:
    for leave in (retire_person, let_go):
        with pytest.raises(Refused, match="您不能在"):
            leave(by(cast.clerk), person_id=cast.lead.pk, on=TODAY)

    assert lines(cast.lead) == [("榕荫小学", "regular", "2020-09-01", "")]
    assert person_named("何敏仪").state == "active"
