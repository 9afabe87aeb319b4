"""Sessions as Django has them, in fewer statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaocheng.gateways.clock import CLOCK
from kaocheng.records.session_store import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values: object) -> str:
    store = SessionStore()
    store.update(values)
    store.create()
    assert store.session_key is not None
    return store.session_key


def test_session_is_read_and_kept_by_one_statement_each() -> None:
    key = kept(seen=1)

    with CaptureQueriesContext(connection) as asked:
        store = SessionStore(key)
        store["seen"] = store["seen"] + 1
        store.save()

    assert len(asked) == 2
    assert dict(SessionStore(key).items()) == {"seen": 2}


def test_session_that_is_gone_is_empty_and_cannot_be_kept() -> None:
    key = kept(seen=1)
    store = SessionStore(key)
    assert store["seen"] == 1
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        store.save()
    assert dict(SessionStore(key).items()) == {}
    assert SessionStore(key).exists(key) is False


def test_session_past_its_day_is_empty() -> None:
    key = kept(seen=1)
    Session.objects.update(expire_date=CLOCK.now() - timedelta(seconds=1))

    assert dict(SessionStore(key).items()) == {}
