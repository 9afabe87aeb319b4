"""Pages of handovers, and the paper that both have signed."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from kaocheng.records.models import Handover
from tests.actions.test_handover import begun, given, row_of, task_for
from tests.cast import Cast
from tests.documents.chinese_fonts import FONTS
from tests.documents.pdf_text import has_lacking_glyphs, pages_of
from tests.web.test_collections import browser, text_of

LIST = 5
ONE = 4


@pytest.fixture(autouse=True)
def fonts(settings: Settings) -> None:
    settings.ASSETS = FONTS.parent


def test_handover_goes_from_hand_to_hand(cast: Cast) -> None:
    task_for(cast, cast.workshop_leader)
    giver, taker, lead = map(browser, (cast.workshop_leader, cast.teacher, cast.lead))

    begun_page = giver.post(
        "/handovers/new", {"taker": cast.teacher.pk, "note": "周报办到一半", "key": "a"}
    )
    address = begun_page["Location"]
    page = text_of(giver, address)
    assert "签字移交" in page
    assert "周报办到一半" in page
    row = Handover.objects.unscoped("a test looks").get()
    keys = [part.split('"')[0] for part in page.split('name="item" value="')[1:]]
    giver.post(f"{address}/give", {"item": keys, "version": row.version, "key": "b"})
    taker.post(f"{address}/take", {"version": row.version + 1, "key": "c"})
    assert "监交签字" in text_of(lead, address)
    lead.post(f"{address}/witness", {"version": row.version + 2, "key": "d"})

    assert [key.split("-")[0] for key in keys] == ["role", "task"]
    assert row_of(row.pk).state == "taken"
    done = text_of(taker, address)
    assert "取消这次交接" not in done
    assert "何敏仪" in done


def test_printed_list_bears_both_names_times_and_the_check_code_of_the_page(cast: Cast) -> None:
    task_for(cast, cast.workshop_leader)
    row = given(cast, giver=cast.workshop_leader, taker=cast.teacher)
    client = browser(cast.teacher)
    client.post(f"/handovers/{row.pk}/take", {"version": row.version})

    raw = client.get(f"/handovers/{row.pk}/paper.pdf").content

    code = text_of(client, f"/handovers/{row.pk}").split('<dd class="n">')[1].split("<")[0]
    [page] = pages_of(raw)
    assert page == (
        "交接清单单位数学组移交人陈国安接收人林晓棠状态待监交人签字说明周报办到一半"
        "一、任职序号事项备注1数学组坊主2020-09-01起任"
        "二、任务序号事项备注1交教学反思2026-11-30截止"
        "以上事项已逐项核对，从签收之时起由接收人办理。"
        "移交人陈国安2026年11月27日10:00接收人林晓棠2026年11月27日10:00监交人"
        f"扫码查看原件，核对校验码{code}–1–校验码{code}"
    )
    assert not has_lacking_glyphs(raw)


def test_paper_says_who_signed_for_somebody_absent(cast: Cast) -> None:
    lead = browser(cast.lead)

    made = lead.post(
        "/handovers/new",
        {"giver": cast.teacher.pk, "taker": cast.colleague.pk, "because": "已退休", "key": "a"},
    )

    assert "移交人不在岗（已退休）" in text_of(lead, made["Location"])
    [page] = pages_of(lead.get(f"{made['Location']}/paper.pdf").content)
    assert "移交人不在岗（已退休），由何敏仪代为移交。" in page
    assert "移交人名下没有需要交接的事项。" in page
    assert "代为移交何敏仪2026年11月27日10:00" in page


def test_list_that_nobody_signed_is_not_printed(cast: Cast) -> None:
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    assert browser(cast.teacher).get(f"/handovers/{row.pk}/paper.pdf").status_code == 404


@pytest.mark.parametrize("who", ["workshop_leader", "other_lead", "far_lead", "reviewer"])
def test_outsider_sees_nothing_of_it(cast: Cast, who: str) -> None:
    task_for(cast, cast.teacher, title="只给本人看的任务")
    row = given(cast, giver=cast.teacher, taker=cast.colleague)
    client = browser(getattr(cast, who))

    for address in (f"/handovers/{row.pk}", f"/handovers/{row.pk}/paper.pdf"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "只给本人看的任务" not in answer.content.decode()
    assert client.get(f"/handovers/new?giver={cast.teacher.pk}").status_code == 404
    for step in ("take", "cancel", "witness"):
        sent = client.post(f"/handovers/{row.pk}/{step}", {"version": row.version})
        assert sent.status_code == 404
    assert row_of(row.pk).state == "given"


def test_page_for_somebody_else_says_that_it_lists_what_is_within_reach(cast: Cast) -> None:
    lead = browser(cast.lead)
    assert "由那边的负责人另办" in text_of(lead, f"/handovers/new?giver={cast.teacher.pk}")
    assert "由那边的负责人另办" not in text_of(lead, "/handovers/new")


def test_version_that_is_no_number_is_refused(cast: Cast) -> None:
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    answer = browser(cast.teacher).post(f"/handovers/{row.pk}/give", {"version": "１; drop"})

    assert answer.status_code == 422
    assert row_of(row.pk).state == "draft"


def test_cancelled_from_the_page(cast: Cast) -> None:
    row = begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)

    browser(cast.teacher).post(f"/handovers/{row.pk}/cancel", {"key": "a"})

    assert row_of(row.pk).state == "cancelled"


def test_list_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(cast.teacher)
    for count in (1, 3):
        while Handover.objects.unscoped("a test looks").count() < count:
            begun(cast, cast.teacher, giver=cast.teacher, taker=cast.colleague)
        with django_assert_num_queries(LIST):
            assert text_of(client, "/handovers").count('<th scope="row">') == count


def test_page_asks_as_often_for_two_items_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(cast.lead)
    for person in (cast.teacher, cast.workshop_leader):
        task_for(cast, person)
        row = given(cast, giver=person, taker=cast.colleague)
        with django_assert_num_queries(ONE):
            text_of(client, f"/handovers/{row.pk}")
