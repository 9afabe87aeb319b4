"""Autosave in a browser: nothing is lost when the network or the session goes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import override_settings
from django.urls import path
from playwright.sync_api import Page

from kaocheng.config.urls import urlpatterns as own
from kaocheng.queries.draft import draft_of
from tests.cast import Cast, account_of
from tests.web.axe import violations
from tests.web.conftest import Open

pytestmark = pytest.mark.browser
PAGE = """{% extends "frame.html" %}{% block heading %}表{% endblock %}{% block body %}
<form method="post" data-autosave="a-form">{% csrf_token %}{% form_key %}
<label>标题 <input class="inp" name="title"></label>
<label>密码 <input class="inp" type="password" name="secret"></label>
<label><input type="checkbox" name="to" value="1"> 一</label>
<label><input type="checkbox" name="to" value="2"> 二</label>
<p data-kept></p><button class="kb p">保存表</button></form>{% endblock %}"""


def form_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return redirect("/help/home")
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [path("a-form", form_page), *own]
Kept = Callable[[], dict[str, list[str]] | None]


@pytest.fixture
def kept(cast: Cast) -> Kept:
    account = account_of(cast.teacher)

    def now_kept() -> dict[str, list[str]] | None:
        found = draft_of(account, "a-form")
        return found.content if found else None

    return now_kept


def typed(page: Page) -> None:
    page.fill("[name=title]", "研修安排")
    page.fill("[name=secret]", "Banyan-2026-shade")
    page.check("[name=to][value='2']")


def on_device(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => Object.values(localStorage)")
    return found


def line(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('.kept').innerText.includes(words)",
                           arg=words)  # fmt: skip


@override_settings(ROOT_URLCONF=__name__)
def test_typing_is_kept_by_the_server_and_then_leaves_the_device(
    window: Open, cast: Cast, kept: Kept
) -> None:
    page = window("/a-form", cast.teacher)

    typed(page)
    before = json.loads(on_device(page)[0])["content"]
    line(page, "已自动保存")

    assert before == {"title": ["研修安排"], "to": ["2"]}
    assert kept() == before
    assert on_device(page) == []


@override_settings(ROOT_URLCONF=__name__)
def test_draft_comes_back_and_goes_when_the_form_is_sent(
    window: Open, cast: Cast, kept: Kept
) -> None:
    page = window("/a-form", cast.teacher)
    typed(page)
    line(page, "已自动保存")

    page.reload()
    line(page, "已恢复您上次没提交的内容")
    filled = (page.input_value("[name=title]"), page.is_checked("[name=to][value='2']"))
    page.click("text=保存表")
    page.wait_for_url("**/help/home")

    assert filled == ("研修安排", True)
    assert kept() is None
    assert on_device(page) == []


@override_settings(ROOT_URLCONF=__name__)
def test_what_is_typed_without_a_network_stays_on_the_device(
    window: Open, cast: Cast, kept: Kept
) -> None:
    page = window("/a-form", cast.teacher)
    page.route("**/drafts*", lambda route: route.abort())

    typed(page)
    line(page, "网络断了")
    alone = kept()
    page.unroute("**/drafts*")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    line(page, "已自动保存")

    assert alone is None
    assert kept() == {"title": ["研修安排"], "to": ["2"]}


@override_settings(ROOT_URLCONF=__name__)
def test_expired_session_loses_nothing(window: Open, cast: Cast, kept: Kept) -> None:
    page = window("/a-form", cast.teacher)
    gone = True
    page.route("**/drafts*", lambda route: route.fulfill(status=401) if gone else route.fallback())

    typed(page)
    line(page, "登录过期了。登录后接着填，内容没丢")
    link = page.get_attribute(".kept a", "href")
    asked = (page.inner_text("dialog[open] h2"), page.get_attribute("dialog[open] a", "href"))
    faults = violations(page)
    page.click("dialog[open] button")
    typed_still = page.input_value("[name=title]")
    gone = False
    page.reload()
    line(page, "已恢复您上次没提交的内容")

    assert asked == ("登录过期了。登录后接着填，内容没丢", link)
    assert link == "/sign-in?next=%2Fa-form"
    assert faults == []
    assert typed_still == "研修安排"
    assert page.input_value("[name=title]") == "研修安排"
    line(page, "已自动保存")
    assert kept() == {"title": ["研修安排"], "to": ["2"]}


@override_settings(ROOT_URLCONF=__name__)
def test_who_leaves_a_shared_machine_leaves_nothing_behind(
    window: Open, cast: Cast, kept: Kept
) -> None:
    page = window("/a-form", cast.teacher)
    typed(page)
    assert len(on_device(page)) == 1

    page.click(".top > .not-me button")
    page.wait_for_url("**/sign-in*")

    assert on_device(page) == []
    assert kept() == {"title": ["研修安排"], "to": ["2"]}


@override_settings(ROOT_URLCONF=__name__)
def test_draft_of_the_person_before_goes_when_another_is_there(window: Open, cast: Cast) -> None:
    page = window("/a-form", cast.teacher)
    page.evaluate("() => localStorage.setItem('draft:999:a-form', '{}')")

    page.reload()

    assert on_device(page) == []
