"""首页 for each kind of reader: what is owed, by when, and what is next."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, owe, owe_each, return_task, settle
from kaocheng.records.models import Person, Unit
from kaocheng.records.models.task import DueUnit
from tests.cast import NOW, Cast, by, person, unit
from tests.web.reader import signed_in

DUE = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # Tuesday, 24:00 in China


def owe_to(cast: Cast, who: Person, title: str, source: Unit, **more: object) -> None:
    owe(
        Act(by(cast.officer), "test.owe"),
        source=source,
        title=title,
        page="/notices",
        unit=cast.group,
        person=who,
        due_unit=DueUnit.WORKING_DAYS,
        **{"due_at": DUE, **more},  # type: ignore[arg-type]  # passed on as they come
    )


def text_of(page: str) -> str:
    body = page[page.index('<main id="main"') : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_teacher_sees_the_returned_piece_first_with_its_reason(cast: Cast) -> None:
    owe_to(cast, cast.teacher, "上交微课程佐证", cast.group)
    owe_to(cast, cast.teacher, "A6 佐证", cast.school, due_at=DUE + timedelta(days=9))
    return_task(Act(by(cast.lead), "test.return"), cast.school, because="第 2 段没有本人出镜")

    page = signed_in(cast.teacher).get("/home").content.decode()

    assert "待办 2 项" in page
    assert "剩 2 个工作日" in page
    assert "12月1日（周二）24:00 前" in page
    assert page.index("第 2 段没有本人出镜") < page.index("上交微课程佐证")
    assert page.count('class="kb p"') == 1


def test_teacher_with_nothing_to_do_is_told_so(cast: Cast) -> None:
    owe_to(cast, cast.colleague, "别人的任务", cast.group)

    page = signed_in(cast.teacher).get("/home").content.decode()

    assert "今天没有要办的事。" in page
    assert "别人的任务" not in page


def test_more_than_five_tasks_lead_to_all_of_them(cast: Cast) -> None:
    for number in range(7):
        owe_to(cast, cast.teacher, f"任务{number}", unit(f"源{number}", "group", cast.school))

    page = signed_in(cast.teacher).get("/home").content.decode()

    assert "看全部 7 项" in page
    assert page.count("<h3>任务") == 5


def test_overdue_task_says_by_how_many_working_days(cast: Cast) -> None:
    owe_to(cast, cast.teacher, "交总结", cast.group, due_at=NOW - timedelta(days=2))

    page = signed_in(cast.teacher).get("/home").content.decode()

    assert "已逾期 2 个工作日" in page


def test_workshop_leader_sees_what_the_group_still_owes(cast: Cast) -> None:
    owe_to(cast, cast.teacher, "上交微课程佐证", cast.group)

    page = signed_in(cast.workshop_leader).get("/home").content.decode()

    assert "组里还没办完的" in page
    assert "已办 0 / 1" in page


def test_lead_sees_what_the_school_owes_group_by_group(cast: Cast) -> None:
    other = unit("语文组", "group", cast.school)
    owe_to(cast, cast.teacher, "上交微课程佐证", cast.group, due_at=NOW - timedelta(days=1))
    owe_to(cast, cast.colleague, "上交微课程佐证", cast.group)
    settle(Act(by(cast.lead), "test.settle"), cast.group, person=cast.colleague)
    owe(
        Act(by(cast.officer), "test.owe"),
        source=cast.district,
        title="签收通知",
        page="/notices/1",
        unit=cast.school,
        role="lead",
        due_at=DUE,
    )

    text = text_of(signed_in(cast.lead).get("/home").content.decode())

    assert "还有 2 项没办，1 项已逾期" in text
    assert text.index("数学组") < text.index(other.name)
    assert "逾期 1 项" in text
    assert "我的待办 1 项 签收通知" in text


def test_clerk_shares_what_the_school_owes_with_the_lead(cast: Cast) -> None:
    owe(
        Act(by(cast.officer), "test.owe"),
        source=cast.district,
        title="签收通知",
        page="/notices/1",
        unit=cast.school,
        role="lead",
    )

    page = signed_in(cast.clerk).get("/home").content.decode()

    assert "签收通知" in page


def test_officer_sees_schools_with_overdue_tasks_first(cast: Cast) -> None:
    owe_each(
        Act(by(cast.officer), "test.owe"),
        cast.district,
        [
            Owed("签收", "/n", cast.other_school, role="lead", due_at=NOW - timedelta(days=1)),
            Owed("签收", "/n", cast.school, role="lead", due_at=DUE),
        ],
    )

    text = text_of(signed_in(cast.officer).get("/home").content.decode())

    assert "1 个学校有逾期任务，共 1 项" in text
    assert text.index("珠岸中学") < text.index("榕荫小学")


def test_officer_of_another_district_sees_nothing_of_it(cast: Cast) -> None:
    owe_to(cast, cast.teacher, "上交微课程佐证", cast.group, due_at=NOW - timedelta(days=1))
    officer = person("陆海", "luhai", "officer", cast.other_district)

    page = signed_in(officer).get("/home").content.decode()

    assert "海屿二小" in page
    for leaked in ("榕荫小学", "数学组", "林晓棠", "上交微课程佐证"):
        assert leaked not in page


@pytest.mark.parametrize(
    ("who", "fact"),
    [
        ("system_admin", "七天内没做成的后台工作"),
        ("security_admin", "正在锁定的账号"),
        ("audit_admin", "最近一次把校验码交出去"),
    ],
)
def test_each_administrator_sees_what_needs_their_hand(cast: Cast, who: str, fact: str) -> None:
    page = signed_in(getattr(cast, who)).get("/home").content.decode()

    assert fact in page


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("who", "queries"),
    [
        ("teacher", 4),
        ("workshop_leader", 5),
        ("lead", 8),
        ("officer", 7),
        ("reviewer", 4),
        ("system_admin", 5),
        ("security_admin", 5),
        ("audit_admin", 5),
    ],
)
def test_home_takes_a_fixed_number_of_queries(
    cast: Cast,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    who: str,
    queries: int,
) -> None:
    for number in range(count):
        group = unit(f"组{number}", "group", unit(f"校{number}", "school", cast.town))
        for owner in (cast.teacher, cast.workshop_leader, cast.reviewer):
            owe_to(cast, owner, "交总结", group, due_at=NOW - timedelta(days=1))
    reader = signed_in(getattr(cast, who))

    with django_assert_num_queries(queries):
        answer = reader.get("/home")

    assert answer.status_code == 200
