"""A served demo city and a browser in front of it, as a newcomer has them.

Each story runs at the width that its role works at; `KAOCHENG_WIDTH=other ./test tests/journeys`
runs all of them at the other one. Pictures of every page looked at go to `build/screens/`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.axe import violations
from tests.web.layout import wrong, wrong_in_large_type

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"
PHONE, DESK = 360, 1280
CHINA = timezone(timedelta(hours=8))
# What a story takes at most: it stays within one day, as the people in it do.
STORY = timedelta(minutes=5)
# Loading the city on a machine that runs everything else as well.
START_SECONDS = 240
JOB_SECONDS = 120


@dataclass(frozen=True)
class Served:
    """The address, and the accounts by their role as `demo-accounts.json` has them."""

    address: str
    accounts: dict[str, dict[str, Any]]


def today() -> date:
    """The day of the served city: the servers of the stories have the clock of this machine."""
    return datetime.now(CHINA).date()


@pytest.fixture(autouse=True)
def within_one_day() -> None:
    """No story begins just before midnight in China: what is due today would be so yesterday."""
    while (datetime.now(CHINA) + STORY).date() != today():
        time.sleep(5)


@dataclass
class Visit:
    """Somebody at a browser; every page that they look at is checked and kept as a picture."""

    page: Page
    site: Served
    story: str
    looked_at: int = 0
    # What would keep somebody out, page by page: told together, at the end of the story.
    wrong: list[str] = field(default_factory=list)

    def sign_in(self, role: str) -> None:
        account = self.site.accounts[role]
        self.page.goto(f"{self.site.address}/home")
        self.look("sign-in")
        self.page.get_by_label("登录名").fill(account["account"])
        self.page.get_by_label("密码", exact=True).fill(account["password"])
        self.press("登录")
        if account["totp_secret"]:
            self.look("second-factor")
            self.page.locator("#code").fill(pyotp.TOTP(account["totp_secret"]).now())
            self.press("核对验证码")
        assert self.page.url == f"{self.site.address}{account['start_page']}"
        self.look("home")

    def press(self, button: str) -> None:
        """A button of the page's own text."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=button, exact=True).first.click()

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=link).first.click()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")

    def until(self, words: str) -> str:
        """The text of the page once it says so: what a job does takes a moment."""
        until = time.monotonic() + JOB_SECONDS
        while words not in (said := self.page.inner_text("main")):
            assert time.monotonic() < until, f"“{words}” is not in: {said}"
            self.page.wait_for_timeout(500)
            self.page.reload()
        return said

    def paste(self, rows: Iterable[Iterable[str]]) -> None:
        """Rows as they come out of a spreadsheet, into the last text box of the page."""
        text = "\n".join("\t".join(row) for row in rows)
        self.page.locator("main textarea").last.fill(text)

    def look(self, word: str) -> str:
        """The text of the page, which is checked and kept as a picture."""
        self.page.wait_for_load_state("networkidle")
        self.looked_at += 1
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        name = f"{self.story}-{self.looked_at:02d}-{word}-{width}.png"
        self.page.screenshot(path=SCREENS / name, full_page=True)
        self.wrong += [f"{name}: {one}" for one in violations(self.page)]
        self.wrong += [
            f"{name}: {one}" for one in (*wrong(self.page), *wrong_in_large_type(self.page))
        ]
        return self.page.inner_text("main")

    def sign_out(self) -> None:
        if not self.page.locator("form.not-me button").first.is_visible():
            self.page.locator("details.me > summary").click()
        with self.page.expect_navigation():
            self.page.locator("form.not-me button").filter(visible=True).first.click()
        assert "/sign-in" in self.page.url
        self.go("/home")
        assert "/sign-in" in self.page.url
        assert self.wrong == []


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all stories, over data of its own: what one does, the next one finds done."""
    with _serving(tmp_path_factory.mktemp("journeys") / "data") as site:
        yield site


@pytest.fixture(scope="session")
def unplayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo city before anybody has adopted a scheme; two are in its library."""
    folder = tmp_path_factory.mktemp("unplayed")
    for pack in ("s0.4-appraisal", "s2-guangzhou"):
        ignored = shutil.ignore_patterns("demo.toml")
        shutil.copytree(ROOT / "schemes" / pack, folder / "schemes" / pack, ignore=ignored)
    with _serving(folder / "data", KAOCHENG_SCHEMES=str(folder / "schemes")) as site:
        yield site


@contextmanager
def _serving(data: Path, **settings: str) -> Iterator[Served]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAOCHENG_", "DJANGO_", "DATABASE_", "PYTEST_", "REDIS_"))
    } | settings
    command = [sys.executable, "-m", "kaocheng.config.serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            address = _address(server)
            accounts = json.loads((data / "demo-accounts.json").read_text("utf-8"))
            yield Served(address, {one["role"]: one for one in accounts})
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=60)


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = []
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and (line := server.stdout.readline()):
        said.append(line)
        if found := re.search(r"考成已启动：(http://\S+?)（", line):
            return found[1]
    raise AssertionError("".join(said))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or ""
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    with _visits(browser, served) as begin:
        yield begin


@pytest.fixture
def visit_unplayed(browser: Browser, unplayed: Served) -> Iterator[Callable[..., Visit]]:
    with _visits(browser, unplayed) as begin:
        yield begin


@contextmanager
def _visits(browser: Browser, site: Served) -> Iterator[Callable[..., Visit]]:
    SCREENS.mkdir(parents=True, exist_ok=True)
    opened = []

    def begin(story: str, *, width: int) -> Visit:
        if os.environ.get("KAOCHENG_WIDTH") == "other":
            width = DESK if width == PHONE else PHONE
        context = browser.new_context(
            viewport={"width": width, "height": 780 if width == PHONE else 900}
        )
        context.set_default_timeout(30_000)
        opened.append(context)
        return Visit(context.new_page(), site, story)

    yield begin
    for context in opened:
        context.close()
