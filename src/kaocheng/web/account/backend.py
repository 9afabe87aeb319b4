"""Who a session belongs to, with the person: every page needs both, so they come in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.models import QuerySet

from kaocheng.records.models import Account, Person
from kaocheng.records.prepared import Prepared

OWN = tuple(field.attname for field in Account._meta.concrete_fields)
OF_PERSON = tuple(field.attname for field in Person._meta.concrete_fields)


class AccountBackend(ModelBackend):
    """Signs in as Django does."""

    def get_user(self, user_id: object) -> Account | None:
        rows = _ACCOUNT.ask(int(str(user_id)))
        if not rows:
            return None
        account = Account.from_db(connection.alias, OWN, rows[0][: len(OWN)])
        account.person = Person.from_db(connection.alias, OF_PERSON, rows[0][len(OWN) :])
        return account if self.user_can_authenticate(account) else None


def _account(_shape: None, user_id: int) -> QuerySet[Any, Any]:
    return Account.objects.filter(pk=user_id).values_list(
        *OWN, *(f"person__{name}" for name in OF_PERSON)
    )


_ACCOUNT = Prepared(_account)
