"""The frame as a browser lays it out: on a phone, on a desk, in large type, in three languages."""

from __future__ import annotations

import pytest

from kaocheng.records.models import Account
from tests.cast import Cast
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.layout import wrong, wrong_in_large_type

pytestmark = pytest.mark.browser

SMALL = """() => [...document.body.querySelectorAll('*')]
  .filter(one => one.offsetParent)
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < 14).map(one => one.outerHTML)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOW = """() => [...document.querySelectorAll('a, button, summary')].filter(one => one.offsetParent)
  .filter(one => !one.matches('.skip, main p a, main li a:not(.kb)'))
  .map(one => [one.innerText, one.getBoundingClientRect().height])
  .filter(([, high]) => high < 44)"""
PAGES = ("/home", "/help/home", "/schemes", "/no-such-page", "/account")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_the_shell_keep_nobody_out(
    window: Open, cast: Cast, path: str, width: int
) -> None:
    page = window(path, cast.teacher, width=width)

    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("path", ["/home", "/tasks", "/units", "/registers", "/results", "/audit"])
@pytest.mark.parametrize("width", [360, 1280])
def test_main_pages_keep_nobody_out_in_large_type(
    window: Open, cast: Cast, path: str, width: int
) -> None:
    reader = cast.audit_admin if path == "/audit" else cast.lead
    Account.objects.filter(person=reader).update(large_type=True)

    page = window(path, reader, width=width)

    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "20px"
    assert violations(page) == []
    assert wrong(page) == []
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_large_type_fits_a_phone_in_every_language(window: Open, cast: Cast, language: str) -> None:
    Account.objects.filter(person=cast.lead).update(large_type=True, language=language)

    page = window("/help/home", cast.lead, width=360)

    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "20px"
    assert page.evaluate(TOO_WIDE) == 0
    assert violations(page) == []


def test_text_that_a_box_cuts_off_is_noticed(window: Open, cast: Cast) -> None:
    page = window("/help/home", cast.lead, width=360)
    page.evaluate(
        """words => {
          const box = document.querySelector("main").appendChild(document.createElement("div"));
          box.className = "kc flush";
          box.textContent = words;
          box.style.whiteSpace = "nowrap";
        }""",
        "字" * 30,
    )

    found = wrong(page)

    assert found == [f"cut off: {'字' * 30} in kc flush"]
    assert wrong_in_large_type(page) == [f"in large type: {found[0]}"]
    assert "large" not in page.evaluate("() => document.documentElement.className")


@pytest.mark.parametrize("path", ["/help/home", "/units", "/schemes", "/registers", "/audit"])
def test_everything_can_be_tapped_on_a_phone(window: Open, cast: Cast, path: str) -> None:
    page = window(path, cast.audit_admin if path == "/audit" else cast.lead, width=360)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")

    assert page.evaluate(LOW) == []


def test_phone_has_tabs_and_desk_has_a_rail(window: Open, cast: Cast) -> None:
    page = window("/home", cast.teacher, width=360)
    tabs = "() => getComputedStyle(document.querySelector('.tabs5')).display"
    rail = "() => getComputedStyle(document.querySelector('.rail')).display"
    on_phone = (page.evaluate(tabs), page.evaluate(rail))

    page.set_viewport_size({"width": 1280, "height": 800})

    assert on_phone == ("grid", "none")
    assert (page.evaluate(tabs), page.evaluate(rail)) == ("none", "flex")


def test_first_stop_of_the_keyboard_leads_to_the_text(window: Open, cast: Cast) -> None:
    page = window("/home", cast.teacher)

    page.keyboard.press("Tab")

    assert page.evaluate("() => document.activeElement.innerText") == "跳到正文"


def test_panel_closes_on_escape_and_gives_the_focus_back(window: Open, cast: Cast) -> None:
    page = window("/home", cast.teacher)
    page.click(".me > summary")
    is_open = page.evaluate("() => document.querySelector('.me').open")

    page.keyboard.press("Escape")

    assert is_open
    assert not page.evaluate("() => document.querySelector('.me').open")
    assert page.evaluate("() => document.activeElement.tagName") == "SUMMARY"


def test_help_opens_as_a_drawer_over_the_page(window: Open, cast: Cast) -> None:
    page = window("/home", cast.teacher)

    page.click(".rail a[data-help]")
    page.wait_for_selector("dialog[open]")

    assert "首页只回答三件事" in page.inner_text("dialog")
    assert page.url.endswith("/home")
    assert violations(page) == []


def test_no_script_or_style_is_refused_by_the_policy(window: Open, cast: Cast) -> None:
    page = window("/help/home", cast.teacher)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.reload()
    page.wait_for_load_state("networkidle")

    assert said == []
