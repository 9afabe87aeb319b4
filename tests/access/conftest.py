"""One city for all cells of a module, undone at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from kaocheng.gateways.clock import CLOCK
from tests.access.city import City, make_city
from tests.cast import NOW


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[City]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(CLOCK, "source", lambda: NOW)
        # A guess at a password is answered late on purpose.
        patch.setattr("kaocheng.web.account.sign_in.wait", lambda _seconds: None)
        yield make_city()
        transaction.set_rollback(True)
