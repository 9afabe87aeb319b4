"""Telling people: in the product at once, outside of it by day, and each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from kaocheng.actions.perform import Act, kind_of
from kaocheng.records.models import Message


@dataclass(frozen=True)
class Letter:
    """One message to one person; `effect_key` and the person together make it once.

    `page` is an address of ours, `/notices/7`. No personal data in `subject` and `body`.
    """

    person_id: int
    subject: str
    effect_key: str
    body: str = ""
    page: str = ""
    about: models.Model | None = None


def tell(
    act: Act,
    people: Iterable[int],
    *,
    subject: str,
    effect_key: str,
    body: str = "",
    page: str = "",
    about: models.Model | None = None,
) -> list[Message]:
    """The same message to each person (ids), once per `effect_key`; answers those that are new."""
    return tell_each(
        act,
        [
            Letter(person_id, subject, effect_key, body, page, about)
            for person_id in sorted(set(people))
        ],
    )


def tell_each(act: Act, letters: Iterable[Letter]) -> list[Message]:
    """Many letters in a fixed number of statements; answers the messages that are new."""
    made = [_message(act, letter) for letter in letters]
    everyone = Message.objects.unscoped("told by an action, not read by anybody here")
    known = set(
        everyone.filter(effect_key__in=[one.effect_key for one in made]).values_list(
            "effect_key", flat=True
        )
    )
    new = [one for one in made if one.effect_key not in known]
    everyone.bulk_create(new)
    return new


def _message(act: Act, letter: Letter) -> Message:
    return Message(
        person_id=letter.person_id,
        subject=letter.subject,
        body=letter.body,
        page=letter.page,
        object_kind=kind_of(letter.about) if letter.about else "",
        object_id=str(letter.about.pk) if letter.about else "",
        effect_key=f"{letter.effect_key}-{letter.person_id}",
        made_at=act.at,
    )
