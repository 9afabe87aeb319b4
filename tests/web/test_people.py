"""Pages of people: lists, one person, changes, the table to take away."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.person import correct_person, retire_person, second_person
from kaocheng.engine.problems import Problems
from kaocheng.formats.csv_reader import csv_rows
from kaocheng.methods.pinyin import person_pinyin
from kaocheng.records.models import Account, Appointment, Person, PersonalData
from tests.cast import Cast, by, person
from tests.methods.test_identity import MADE_UP, with_check_digit
from tests.web.test_units import DAY, TODAY, signed_in, text

PHONE, MASKED = "13800138000", "138****8000"
ID_NUMBER = with_check_digit(MADE_UP[:17])
# Who asks, the session and the frame take eight of them.
COUNT_OF_LIST = 11
COUNT_OF_PERSON = 12


def with_personal_data(who: Person) -> None:
    PersonalData(
        person=who,
        id_number=ID_NUMBER,
        phone=PHONE,
        email="lin@example.cn",
        born_on=date(1990, 3, 7),
    ).save()


def kept(pk: int) -> Person:
    return Person.objects.unscoped("a test looks").get(pk=pk)


def names_in(page: str) -> list[str]:
    marked = page.split('<th scope="row">')[1:]
    return [part.split('translate="no">')[1].split("</span>")[0] for part in marked]


def test_list_stands_in_the_order_of_a_printed_roster(cast: Cast) -> None:
    for name in ("单雪", "曾敏", "区芳", "查明"):
        made = person(name, name, "member", cast.group, account=False)
        rows = Person.objects.unscoped("a test prepares").filter(pk=made.pk)
        rows.update(pinyin=person_pinyin(name))
    for who in (cast.teacher, cast.colleague, cast.workshop_leader):
        rows = Person.objects.unscoped("a test prepares").filter(pk=who.pk)
        rows.update(pinyin=person_pinyin(who.name))

    page = text(signed_in(cast.lead), f"/units/{cast.group.pk}/people")

    assert names_in(page) == ["陈国安", "陈敏", "林晓棠", "区芳", "单雪", "曾敏", "查明"]


def test_namesakes_are_told_apart_by_their_group(cast: Cast) -> None:
    second = person("陈敏", "chenmin2", "member", cast.school, account=False)
    assert second.pk

    page = text(signed_in(cast.lead), f"/units/{cast.school.pk}/people")

    assert "陈敏（数学组）" in page
    assert "陈敏（榕荫小学）" in page
    assert "林晓棠（数学组）" not in page


def test_list_takes_as_many_queries_for_many_as_for_few(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.lead)
    address = f"/units/{cast.group.pk}/people"
    text(client, address)
    with django_assert_num_queries(COUNT_OF_LIST):
        text(client, address)
    for number in range(60):
        person(f"老师{number}", f"p{number:02}", "member", cast.group, account=False)

    with django_assert_num_queries(COUNT_OF_LIST):
        page = text(client, address)

    assert "人员 63 人" in page
    assert len(names_in(page)) == 50
    assert len(names_in(text(client, f"{address}?page=2"))) == 13


def test_list_is_filtered_and_searched(cast: Cast) -> None:
    rows = Person.objects.unscoped("a test prepares").filter(pk=cast.teacher.pk)
    rows.update(subject="数学", pinyin="lin2 xiao3 tang2")
    retire_person(by(cast.lead), person_id=cast.colleague.pk, on=DAY)
    client, address = signed_in(cast.lead), f"/units/{cast.school.pk}/people"

    def found(query: str) -> list[str]:
        return names_in(text(client, f"{address}?{query}"))

    assert found("subject=数学") == ["林晓棠"]
    assert found("role=workshop_leader") == ["陈国安"]
    assert found(f"group={cast.group.pk}&q=lxt") == ["林晓棠"]
    assert found("state=retired") == ["陈敏"]
    assert "陈敏" not in found("")
    assert found("role=clerk") == ["沈一鸣"]
    assert "没有符合的人员" in text(client, f"{address}?q=许岚")


def test_seconded_person_is_marked_in_both_lists(cast: Cast) -> None:
    second_person(
        by(cast.officer),
        person_id=cast.teacher.pk,
        unit_id=cast.other_school.pk,
        role="member",
        starts_on=DAY,
        ends_on=date(2027, 7, 1),
    )

    assert "林晓棠" in text(signed_in(cast.lead), f"/units/{cast.school.pk}/people")
    there = text(signed_in(cast.other_lead), f"/units/{cast.other_school.pk}/people")
    assert "林晓棠" in there
    assert "借调" in there


def test_teacher_comes_to_the_own_page_and_no_other(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    assert client.get("/people")["Location"] == f"/people/{cast.teacher.pk}"
    assert "林晓棠" in text(client, f"/people/{cast.teacher.pk}")
    for address in (f"/people/{cast.colleague.pk}", f"/units/{cast.school.pk}/people"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "陈敏" not in answer.content.decode()
    assert "陈敏" not in text(client, f"/units/{cast.group.pk}/people")


def test_personal_data_is_shown_to_who_may_see_it_and_masked_to_others(cast: Cast) -> None:
    with_personal_data(cast.teacher)

    def page_of(who: Person) -> str:
        return text(signed_in(who), f"/people/{cast.teacher.pk}")

    for who in (cast.teacher, cast.lead, cast.clerk):
        page = page_of(who)
        assert ID_NUMBER in page
        assert PHONE in page
    for who in (cast.officer, cast.city_officer, cast.workshop_leader):
        page = page_of(who)
        assert MASKED in page
        assert "已登记" in page
        for canary in (ID_NUMBER, PHONE, "lin@example.cn", "1990", ID_NUMBER[-4:]):
            assert canary not in page


def test_person_takes_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.lead)
    address = f"/people/{cast.teacher.pk}"
    text(client, address)
    with django_assert_num_queries(COUNT_OF_PERSON):
        text(client, address)
    for year in (2015, 2016, 2017):
        Appointment(
            person=cast.teacher,
            role="member",
            unit=cast.school,
            starts_on=date(year, 9, 1),
            ends_on=date(year + 1, 9, 1),
        ).save()

    with django_assert_num_queries(COUNT_OF_PERSON):
        text(client, address)


@pytest.mark.parametrize(
    "page",
    ["", "/correct", "/personal", "/appoint", "/transfer", "/second", "/retire", "/leave"],
)
def test_person_of_others_is_as_if_they_did_not_exist(cast: Cast, page: str) -> None:
    client = signed_in(cast.lead)

    for who in (cast.outsider.pk, cast.other_lead.pk, 999_999):
        answer = client.get(f"/people/{who}{page}")
        assert answer.status_code == 404
        assert "许岚" not in answer.content.decode()
        if page:
            assert client.post(f"/people/{who}{page}", {}).status_code == 404


def test_appointment_of_others_is_as_if_it_did_not_exist(cast: Cast) -> None:
    there = Appointment.objects.unscoped("a test looks").get(person=cast.outsider)
    client = signed_in(cast.lead)

    for page in ("change", "end"):
        assert client.get(f"/appointments/{there.pk}/{page}").status_code == 404
        ask = {"version": "1", "ends_on": TODAY, "role": "lead", "on": TODAY}
        assert client.post(f"/appointments/{there.pk}/{page}", ask).status_code == 404
    assert Appointment.objects.unscoped("a test looks").get(pk=there.pk).ends_on is None


NEW = {
    "name": "单 雪",
    "staff_number": "T900",
    "role": "member",
    "starts_on": TODAY,
    "phone": "138 0013 8000",
    "key": "key-of-the-form",
}


def test_person_is_added_once_and_the_password_shown_with_the_answer(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    ask = {**NEW, "unit": str(cast.group.pk)}

    first = client.post(f"/units/{cast.school.pk}/people/add", ask)
    second = client.post(f"/units/{cast.school.pk}/people/add", ask)

    made = Person.objects.unscoped("a test looks").get(staff_number="T900")
    account = Account.objects.get(person=made)
    page = first.content.decode()
    password = page.split('class="num b" translate="no">')[1].split("<")[0]
    assert account.check_password(password)
    assert password in second.content.decode()
    assert made.name == "单雪"
    assert PersonalData.objects.get(person=made).phone == PHONE
    assert password not in text(client, f"/people/{made.pk}")


def test_wrong_values_are_told_beside_their_fields(cast: Cast) -> None:
    ask = {**NEW, "unit": str(cast.group.pk), "phone": "12345", "id_number": "1" * 18}

    answer = signed_in(cast.clerk).post(f"/units/{cast.school.pk}/people/add", ask)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "手机号码不对：不是 11 位手机号码。" in page
    assert "身份证号不对：位数或校验码不对。" in page
    assert 'aria-describedby="id_phone-error"' in page
    assert not Person.objects.unscoped("a test looks").filter(staff_number="T900").exists()


def test_unit_or_role_that_was_not_offered_is_refused(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    for change in ({"unit": str(cast.far_school.pk)}, {"role": "officer"}, {"role": "lead"}):
        ask = {**NEW, "unit": str(cast.group.pk), **change}
        answer = client.post(f"/units/{cast.school.pk}/people/add", ask)
        assert answer.status_code == 422
    assert not Person.objects.unscoped("a test looks").filter(staff_number="T900").exists()


def test_stale_correction_shows_both_and_lets_the_reader_choose(cast: Cast) -> None:
    client, address = signed_in(cast.lead), f"/people/{cast.teacher.pk}/correct"
    ask = {"version": "1", "name": "林晓棠", "staff_number": "T-linxiaotang", "subject": "我写的"}
    correct_person(
        by(cast.clerk),
        person_id=cast.teacher.pk,
        name="林晓棠",
        staff_number="T-linxiaotang",
        gender="",
        subject="对方写的",
        title="",
    )

    answer = client.post(address, ask)

    page = answer.content.decode()
    assert answer.status_code == 409
    for shown in ("沈一鸣", "对方写的", "我写的", 'name="version" value="2"'):
        assert shown in page
    assert client.post(address, {**ask, "version": "2"}).status_code == 302
    assert kept(cast.teacher.pk).subject == "我写的"


def test_appointment_is_made_in_two_steps(cast: Cast) -> None:
    client, address = signed_in(cast.lead), f"/people/{cast.teacher.pk}/appoint"
    assert "榕荫小学" in text(client, address)

    chosen = client.post(address, {"unit": str(cast.group.pk)})
    assert chosen["Location"] == f"{address}?to={cast.group.pk}"
    assert "教研组长" in text(client, chosen["Location"])
    client.post(
        chosen["Location"],
        {"role": "workshop_leader", "starts_on": TODAY, "kind": "regular"},
    )

    rows = Appointment.objects.unscoped("a test looks").filter(person=cast.teacher)
    assert sorted(row.role for row in rows) == ["member", "workshop_leader"]
    assert client.get(f"{address}?to={cast.far_school.pk}").status_code == 404


def test_transfer_and_leaving_by_form(cast: Cast) -> None:
    client = signed_in(cast.officer)

    client.post(
        f"/people/{cast.teacher.pk}/transfer?to={cast.other_school.pk}",
        {"version": "1", "role": "member", "on": TODAY},
    )
    client.post(f"/people/{cast.colleague.pk}/leave", {"version": "1", "on": TODAY})
    client.post(f"/people/{cast.workshop_leader.pk}/retire", {"version": "1", "on": TODAY})

    open_rows = Appointment.objects.unscoped("a test looks").filter(
        person=cast.teacher, ends_on=None
    )
    assert [row.unit_id for row in open_rows] == [cast.other_school.pk]
    assert kept(cast.colleague.pk).state == "left"
    assert kept(cast.workshop_leader.pk).state == "retired"


def exported(who: Person, cast: Cast) -> str:
    answer = signed_in(who).get(f"/units/{cast.school.pk}/people.csv")
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig")


def test_table_to_take_away_holds_what_its_reader_may_see(cast: Cast) -> None:
    with_personal_data(cast.teacher)

    full, plain = exported(cast.lead, cast), exported(cast.officer, cast)

    assert ID_NUMBER in full
    assert PHONE in full
    assert "林晓棠" in plain
    for canary in (ID_NUMBER, PHONE, "lin@example.cn", "1990", "身份证号", "手机号码"):
        assert canary not in plain
    assert Client().get(f"/units/{cast.school.pk}/people.csv").status_code == 302


def test_table_to_take_away_never_runs_a_formula(cast: Cast) -> None:
    rows = Person.objects.unscoped("a test prepares").filter(pk=cast.teacher.pk)
    rows.update(subject='=HYPERLINK("x")')

    table = exported(cast.lead, cast)
    workbook = signed_in(cast.lead).get(f"/units/{cast.school.pk}/people.xlsx").content

    cells = [
        cell
        for row in csv_rows(table.encode(), source="x", problems=Problems())
        for cell in row.cells
    ]
    assert "\"'=HYPERLINK" in table
    assert '=HYPERLINK("x")' in cells
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(workbook)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "HYPERLINK" in sheet


def test_exported_table_is_imported_again_without_a_change(cast: Cast) -> None:
    from kaocheng.formats.roster import read_roster
    from kaocheng.queries.roster import counts_of, plan_import
    from tests.cast import actor

    workbook = signed_in(cast.lead).get(f"/units/{cast.school.pk}/people.xlsx").content
    roster = read_roster(workbook, file="花名册.xlsx")

    plan, _state = plan_import(actor(cast.lead), cast.school, roster, on=DAY)

    assert plan.faults == []
    assert {name: count for name, count in counts_of(plan).items() if count} == {"unchanged": 5}


@pytest.mark.parametrize(
    ("reader", "whose", "offered"),
    [
        ("teacher", "teacher", True),
        ("lead", "teacher", True),
        ("officer", "teacher", True),
        ("security_admin", "teacher", False),
    ],
)
def test_person_leads_to_a_handover_for_those_who_may(
    cast: Cast, reader: str, whose: str, offered: bool
) -> None:
    person_id = getattr(cast, whose).pk

    page = text(signed_in(getattr(cast, reader)), f"/people/{person_id}")

    assert (f'href="/handovers/new?giver={person_id}"' in page) is offered
