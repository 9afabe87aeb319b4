"""Around every page: a number for each request, refusals as pages, who asks, safe headers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kaocheng.access.refusal import Refused
from kaocheng.queries.actor import actor_of
from kaocheng.web import errors
from kaocheng.web.asking import Asking

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


def language(get_response: Handler) -> Handler:
    """The language of the account, else of the cookie."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return handle


def safe_headers(get_response: Handler) -> Handler:
    """Only our own scripts and styles; nothing personal in a cache or an index."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Cache-Control", "private, no-store")
        response.setdefault("X-Robots-Tag", "noindex")
        return response

    return handle
