"""Fields of an entry that somebody fills in after it was entered (`filled_by` of a field)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.holding import subjects_held
from kaocheng.access.refusal import Refused
from kaocheng.engine.language.registers import Register
from kaocheng.methods.holders import How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.register_route import holders_of
from kaocheng.records.models import Entry
from kaocheng.records.models.register import Standing

FILLED_WHILE = (Standing.CHECKING, Standing.COUNTS)


def later_fields(register: Register) -> tuple[str, ...]:
    """What is left empty when an entry is made."""
    return tuple(name for name, one in register.fields.items() if one.filled_by)


def fields_to_fill(
    actor: Actor, found: Adopted, register: Register, entry: Entry
) -> tuple[str, ...]:
    """The fields of an entry that the actor is to fill in, in person and not about themselves."""
    if actor.helper is not None or not actor.may(Permission.WRITE_ENTRIES):
        return ()
    if entry.standing not in FILLED_WHILE or entry.subject_id is None:
        return ()
    return tuple(
        name for name in later_fields(register) if _bears(actor, found, register, name, entry)
    )


def filled_too_early(
    register: Register, values: Mapping[str, str], before: Sequence[Entry]
) -> Iterator[tuple[str, Refused]]:
    """The fields that are for others to fill in, where they say something new."""
    known = [entry.values for entry in before]
    for name in later_fields(register):
        text = values.get(name, "")
        if text and all(text != one.get(name, "") for one in known):
            field = register.fields[name]
            yield name, Refused("K120", field=field.title, who="、".join(field.filled_by))


def _bears(actor: Actor, found: Adopted, register: Register, name: str, entry: Entry) -> bool:
    holders = holders_of(found, *register.fields[name].filled_by)
    subject = entry.subject
    is_own = subject is not None and subject.person_id == actor.person_id
    if is_own and all(one.how != How.SUBJECT for one in holders):
        return False
    return subjects_held(actor, found.adoption, holders).filter(pk=entry.subject_id or 0).exists()
