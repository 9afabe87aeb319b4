"""Pages for what went wrong: what happened, what is safe, what to do, and a number."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from kaocheng.access.endpoints import MustSignIn
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale

LOG = logging.getLogger("kaocheng.web")
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_PICTURES = {401: "lock", 403: "shield-lock", 404: "search", 409: "users", 500: "tool"}


def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The page of a refusal; who is not signed in goes to sign in and comes back."""
    must_sign_in = isinstance(problem, MustSignIn)
    if must_sign_in and request.method == "GET" and not is_partial(request):
        return redirect(_sign_in(request))
    context = {
        "problem": problem,
        "picture": _PICTURES.get(problem.status, "alert-circle"),
        # The reason of a bug of ours names it itself.
        "number": "" if problem.status == 500 else _number(request),
        "sign_in": _sign_in(request) if must_sign_in else "",
        "problems": list(problem.problems.values()) if isinstance(problem, Invalid) else [],
        "theirs": list(problem.theirs.items()) if isinstance(problem, Stale) else [],
    }
    return render(request, "error.html", context, status=problem.status)


def is_partial(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Also what is larger than the server takes, in bytes, fields or files."""
    is_too_much = isinstance(exception, _TOO_MUCH)
    problem = Refused("W12" if is_too_much else "W01")
    problem.status = 413 if is_too_much else 400
    return refused(request, problem)


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return refused(request, NotAllowed())


def forged_or_old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form does not bear our token: mostly a page that was open while somebody signed in."""
    LOG.warning("form refused: %s", reason)
    return refused(request, NotAllowed("W11"))


def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return refused(request, NotYours())


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours: nothing of it is shown but its number. Works without a database."""
    problem = Refused("W09", number=_number(request))
    problem.status = 500
    try:
        return refused(request, problem)
    except DatabaseError:
        LOG.exception("the frame of an error page failed")
        html = render_to_string("error_plain.html", {"problem": problem})
        return HttpResponse(html, status=500)


def _number(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def _sign_in(request: HttpRequest) -> str:
    """Where to sign in, and from there back to the page, or to the page of the form."""
    asking = getattr(request, "asking", None)
    step = asking.still_to_do if asking and asking.still_to_do else "sign-in"
    return f"{reverse(step)}?{urlencode({'next': _page_of(request)})}"


def _page_of(request: HttpRequest) -> str:
    if request.method == "GET" and not is_partial(request):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host() or not came_from.path.startswith("/"):
        return reverse("home")
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
