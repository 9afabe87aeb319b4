"""Accounts for people who have none: their staff number, and a password for one time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.hashers import get_hasher

from kaocheng.actions.perform import Act
from kaocheng.methods.one_time import one_time_password
from kaocheng.records.copying import copy_in
from kaocheng.records.models import Account, Person
from kaocheng.records.password_hash import Argon2idHasher

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
    copy_in(made)
    return made


def _kept(password: str) -> str:
    # Django's own salt draws each of its characters by itself, which is most of the time.
    hasher, salt = get_hasher("default"), secrets.token_hex(12)
    # One of 69 random bits that dies at the first sign-in needs no stretching, and a city of 12,000
    # has no time for it.
    if isinstance(hasher, Argon2idHasher):
        return hasher.encode_lightly(password, salt)
    return hasher.encode(password, salt)
