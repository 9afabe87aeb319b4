"""The session of somebody who is signed in: begun, bound to its device, limited, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kaocheng.access.endpoints import MustSignIn
from kaocheng.actions.perform import Answer
from kaocheng.actions.sign_in import bind_session, end_idle, note_seen
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Account
from kaocheng.records.sessions import session_digest
from kaocheng.web.asking import asking

BACKEND = "kaocheng.web.account.backend.AccountBackend"
NOTED_EVERY_SECONDS = 60


def begin_session(request: HttpRequest, answer: Answer, *, shared_pc: bool, linked: bool) -> None:
    """A new key, whatever the browser sent; what was found at sign-in is kept in the session."""
    values: dict[str, Any] = dict(answer.values)
    account = Account.objects.get(pk=values["account"])
    request.session.flush()
    auth.login(request, account, backend=BACKEND)
    session = request.session
    session.update(
        {
            "sign_in": int(answer.id),
            "started": values["started"],
            "seen": values["started"],
            "idle_seconds": values["idle_minutes"] * 60,
            "most_seconds": values["hours"] * 3600,
            "sets_up": values["sets_up"],
            "expired": values["expired"],
            "linked": linked,
        }
    )
    # 0: gone when the browser closes, which is what a shared computer needs.
    session.set_expiry(0 if shared_pc else values["hours"] * 3600)
    rebind(request)


def rebind(request: HttpRequest) -> None:
    """After the key has changed: the row of the device follows."""
    if request.session.session_key is None:
        request.session.save()
    assert request.session.session_key is not None
    bind_session(request.session["sign_in"], session_digest(request.session.session_key))


def new_key(request: HttpRequest) -> None:
    """After a step of signing in, so that a key seen before it is worth nothing."""
    request.session.cycle_key()
    if "sign_in" in request.session:
        rebind(request)


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ends a session that was idle or open too long; notes once a minute that it is in use."""

    def handle(request: HttpRequest) -> HttpResponse:
        session = request.session
        if "sign_in" in session:
            at = CLOCK.now()
            seconds = at.timestamp()
            idle = seconds - session["seen"] > session["idle_seconds"]
            if idle or seconds - session["started"] > session["most_seconds"]:
                end_idle(session["sign_in"], at)
                auth.logout(request)
            elif seconds - session["seen"] >= NOTED_EVERY_SECONDS:
                session["seen"] = seconds
                note_seen(session["sign_in"], at)
        return get_response(request)

    return handle


def present_device(request: HttpRequest) -> int | None:
    found: int | None = request.session.get("sign_in")
    return found


def at_step(request: HttpRequest, *steps: str) -> None:
    """A page of the way in: refused to whoever has another step before them.

    Without this, who knows only the password could change it, or set up a second factor of theirs.
    """
    if asking(request).still_to_do not in steps:
        raise MustSignIn


def next_page(request: HttpRequest) -> str:
    """Where the reader wanted to go, if that is ours; else home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("home")


def address_of(request: HttpRequest) -> str | None:
    """Of the browser; behind a proxy on this machine the server has already read its header."""
    found: str | None = request.META.get("REMOTE_ADDR")
    return found or None


# Looked for in this order: several name others as well.
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("wxwork", "企业微信"),
    ("360SE", "360浏览器"),
    ("360EE", "360浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "Mac 电脑"),
    ("Kylin", "麒麟电脑"),
    ("UOS", "统信电脑"),
    ("Linux", "Linux 电脑"),
)


def device_of(request: HttpRequest) -> str:
    """In words that the owner recognises; never the browser's own long line."""
    agent = request.headers.get("User-Agent", "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    return " · ".join(filter(None, (system, browser))) or "未知设备"
