"""Pages for what went wrong: what happened, what is safe, what to do, and a number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from kaocheng.access.endpoints import MustSignIn
from kaocheng.access.refusal import NotAllowed, NotYours, Refused


def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The page of a refusal; who is not signed in goes to sign in and comes back."""
    asking = getattr(request, "asking", None)
    if isinstance(problem, MustSignIn) and request.method == "GET" and not is_partial(request):
        step = asking.still_to_do if asking else "sign-in"
        return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
    return render(
        request,
        "error.html",
        {"problem": problem, "number": getattr(request, "request_id", "")},
        status=problem.status,
    )


def is_partial(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    problem = Refused("W01")
    problem.status = 400
    return refused(request, problem)


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return refused(request, NotAllowed())


def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return refused(request, NotYours())


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours: nothing of it is shown but its number."""
    problem = Refused("W09", number=getattr(request, "request_id", ""))
    problem.status = 500
    return refused(request, problem)
