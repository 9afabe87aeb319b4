"""A browser of somebody of the cast, signed in, for tests of pages."""

from __future__ import annotations

from django.test import Client

from kaocheng.records.models import Account, Person


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=who))
    return client
