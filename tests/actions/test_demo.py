"""The demo city: believable, made up, whole, and refused where real people are."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count, Q

from kaocheng.actions.demo import RealPeopleThere, load_demo, places
from kaocheng.actions.demo.accounts import SHOWN, Card
from kaocheng.actions.secret import Secret
from kaocheng.methods.identity import is_id_number
from kaocheng.queries.demo import demo_is_on
from kaocheng.records.models import (
    Account,
    Appointment,
    CollectionPart,
    Notice,
    NoticeReceipt,
    Person,
    PersonalData,
    Task,
    Unit,
    UnitPast,
)
from tests.cast import person, unit

PASSWORD = "Banyan-2345-shade"
TEST = "a test looks at everything"


@pytest.fixture
def city(db: None, now: datetime) -> tuple[Card, ...]:
    return load_demo(now, password=Secret(PASSWORD))


def test_city_is_as_large_as_it_says_and_all_of_it_is_marked(city: tuple[Card, ...]) -> None:
    units, people = Unit.objects.unscoped(TEST), Person.objects.unscoped(TEST)
    open_kinds = Counter(units.filter(closes_on=None).values_list("kind", flat=True))
    teachers = Appointment.objects.unscoped(TEST).filter(unit__kind__in=("school", "group"))

    assert {kind: open_kinds[kind] for kind in ("city", "district", "town", "school", "panel")} == {
        "city": 1,
        "district": 3,
        "town": 4,
        "school": 24,
        "panel": 3,
    }
    assert (open_kinds["company"], open_kinds["township"], open_kinds["department"]) == (1, 1, 8)
    assert 1_200 <= teachers.values("person").distinct().count() <= 1_260
    assert not units.filter(is_demo=False).exists()
    assert not people.filter(is_demo=False).exists()
    assert not Account.objects.filter(is_demo=False).exists()
    assert demo_is_on()


def test_schools_differ_in_size_and_one_district_has_no_towns(city: tuple[Card, ...]) -> None:
    sizes = [school.teachers for school in places.SCHOOLS]
    below = Unit.objects.unscoped(TEST).filter(parent__name="海屿区")

    assert (min(sizes), max(sizes)) == (15, 120)
    assert set(below.values_list("kind", flat=True)) == {"school"}


def test_nobody_can_be_reached_or_mistaken_for_somebody(city: tuple[Card, ...]) -> None:
    data = list(PersonalData.objects.all())

    assert all(is_id_number(one.id_number) for one in data)
    assert {one.id_number[:6] for one in data} == {"999999"}
    assert {one.phone[:4] for one in data} == {"1540"}
    assert {one.email.partition("@")[2] for one in data} == {"example.invalid"}


def test_history_is_there(city: tuple[Card, ...], now: datetime) -> None:
    renamed = UnitPast.objects.filter(name=places.FORMER_NAME).get()
    merged = Unit.objects.unscoped(TEST).get(name=places.MERGED)
    people = Person.objects.unscoped(TEST)

    assert (renamed.unit.name, renamed.ends_on) == (places.RENAMED, date(2025, 9, 1))
    assert merged.merged_into is not None
    assert (merged.merged_into.name, merged.closes_on) == (places.MERGED_INTO, date(2026, 9, 1))
    assert people.filter(state="retired").count() == 1
    assert Appointment.objects.unscoped(TEST).filter(kind="seconded").count() == 1


def test_two_of_one_name_in_a_school_are_in_different_groups(city: tuple[Card, ...]) -> None:
    school = Unit.objects.unscoped(TEST).get(name=places.SCHOOL)
    held = Appointment.objects.unscoped(TEST).filter(
        unit__path__startswith=school.path, person__name="陈敏", ends_on=None
    )

    assert {row.unit.name for row in held.select_related("unit")} == {"语文组", "数学组"}


def test_work_is_half_done(city: tuple[Card, ...], now: datetime) -> None:
    notice = Notice.objects.unscoped(TEST).get(title="关于报送校本应用考核自查材料的通知")
    receipts = NoticeReceipt.objects.unscoped(TEST).filter(notice=notice)
    parts = CollectionPart.objects.unscoped(TEST).filter(collection__title="多媒体设备使用情况")
    teacher = Person.objects.unscoped(TEST).get(name="林晓棠")
    tasks = Task.objects.unscoped(TEST).filter(person=teacher, state="open").order_by("due_at")

    assert receipts.aggregate(all=Count("pk"), signed=Count("pk", filter=~Q(signed_at=None))) == {
        "all": 10,
        "signed": 5,
    }
    assert Counter(parts.values_list("state", flat=True)) == {
        "submitted": 4,
        "returned": 1,
        "filling": 5,
    }
    assert [task.due_at is not None and task.due_at <= now for task in tasks] == [True] + [
        False
    ] * 3
    assert [bool(task.returned_because) for task in tasks] == [False, False, True, False]


def test_one_account_of_each_role_opens_with_the_password_that_is_shown(
    city: tuple[Card, ...],
) -> None:
    accounts = {one.login: one for one in Account.objects.select_related("person")}

    assert [card.role for card in city] == [one.role for one in SHOWN]
    for card in city:
        account = accounts[card.account]
        assert check_password(card.password, account.password)
        assert account.person.name == card.person
        assert account.totp_secret == card.totp_secret
        assert not account.must_change_password


def test_same_day_gives_the_same_city(city: tuple[Card, ...], now: datetime) -> None:
    names = list(Person.objects.unscoped(TEST).order_by("pk").values_list("name", "pinyin"))

    assert names[:3] == [
        ("周明远", "zhou1 ming2 yuan3"),
        ("方立新", "fang1 li4 xin1"),
        ("安静怡", "an1 jing4 yi2"),
    ]


def test_loading_again_only_renews_the_passwords(city: tuple[Card, ...], now: datetime) -> None:
    before = Person.objects.unscoped(TEST).count()

    again = load_demo(now, password=Secret("Another-2345-word"))

    assert Person.objects.unscoped(TEST).count() == before
    assert [card.account for card in again] == [card.account for card in city]
    assert check_password("Another-2345-word", Account.objects.get(login="teacher").password)


def test_real_people_keep_the_demo_out(db: None, now: datetime) -> None:
    person("林真", "linzhen", "lead", unit("真实小学", "school"))

    with pytest.raises(RealPeopleThere):
        load_demo(now, password=Secret(PASSWORD))

    assert not Person.objects.unscoped(TEST).filter(is_demo=True).exists()
