"""What the next page tells its reader about what was just done: `say(request, _("已保存"))`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

COOKIE = "said"
# Whoever does not look within ten minutes knows anyhow.
HOLDS_SECONDS = 600
# A cookie holds 4 kB; nothing that we say is as long.
MOST_CHARACTERS = 300
_ICONS = {"ok": "circle-check", "wa": "alert-triangle", "no": "alert-circle", "": "info-circle"}


@dataclass(frozen=True)
class Saying:
    """`kind` as of a note: ok, wa, no, or empty for plain information."""

    words: str
    kind: str

    @property
    def icon(self) -> str:
        return _ICONS.get(self.kind, "info-circle")


def say(request: HttpRequest, words: str | Promise, kind: str = "ok") -> None:
    """Keep the words for the page after the redirect."""
    _said(request).append([str(words)[:MOST_CHARACTERS], kind])


def said_before(request: HttpRequest) -> tuple[Saying, ...]:
    """What was kept, said once."""
    found = [*_kept(request), *_said(request)]
    request.said_now = True  # type: ignore[attr-defined]  # read by `sayings`
    _said(request).clear()
    return tuple(Saying(words, kind) for words, kind in found)


def sayings(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Carries the words in a cookie, which costs no write: signed, and of this session alone."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if new := _said(request):
            value = signing.dumps([*_kept(request), *new], salt=_salt(request), compress=True)
            response.set_cookie(
                COOKIE,
                value,
                max_age=HOLDS_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        elif COOKIE in request.COOKIES and getattr(request, "said_now", False):
            response.delete_cookie(COOKIE, samesite="Lax")
        return response

    return handle


def _said(request: HttpRequest) -> list[list[str]]:
    """What this request has said and no page has shown yet."""
    if not hasattr(request, "said"):
        request.said = []  # type: ignore[attr-defined]
    found: list[list[str]] = request.said  # type: ignore[attr-defined]
    return found


def _kept(request: HttpRequest) -> list[list[str]]:
    """Out of the cookie; nothing where it is not ours, too old or of another session."""
    if COOKIE not in request.COOKIES or getattr(request, "said_now", False):
        return []
    try:
        found: list[list[str]] = signing.loads(
            request.COOKIES[COOKIE], salt=_salt(request), max_age=HOLDS_SECONDS
        )
    except signing.BadSignature:
        return []
    return found


def _salt(request: HttpRequest) -> str:
    session = getattr(request, "session", None)
    return f"said in {session.session_key if session is not None else None}"
