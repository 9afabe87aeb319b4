"""消息: unread first, each leads to what it is about, nobody reads another's."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.message import tell
from kaocheng.actions.perform import Act
from kaocheng.records.models import Message, Person
from tests.cast import NOW, Cast, by
from tests.web.reader import signed_in


def told(cast: Cast, who: Person, subject: str, page: str = "/notices") -> Message:
    [message] = tell(
        Act(by(cast.officer), "test.tell"),
        [who.pk],
        subject=subject,
        effect_key=f"test-{subject}",
        page=page,
    )
    return message


def stored(message: Message) -> Message:
    return Message.objects.unscoped("a test looks").get(pk=message.pk)


def test_unread_messages_stand_first(cast: Cast) -> None:
    told(cast, cast.teacher, "早一些，没看")
    read = told(cast, cast.teacher, "晚一些，看过")
    teacher = signed_in(cast.teacher)
    teacher.post(f"/messages/{read.pk}/open")

    page = teacher.get("/messages").content.decode()

    assert page.index("早一些，没看") < page.index("晚一些，看过")
    assert "1 条未读" in page


def test_opening_marks_it_read_and_leads_to_the_page(cast: Cast) -> None:
    message = told(cast, cast.teacher, "请看通知")

    answer = signed_in(cast.teacher).post(f"/messages/{message.pk}/open")

    assert answer["Location"] == "/notices"
    assert stored(message).read_at == NOW


def test_address_outside_is_never_followed(cast: Cast) -> None:
    message = told(cast, cast.teacher, "去外面", page="//example.invalid/")
    teacher = signed_in(cast.teacher)

    answer = teacher.post(f"/messages/{message.pk}/open")

    assert answer["Location"] == "/messages"
    assert "example.invalid" not in teacher.get("/messages").content.decode()


def test_message_of_another_is_neither_shown_nor_opened(cast: Cast) -> None:
    message = told(cast, cast.teacher, "给林晓棠的话")
    colleague = signed_in(cast.colleague)

    answer = colleague.post(f"/messages/{message.pk}/open")

    assert answer.status_code == 404
    assert "给林晓棠的话" not in colleague.get("/messages").content.decode()
    assert stored(message).read_at is None


def test_all_are_marked_read_at_once(cast: Cast) -> None:
    mine = [told(cast, cast.teacher, f"消息{number}") for number in range(3)]
    others = told(cast, cast.colleague, "别人的")

    signed_in(cast.teacher).post("/messages/read", {"key": "a"})

    assert [stored(message).read_at for message in mine] == [NOW] * 3
    assert stored(others).read_at is None


def test_only_the_unread_are_shown_when_asked_for(cast: Cast) -> None:
    read = told(cast, cast.teacher, "看过的")
    told(cast, cast.teacher, "没看的")
    teacher = signed_in(cast.teacher)
    teacher.post(f"/messages/{read.pk}/open")

    page = teacher.get("/messages?show=unread").content.decode()

    assert "没看的" in page
    assert "看过的" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        told(cast, cast.teacher, f"消息{number}")
    teacher = signed_in(cast.teacher)

    with django_assert_num_queries(5):
        page = teacher.get("/messages").content.decode()

    assert page.count("/open") == count
