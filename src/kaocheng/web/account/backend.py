"""Who a session belongs to, with the person and what they hold."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from kaocheng.queries.actor import account_at_work
from kaocheng.records.models import Account


class AccountBackend(ModelBackend):
    """Signs in as Django does."""

    def get_user(self, user_id: object) -> Account | None:
        account = account_at_work(int(str(user_id)))
        return account if account and self.user_can_authenticate(account) else None
