"""Every title that a scheme calls somebody by: the rows of the table “谁是谁” of an adoption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.model import Pack

# “区工程办、研训指导团队” names two; a remark in brackets names nobody.
_BETWEEN = re.compile(r"[、，；和]|或(?=.)")
_REMARK = re.compile(r"（[^）]*）")


def titles_of(pack: Pack) -> tuple[str, ...]:
    """Titles in the order in which the scheme first uses them."""
    return tuple(dict.fromkeys(_used(pack)))


def titles_in(text: str) -> tuple[str, ...]:
    """The single titles in a phrase such as `who: 区工程办、研训指导团队`."""
    parts = (part.strip() for part in _BETWEEN.split(_REMARK.sub("", text)))
    return tuple(part for part in parts if part)


def _used(pack: Pack) -> Iterator[str]:
    process = pack.process
    for register in pack.registers.values():
        later = (title for one in register.fields.values() for title in one.filled_by)
        for title in (*register.entered_by, *register.signed_by, *later):
            yield from titles_in(title)
    for duty in process.duties:
        yield from titles_in(duty.who)
        for step in duty.escalate:
            yield from titles_in(step.goes_to)
    for who in (
        *(one.who for one in process.phases),
        *(one.who for one in process.publicity),
        *(one.who for one in process.objections),
        *(one.who for one in process.votes),
    ):
        yield from titles_in(who)
    for objection in process.objections:
        yield from titles_in(objection.goes_to)
    for draw in process.draws:
        yield from titles_in(draw.who)
    for effect in process.effects:
        yield from titles_in(effect.confirm)
