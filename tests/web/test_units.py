"""Pages of units: what one may see of the tree, and changes of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.unit import rename_unit
from kaocheng.records.models import Account, Person, Unit
from tests.cast import Cast, by, person, unit

DAY = date(2026, 11, 27)
TODAY = "2026-11-27"
# Who asks, the session and the frame take four of them.
COUNT_OF_LIST, COUNT_OF_UNIT = 9, 13


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=who))
    return client


def text(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def kept(pk: int) -> Unit:
    return Unit.objects.unscoped("a test looks").get(pk=pk)


def test_everybody_sees_their_part_of_the_tree(cast: Cast) -> None:
    def names(who: Person) -> set[str]:
        page = text(signed_in(who), "/units")
        every = ("云山区", "海屿区", "榕镇", "榕荫小学", "珠岸中学", "海屿二小", "数学组")
        return {name for name in every if f'translate="no">{name}</a>' in page}

    assert names(cast.system_admin) == set()
    assert names(cast.city_officer) == {"云山区", "海屿区"}
    assert names(cast.officer) == {"榕镇"}
    assert names(cast.lead) == {"数学组"}
    assert names(cast.teacher) == set()


def test_search_finds_by_name_and_by_pinyin_within_reach(cast: Cast) -> None:
    for pk, key in ((cast.school.pk, "rong2 yin1 xiao3 xue2"), (cast.far_school.pk, "hai3 yu3")):
        Unit.objects.unscoped("a test prepares").filter(pk=pk).update(pinyin=key)
    client = signed_in(cast.officer)

    for typed in ("榕荫", "rongyin", "RYXX"):
        assert "榕荫小学</a>" in text(client, f"/units?q={typed}")
    assert "海屿二小" not in text(client, "/units?q=hai")
    assert "没有符合的单位" in text(client, "/units?q=%25")


def test_list_of_units_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.lead)
    text(client, "/units")
    with django_assert_num_queries(COUNT_OF_LIST):
        text(client, "/units")
    for name in ("语文组", "英语组"):
        person(f"{name}老师", name, "member", unit(name, "group", cast.school), account=False)

    with django_assert_num_queries(COUNT_OF_LIST):
        page = text(client, "/units")

    assert "下级单位 3 个" in page


def test_page_of_a_unit_shows_people_groups_and_past(cast: Cast) -> None:
    rename_unit(by(cast.officer), unit_id=cast.school.pk, name="榕荫实验小学", on=DAY)

    page = text(signed_in(cast.lead), f"/units/{cast.school.pk}")

    for shown in ("榕荫实验小学", "榕荫小学", "何敏仪", "沈一鸣", "数学组", "看人员（5 人）"):
        assert shown in page
    assert "改名称和代码" not in page
    assert "新建下级单位" in page


def test_page_of_a_unit_takes_as_many_queries_for_three_groups_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.officer)
    with django_assert_num_queries(COUNT_OF_UNIT):
        text(client, f"/units/{cast.school.pk}")
    for name in ("语文组", "英语组"):
        person(f"{name}老师", name, "lead", unit(name, "group", cast.school), account=False)

    with django_assert_num_queries(COUNT_OF_UNIT):
        text(client, f"/units/{cast.school.pk}")


@pytest.mark.parametrize("page", ["", "/add", "/rename", "/move", "/merge", "/close", "/people"])
def test_unit_of_others_is_as_if_it_did_not_exist(cast: Cast, page: str) -> None:
    client = signed_in(cast.lead)

    for there in (cast.far_school.pk, cast.other_school.pk, 999_999):
        answer = client.get(f"/units/{there}{page}")
        assert answer.status_code == 404
        assert "海屿二小" not in answer.content.decode()
        assert "珠岸中学" not in answer.content.decode()


def test_teacher_sees_the_own_group_and_changes_nothing(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    page = text(client, f"/units/{cast.group.pk}")
    assert "数学组" in page
    assert "新建下级单位" not in page
    assert "陈敏" not in page
    assert client.get(f"/units/{cast.group.pk}/rename").status_code == 403
    assert client.post(f"/units/{cast.group.pk}/close", {"on": TODAY}).status_code == 403
    assert kept(cast.group.pk).closes_on is None


def test_group_is_added_by_form(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    assert "教研组" in text(client, f"/units/{cast.school.pk}/add")

    answer = client.post(
        f"/units/{cast.school.pk}/add",
        {"kind": "group", "name": "语文组", "on": TODAY, "key": "k1"},
    )

    made = Unit.objects.unscoped("a test looks").get(name="语文组")
    assert (answer.status_code, answer["Location"]) == (302, f"/units/{made.pk}")
    assert "已新建。" in text(client, f"/units/{made.pk}")


def test_name_that_is_taken_is_told_on_the_form_with_what_was_typed(cast: Cast) -> None:
    answer = signed_in(cast.clerk).post(
        f"/units/{cast.school.pk}/add", {"kind": "group", "name": "数学组", "on": TODAY}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这里已经有一个“数学组”。" in page
    assert 'value="数学组"' in page


def test_missing_name_is_told_beside_its_field(cast: Cast) -> None:
    answer = signed_in(cast.clerk).post(
        f"/units/{cast.school.pk}/add", {"kind": "group", "name": "", "on": "昨天"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="id_name-help id_name-error"' in page
    assert 'id="id_on-error"' in page


def test_stale_rename_shows_both_and_lets_the_reader_choose(cast: Cast) -> None:
    client = signed_in(cast.officer)
    rename_unit(by(cast.city_officer), unit_id=cast.school.pk, name="对方的校名", on=DAY)
    ask = {"version": "1", "name": "我的校名", "on": TODAY}

    answer = client.post(f"/units/{cast.school.pk}/rename", ask)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "周明远" in page
    assert "对方的校名" in page
    assert "我的校名" in page
    assert 'name="version" value="2"' in page
    assert kept(cast.school.pk).name == "对方的校名"
    client.post(f"/units/{cast.school.pk}/rename", {**ask, "version": "2"})
    assert kept(cast.school.pk).name == "我的校名"


def test_merger_by_form_is_taken_back_by_its_button(cast: Cast) -> None:
    client = signed_in(cast.officer)
    page = text(client, f"/units/{cast.school.pk}/merge")
    assert "珠岸中学（榕镇）" in page
    assert "海屿二小" not in page

    client.post(
        f"/units/{cast.school.pk}/merge",
        {"version": "1", "other": str(cast.other_school.pk), "on": TODAY},
    )
    page = text(client, f"/units/{cast.school.pk}")
    assert "撤回合并" in page
    assert kept(cast.school.pk).merged_into_id == cast.other_school.pk
    client.post(f"/units/{cast.school.pk}/undo")

    assert kept(cast.school.pk).merged_into_id is None


def test_school_that_may_not_be_chosen_is_refused(cast: Cast) -> None:
    answer = signed_in(cast.officer).post(
        f"/units/{cast.school.pk}/merge",
        {"version": "1", "other": str(cast.far_school.pk), "on": TODAY},
    )

    assert answer.status_code == 422
    assert kept(cast.school.pk).merged_into_id is None


def test_group_is_split_by_form(cast: Cast) -> None:
    client = signed_in(cast.lead)
    assert "陈敏" in text(client, f"/units/{cast.group.pk}/split")

    client.post(
        f"/units/{cast.group.pk}/split",
        {"name": "数学二组", "people": [str(cast.colleague.pk)], "on": TODAY},
    )

    assert Unit.objects.unscoped("a test looks").get(name="数学二组").parent_id == cast.school.pk


def test_a_school_cannot_be_split_into_groups(cast: Cast) -> None:
    sent = {"name": "分校", "people": [str(cast.colleague.pk)], "on": TODAY}

    answer = signed_in(cast.city_officer).post(f"/units/{cast.school.pk}/split", sent)

    assert answer.status_code == 404
    assert not Unit.objects.unscoped("a test looks").filter(name="分校").exists()


def test_district_moves_a_school_by_form(cast: Cast) -> None:
    client = signed_in(cast.city_officer)

    client.post(
        f"/units/{cast.school.pk}/move",
        {"version": "1", "other": str(cast.other_district.pk), "on": TODAY},
    )

    assert kept(cast.school.pk).parent_id == cast.other_district.pk
    page = text(client, f"/units/{cast.school.pk}")
    assert "海屿区" in page
    assert "榕镇" in page


def test_schools_of_a_district_stand_in_one_list_however_deep(cast: Cast) -> None:
    client = signed_in(cast.officer)

    page = text(client, "/units?kind=school")
    found = text(client, "/units?kind=school&q=珠岸")

    assert "下级学校 2 个" in page
    assert ">榕荫小学</a>" in page
    assert ">珠岸中学</a>" in page
    assert f">{cast.group.name}</a>" not in page
    assert "海屿二小" not in page
    assert '<input type="hidden" name="kind" value="school">' in page
    assert "珠岸中学</a>" in found
    assert "榕荫小学</a>" not in found


def test_kind_that_does_not_exist_shows_one_level(cast: Cast) -> None:
    assert "下级单位" in text(signed_in(cast.officer), "/units?kind=nonsense")
