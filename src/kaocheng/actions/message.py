"""Telling people: in the product at once, outside of it by day, and each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import F

from kaocheng.access.message import own_messages
from kaocheng.actions.delivery import send_out
from kaocheng.actions.perform import Act, Answer, action, kind_of
from kaocheng.queries.message import is_ours
from kaocheng.records.models import Message, Person


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
    send_out(act, new)
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


@action("message.read")
def read_message(act: Act, *, message_id: int) -> Answer:
    """Read by its reader; a second time changes nothing."""
    message = act.lock(own_messages(act.actor), message_id)
    if message.read_at is None:
        message.read_at = act.at
        act.keep(message, "read_at")
    else:
        act.audit(message, read_again=True)
    return Answer.of(message, page=message.page if is_ours(message.page) else "")


@action("message.read_all")
def read_all_messages(act: Act) -> Answer:
    """All that were there at this moment; one that comes meanwhile stays unread."""
    messages = own_messages(act.actor)
    reader = Person.objects.unscoped("the reader themselves").get(pk=act.actor.person_id or 0)
    count = messages.filter(read_at=None, made_at__lte=act.at).update(
        read_at=act.at, version=F("version") + 1
    )
    act.audit(reader, messages_read=count)
    return Answer.of(reader, count=count)
