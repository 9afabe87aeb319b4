"""Pages of tasks: one's own, those below, and the chase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, owe_each, settle
from kaocheng.queries.task import PAGE
from kaocheng.queries.task_board import board, top_unit
from kaocheng.records.models import Message, Person, PersonalData, Unit
from tests.cast import NOW, Cast, actor, by, person, unit
from tests.web.reader import signed_in

FONTS = Path(settings.ASSETS) / "fonts"


def owe_people(cast: Cast, source: Unit, *people: Person, title: str = "交工作总结") -> None:
    owe_each(
        Act(by(cast.lead), "test.owe"),
        source,
        [
            Owed(title, "/notices", cast.group, person=who, due_at=NOW - timedelta(days=1))
            for who in people
        ],
    )
    Message.objects.unscoped("what was told before").delete()


def test_own_tasks_are_filtered_by_state(cast: Cast) -> None:
    owe_people(cast, cast.group, cast.teacher, title="还没办的")
    owe_people(cast, cast.school, cast.teacher, title="办好了的")
    settle(Act(by(cast.lead), "test.settle"), cast.school)
    teacher = signed_in(cast.teacher)

    shown = {
        name: teacher.get(f"/tasks?show={name}").content.decode()
        for name in ("open", "overdue", "returned", "done", "all", "nonsense")
    }

    assert {name: ("还没办的" in page, "办好了的" in page) for name, page in shown.items()} == {
        "open": (True, False),
        "overdue": (True, False),
        "returned": (False, False),
        "done": (False, True),
        "all": (True, True),
        "nonsense": (True, False),
    }
    assert "待办 1 项，已办 1 项" in shown["open"]


@pytest.mark.parametrize("page", ["0", "-1", "999999999999", "x", "2"])
def test_page_number_that_makes_no_sense_shows_the_list(cast: Cast, page: str) -> None:
    owe_people(cast, cast.group, cast.teacher)

    answer = signed_in(cast.teacher).get(f"/tasks?page={page}")

    assert answer.status_code == 200
    assert "交工作总结" in answer.content.decode()


def test_board_of_the_city_shows_districts_or_schools(cast: Cast) -> None:
    owe_people(cast, cast.group, cast.teacher)
    officer = signed_in(cast.city_officer)

    districts = officer.get("/tasks/below").content.decode()
    schools = officer.get("/tasks/below?kind=school").content.decode()

    assert districts.index("云山区</a>") < districts.index("海屿区</a>")
    assert "榕荫小学" not in districts
    assert schools.index("榕荫小学</a>") < schools.index("海屿二小</a>")


def test_board_of_a_unit_outside_is_answered_like_none(cast: Cast) -> None:
    lead = signed_in(cast.lead)

    for address in ("/tasks/below", "/tasks/owed", "/tasks/matters"):
        answer = lead.get(f"{address}?unit={cast.far_school.pk}")
        assert answer.status_code == 404
        assert "海屿二小" not in answer.content.decode()


def test_group_shows_who_owes_what(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.teacher, cast.colleague)

    page = signed_in(cast.lead).get(f"/tasks/below?unit={cast.group.pk}").content.decode()

    assert "林晓棠" in page
    assert "陈敏" in page
    assert "共 2 项" in page


def test_teacher_may_not_see_the_tasks_of_others(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.colleague)
    teacher = signed_in(cast.teacher)

    for address in (
        "/tasks/below",
        "/tasks/owed",
        "/tasks/matters",
        f"/tasks/matters/unit/{cast.school.pk}",
        f"/tasks/matters/unit/{cast.school.pk}/picture.png",
    ):
        answer = teacher.get(address)
        assert answer.status_code == 403
        assert "陈敏" not in answer.content.decode()


def test_words_for_the_group_hold_names_or_numbers_and_nothing_else_of_people(cast: Cast) -> None:
    PersonalData(person=cast.teacher, id_number="999999199001010018", phone="19999990001").save()
    owe_people(cast, cast.school, cast.teacher, cast.colleague)
    lead = signed_in(cast.lead)
    address = f"/tasks/matters/unit/{cast.school.pk}"

    names = lead.get(address).content.decode()
    counts = lead.get(f"{address}?text=counts").content.decode()

    assert "· 数学组：陈敏、林晓棠" in names
    assert "还没有完成：2 项" in names
    assert "· 数学组：2 人" in counts
    for page in (names, counts):
        assert "999999199001010018" not in page
        assert "19999990001" not in page


def test_officer_names_schools_not_groups(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.teacher, cast.colleague)

    page = signed_in(cast.officer).get(f"/tasks/matters/unit/{cast.school.pk}?text=counts")

    assert "· 榕荫小学：2 人" in page.content.decode()


def test_matter_of_another_school_is_answered_like_none(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.teacher)

    answer = signed_in(cast.far_lead).get(f"/tasks/matters/unit/{cast.school.pk}")

    assert answer.status_code == 404
    assert "林晓棠" not in answer.content.decode()


def test_lead_reminds_from_the_page_once(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.teacher, cast.colleague)
    lead = signed_in(cast.lead)
    address = f"/tasks/matters/unit/{cast.school.pk}"

    first = lead.post(f"{address}/remind", {"key": "r1"})
    page = lead.get(first["Location"]).content.decode()
    again = lead.post(f"{address}/remind", {"key": "r1"})

    assert "已提醒 2 人" in page
    assert again.status_code == 302
    assert Message.objects.unscoped("a test looks").count() == 2


@pytest.mark.skipif(not FONTS.is_dir(), reason="the fonts are fetched at set-up")
def test_picture_for_the_group_is_a_picture(cast: Cast) -> None:
    owe_people(cast, cast.school, cast.teacher)

    answer = signed_in(cast.lead).get(f"/tasks/matters/unit/{cast.school.pk}/picture.png")

    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


@dataclass(frozen=True)
class ListPage:
    """`base` and `each`: rows with the head of the table, and rows that each task adds."""

    address: str
    queries: int
    base: int
    each: int


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "page",
    [
        ListPage("/tasks", 5, base=0, each=1),
        ListPage("/tasks/below", 5, base=3, each=1),
        ListPage("/tasks/owed", 5, base=1, each=2),
        ListPage("/tasks/matters", 5, base=2, each=1),
        ListPage("/tasks/matters/unit/{school}", 6, base=1, each=1),
    ],
    ids=lambda page: page.address,
)
def test_lists_take_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int, page: ListPage
) -> None:
    for number in range(count):
        group = unit(f"组{number}", "group", cast.school)
        teacher = person(f"教师{number}", f"teacher{number}", "member", group)
        owe_people(cast, cast.school, teacher)
        owe_people(cast, group, cast.lead)
    lead = signed_in(cast.lead)

    # Session, account with what it holds, badges; the rest is the page.
    with django_assert_num_queries(page.queries):
        answer = lead.get(page.address.format(school=cast.school.pk))

    text = answer.content.decode()
    assert text.count("<tr>") + text.count('<li class="kc task') == page.base + page.each * count


def test_board_of_more_units_than_a_page_counts_those_it_shows(cast: Cast) -> None:
    schools = [unit(f"第{number:02}小学", "school", cast.town) for number in range(PAGE + 1)]
    groups = [unit("数学组", "group", school) for school in schools]
    owe_each(
        Act(by(cast.officer), "test.owe"),
        cast.district,
        [Owed("签收", "/n", group, role="lead") for group in groups]
        + [Owed("签收", "/n", schools[PAGE], role="lead", due_at=NOW - timedelta(days=1))],
    )

    officer = actor(cast.city_officer)
    found = board(officer, top_unit(officer), now=NOW, row_kind="school")

    first = found.rows[1]
    assert (first.name, first.overdue, first.open) == ("第50小学", 1, 2)
    assert (found.units_overdue, found.overdue) == (1, 1)
    assert {row.open for row in found.rows[2:] if row.name.startswith("第")} == {1}
