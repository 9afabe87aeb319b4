"""Accounts for people who have none: their staff number, and a password for one time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.hashers import get_hasher

from kaocheng.actions.perform import Act
from kaocheng.methods.one_time import one_time_password
from kaocheng.records.models import Account, Person

# A password that people choose is stretched for a quarter of a second; one of 69 random bits that
# dies at the first sign-in needs no stretching, and a city of 12,000 has none of that time.
_ROUNDS = 200
# A sheet is printed, cut up and handed out in the next staff meeting.
_HOLDS = timedelta(days=30)


def open_accounts(act: Act, people: Sequence[Person], *, seed: str) -> list[Account]:
    """One account each, to be changed at the first sign-in; who has no staff number gets none."""
    made = [
        Account(
            login=person.staff_number,
            person=person,
            password=_kept(one_time_password(seed, person.staff_number)),
            must_change_password=True,
            password_changed_at=act.at,
            one_time_until=act.at + _HOLDS,
            is_demo=person.is_demo,
        )
        for person in people
        if person.staff_number
    ]
    return Account.objects.bulk_create(made, batch_size=2_000)


def _kept(password: str) -> str:
    hasher = get_hasher("default")
    if hasattr(hasher, "iterations"):
        return str(hasher.encode(password, hasher.salt(), iterations=_ROUNDS))
    return str(hasher.encode(password, hasher.salt()))
