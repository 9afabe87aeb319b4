"""Django's sessions in the database, read by a query that is written once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from kaocheng.records.prepared import Prepared

_KEEP = "update django_session set session_data = %s, expire_date = %s where session_key = %s"


class SessionStore(DatabaseStore):
    """As Django's, whose own way to keep one takes a transaction of three statements."""

    def load(self) -> dict[str, Any]:
        rows = _SESSION.ask(self.session_key, timezone.now())
        if not rows:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(rows[0][0])
        return found

    def save(self, must_create: bool = False) -> None:  # Django's
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        kept: list[Any] = [
            self.encode(self._get_session()),  # type: ignore[attr-defined]  # not in the stubs
            self.get_expiry_date(),
            self.session_key,
        ]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, kept)
            if not cursor.rowcount:
                raise UpdateError


def _session(_shape: None, key: str, at: datetime) -> QuerySet[Any, Any]:
    return Session.objects.filter(session_key=key, expire_date__gt=at).values_list("session_data")


_SESSION = Prepared(_session)
