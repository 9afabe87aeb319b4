"""The pages of people as a browser lays them out."""

from __future__ import annotations

import pytest

from kaocheng.records.models import Appointment
from tests.cast import Cast
from tests.web.axe import violations
from tests.web.conftest import Open

pytestmark = pytest.mark.browser

TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "/units/{unit}/people?q=x",
    "/units/{unit}/people/add",
    "/units/{unit}/roster",
    "/people/{person}",
    "/people/{person}/correct",
    "/people/{person}/personal",
    "/people/{person}/appoint",
    "/people/{person}/transfer",
    "/people/{person}/second",
    "/people/{person}/retire",
    "/people/{person}/leave",
    "/appointments/{post}/change",
    "/appointments/{post}/end",
    "/units?kind=school",
)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_pages_of_people_keep_nobody_out(window: Open, cast: Cast, path: str, width: int) -> None:
    post = Appointment.objects.unscoped("a test").get(person=cast.teacher)
    address = path.format(unit=cast.school.pk, person=cast.teacher.pk, post=post.pk)

    page = window(address, cast.lead, width=width)

    assert page.title() not in {"", "没有这一页 · 考成"}  # a page of its own, not a refusal
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0
