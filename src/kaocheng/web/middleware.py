"""Around every page: a number for each request, refusals as pages, who asks, safe headers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from kaocheng.access.refusal import Refused
from kaocheng.actions.draft import drop_draft
from kaocheng.queries.actor import actor_of
from kaocheng.web import errors
from kaocheng.web.asking import Asking
from kaocheng.web.languages import HTML_NAMES, TRADITIONAL, catalog_of, language_of
from kaocheng.web.traditional import traditional_page

Handler = Callable[[HttpRequest], HttpResponse]
LOG = logging.getLogger("kaocheng.web")

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def request_id(get_response: Handler) -> Handler:
    """A number that the reader sees on an error page and that stands in the log."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return handle


class refusals:  # noqa: N801  # stands in a list of functions
    """A refusal becomes a page with its words, remedy and status."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        return errors.refused(request, problem) if isinstance(problem, Refused) else None


def who_asks(get_response: Handler) -> Handler:
    """Sets `request.asking`: the person, their appointment, and what is missing to sign in."""

    def handle(request: HttpRequest) -> HttpResponse:
        actor, still_to_do = actor_of(request.user, request.session)
        request.asking = Asking(actor, still_to_do)  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def drafts(get_response: Handler) -> Handler:
    """A form that was taken over needs its draft no longer: its answer leads to another page."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.status_code in {302, 303}:
            form = request.POST.get("draft", "")[:160]
            account_id = request.asking.actor.account_id  # type: ignore[attr-defined]
            if form and account_id is not None:
                drop_draft(account_id, form)
                # The script drops what it may have kept on the device, and the cookie.
                response.set_cookie("draft_done", quote(form), max_age=600, samesite="Lax")
        return response

    return handle


def language(get_response: Handler) -> Handler:
    """The language of the account, else of the cookie; traditional characters out of the page."""

    def handle(request: HttpRequest) -> HttpResponse:
        chosen = language_of(request)
        with translation.override(catalog_of(chosen)):
            response = get_response(request)
        if chosen == TRADITIONAL and _is_page(response):
            response.content = traditional_page(response.content.decode()).encode()
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        response.setdefault("Content-Language", HTML_NAMES[chosen])
        return response

    return handle


def _is_page(response: HttpResponse) -> bool:
    """Papers and files are in the characters they were made in."""
    if response.streaming or getattr(response, "keeps_characters", False):
        return False
    return str(response.get("Content-Type", "")).startswith("text/html")


def safe_headers(get_response: Handler) -> Handler:
    """Only our own scripts and styles; nothing personal in a cache or an index."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Cache-Control", "private, no-store")
        response.setdefault("X-Robots-Tag", "noindex")
        return response

    return handle
