"""The report as a browser lays it out: on a phone, on a desk, by keyboard, on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kaocheng.cli.main import main

pytestmark = pytest.mark.browser
PACKS = Path(__file__).parent.parent / "cli" / "packs"
OF_A_PACK = ("index", "notice", "process", "documents", "findings", "teacher-T01")
PAGES = ("index.html", *(f"t1-school/{name}.html" for name in OF_A_PACK))

# Texts smaller than 14 px and what sticks out of the window.
SMALL = """() => [...document.body.querySelectorAll('*')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < 14).map(one => one.outerHTML)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What can be tapped and is lower than 44 px; links within running text may be.
LOW = """() => [...document.querySelectorAll('summary, main a:not(.quoted)')]
  .filter(one => one.offsetParent).map(one => [one.innerText, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shown") / "report"
    assert main(["gallery", "--schemes", str(PACKS), "--out", str(folder)]) == 0
    return folder


@cache
def chromium() -> str:
    return shutil.which("chromium") or ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # Nothing may need a script; evaluating our own still works.
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def open_everything(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 760, 1280])
def test_pages_fit_the_window_and_are_legible(
    page: Page, report: Path, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((report / path).as_uri())
    open_everything(page)

    assert page.evaluate(TOO_WIDE) == 0
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("path", PAGES)
def test_everything_can_be_tapped_on_a_phone(page: Page, report: Path, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((report / path).as_uri())
    open_everything(page)

    assert page.evaluate(LOW) == []


def test_rows_are_cards_on_a_phone_and_rows_on_a_desk(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/index.html").as_uri())
    shown = "() => getComputedStyle(document.querySelector('.results tr:last-child')).display"

    page.set_viewport_size({"width": 360, "height": 800})
    on_phone = page.evaluate(shown)
    page.set_viewport_size({"width": 1280, "height": 800})

    assert (on_phone, page.evaluate(shown)) == ("block", "table-row")


def test_head_of_a_long_table_stays_in_view(page: Page, report: Path) -> None:
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto((report / "t1-school/index.html").as_uri())

    page.locator(".results tbody tr").nth(3).scroll_into_view_if_needed()
    page.mouse.wheel(0, 120)
    top = page.locator(".results thead th").first.evaluate(
        "one => [one, one.closest('.card')].map(of => getComputedStyle(of))"
        ".map(style => style.position + style.overflow)"
    )

    assert top == ["stickyvisible", "staticclip"]


def test_tree_opens_by_keyboard(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/teacher-T01.html").as_uri())
    summary = page.locator("summary", has_text="课堂教学")
    quote = page.get_by_text("课堂教学按评课分的平均分折算")
    assert not quote.is_visible()

    summary.focus()
    page.keyboard.press("Enter")

    assert quote.is_visible()


def test_quote_in_the_notice_opens_the_rule_that_rests_on_it(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/notice.html").as_uri())
    written = page.get_by_text("mark: {of: mean(mark over observation), out_of: 40}")
    assert not written.is_visible()

    page.get_by_role("link", name="课堂教学按评课分的平均分折算，满分60分").click()

    assert written.is_visible()


def test_rules_stand_beside_their_paragraph_on_a_desk(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/notice.html").as_uri())
    beside = """() => { const row = document.querySelector('.paragraph:has(.rules)');
      const [text, rules] = [row.querySelector('.text'), row.querySelector('.rules')]
        .map(one => one.getBoundingClientRect());
      return [rules.left >= text.right, rules.top >= text.bottom]; }"""

    page.set_viewport_size({"width": 1280, "height": 800})
    on_desk = page.evaluate(beside)
    page.set_viewport_size({"width": 360, "height": 800})

    assert (on_desk, page.evaluate(beside)) == ([True, False], [False, True])


def test_first_stop_of_the_keyboard_leads_to_the_text(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/teacher-T01.html").as_uri())

    page.keyboard.press("Tab")

    assert page.evaluate("() => document.activeElement.innerText") == "跳到正文"


def test_paper_shows_what_the_screen_folds(page: Page, report: Path) -> None:
    page.goto((report / "t1-school/teacher-T01.html").as_uri())
    page.emulate_media(media="print")

    assert page.get_by_text("课堂教学按评课分的平均分折算").is_visible()
    assert not page.locator(".top").is_visible()
    assert page.get_by_text("课堂教学", exact=True).bounding_box()["width"] > 50  # type: ignore[index]  # it is visible
