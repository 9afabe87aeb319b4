"""One city for all cells of a module, undone at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from psycopg._preparing import PrepareManager
from pytest_django import DjangoDbBlocker

from kaocheng.access.refusal import Refused
from kaocheng.gateways.clock import CLOCK
from kaocheng.web import errors
from tests.access.city import City, make_city
from tests.cast import NOW


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[City]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(CLOCK, "source", lambda: NOW)
        # A guess at a password is answered late on purpose.
        patch.setattr("kaocheng.web.account.sign_in.wait", lambda _seconds: None)
        patch.setattr(errors, "refused", _each_page_once(errors.refused))
        # psycopg lets go of what is prepared at every ROLLBACK; undoing a cell goes back to a
        # savepoint, where the server still knows it.
        patch.setattr(PrepareManager, "clear", lambda _self: False)
        yield make_city()
        transaction.set_rollback(True)


def _each_page_once(
    full: Callable[[HttpRequest, Refused], HttpResponse],
) -> Callable[[HttpRequest, Refused], HttpResponse]:
    """The page of a refusal takes longer than the refusal, and tells the reader and the reason.

    So each reader sees each reason in full once, and each endpoint shows each once; after that the
    status and the words are answered alone.
    """
    shown: set[tuple[object, str]] = set()

    def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
        reason = f"{problem.message_id} {problem.values}"
        asking = getattr(request, "asking", None)
        place = getattr(request.resolver_match, "view_name", None)
        keys = {(asking.actor if asking else None, reason), (place, reason)}
        if problem.status in {403, 404} and keys <= shown:
            return HttpResponse(f"{problem} {problem.remedy('zh')}", status=problem.status)
        shown.update(keys)
        return full(request, problem)

    return refused
