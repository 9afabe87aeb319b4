"""The page of a trial as a browser lays it out: on a phone, on a desk, on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from kaocheng.cli.main import main

pytestmark = pytest.mark.browser
T1 = Path(__file__).parent.parent / "cli" / "packs" / "t1-school"
SMALL = """() => [...document.body.querySelectorAll('*')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < 14).map(one => one.outerHTML)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOW = """() => [...document.querySelectorAll('summary, main a')]
  .filter(one => one.offsetParent).map(one => [one.innerText, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moves")
    pack = Path(shutil.copytree(T1, folder / "t1-new"))
    scheme = (pack / "scheme.yaml").read_text("utf-8")
    changed = scheme.replace("points: 0.2, free: 2 天", "points: 0.3, free: 3 天")
    changed = changed.replace("from: 90", "from: 95").replace("to: 90", "to: 95")
    (pack / "scheme.yaml").write_text(changed, "utf-8")
    out = folder / "moves.html"
    facts = str(T1 / "example")
    assert main(["simulate", str(T1), str(pack), "--facts", facts, "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or ""
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize(("width", "height"), [(360, 780), (1280, 900)])
def test_page_fits_the_window_and_can_be_read_and_tapped(
    browser: Browser, moves: Path, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, offline=True)
    page.goto(moves.as_uri())
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")

    assert page.evaluate(TOO_WIDE) <= 0
    assert page.evaluate(SMALL) == []
    assert width > 400 or page.evaluate(LOW) == []
    page.close()


def test_page_says_what_changed_and_who_moved(browser: Browser, moves: Path) -> None:
    page = browser.new_page(offline=True)
    page.goto(moves.as_uri())

    assert page.locator("h1").inner_text() == "试算：改了方案，谁会变"
    assert page.locator(".change .words").all_inner_texts() == [
        "1 考勤·病假：扣分由 0.2 改为 0.3",
        "2 考勤·病假：免计数量由 2 天改为 3 天",
        "3 等次·“优秀”：由 90 分起改为 95 分起",
        "4 等次·“合格”：由 90 分止改为 95 分止",
    ]
    moved = page.locator("section[aria-labelledby=r2] tr.moved")
    assert [" ".join(one.split()) for one in moved.all_inner_texts()] == [
        "林秀芬 T01 99.90 100.00 +0.10 2 → 1 优秀 有 1 −0.05 2 +0.10",
        "<script>alert(1)</script> T03 92.50 92.50 3 优秀 → 合格 有 → 没有 3 4",
        "单小雨 T06 99.95 100.00 +0.05 1 不合格 没有 1 −0.03 2 +0.05",
    ]
    page.close()


def test_change_is_one_step_from_whom_it_moves(browser: Browser, moves: Path) -> None:
    page = browser.new_page(offline=True)
    page.goto(moves.as_uri())

    page.locator("section[aria-labelledby=r2] tr.moved a.no").first.click()

    assert page.url.endswith("#c1")
    assert page.locator("#c1 .words").inner_text() == "1 考勤·病假：扣分由 0.2 改为 0.3"
    page.close()
