"""A window of a real browser onto the pages, without a server: Django's test client answers it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from kaocheng.records.models import Account, Person

SITE = "http://localhost"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:  # the connection is its
    ours = connections["default"]
    # Playwright's own loop runs in this thread; our queries do not wait for it, and where there is
    # a loop, Django would open a connection of its own, in which nothing of the test is seen.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        connections["default"] = ours
        path = shutil.which("chromium") or ""
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser, db: None) -> Iterator[Open]:  # pages need it
    """Open a page as somebody: `window("/home", cast.teacher, width=360)`."""
    opened: list[BrowserContext] = []
    ours = connections["default"]

    def open_page(
        path: str,
        who: Person | None = None,
        *,
        width: int = 1280,
        session: Mapping[str, object] | None = None,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, base_url=SITE)
        opened.append(context)
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if who is not None:
            client.force_login(Account.objects.get(person=who))
            kept = client.session
            kept.update(session or {})
            kept.save()
        context.route("**/*", lambda route: answer(route, client, ours))
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in opened:
        context.close()


def answer(route: Route, client: Client, ours: BaseDatabaseWrapper) -> None:
    """The product's own answer. Cookies stay with the client; scripts see those they may."""
    # Playwright calls us in a context of its own, in which the test's connection is unknown.
    connections["default"] = ours
    status, headers, body = asked(
        client,
        method=route.request.method,
        path=route.request.url.removeprefix(SITE),
        # The client has its own cookies, those that scripts may not see among them.
        headers={n: v for n, v in route.request.headers.items() if n != "cookie"},
        body=route.request.post_data_buffer or b"",
    )
    if status in {301, 302, 303}:
        # The browser would follow to a real network: a page that leads there at once does it.
        headers["content-type"], headers["content-security-policy"] = "text/html", ""
        body = f'<meta http-equiv="refresh" content="0;url={headers.pop("Location")}">'.encode()
        status = 200
    route.fulfill(status=status, headers=headers, body=body)


def asked(
    client: Client, *, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    given = client.generic(
        method,
        path,
        data=body,
        content_type=headers.get("content-type", "application/octet-stream"),
        headers=headers,
        HTTP_HOST="localhost",
    )
    sent = {name: value for name, value in given.items() if name.lower() != "content-length"}
    if given.cookies:
        sent["set-cookie"] = "\n".join(one.OutputString() for one in given.cookies.values())
    # Reading a stream to its end closes it; closing it ourselves would close the connection too.
    content = b"".join(given) if given.streaming else given.content
    return given.status_code, sent, content
