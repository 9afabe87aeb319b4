"""Who enters in a register and who signs, as the adoption's table of titles says."""

from __future__ import annotations

from kaocheng.access.entry import Route
from kaocheng.access.refusal import NotYours
from kaocheng.engine.language.registers import Register
from kaocheng.methods.holders import OUTSIDE, Holder
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.titles import titles_in


def route_of(found: Adopted, register: str) -> Route:
    one = found.register(register)
    return Route(
        register,
        enterers=holders_of(found, *one.entered_by),
        signers=tuple(holders_of(found, phrase) for phrase in one.signed_by),
    )


def routes(found: Adopted) -> tuple[Route, ...]:
    return tuple(route_of(found, one.id) for one in registers(found))


def registers(found: Adopted) -> list[Register]:
    """The ledgers that are written here: ratings come from their own pages."""
    return [one for one in found.ledgers if one.kind == "register" and not one.secret]


def ledger(found: Adopted, name: str) -> Register:
    """The register of that name, refused as not existing where there is none to write in."""
    for one in registers(found):
        if one.id == name:
            return one
    raise NotYours


def roster(found: Adopted, name: str) -> Register:
    for one in found.rosters:
        if one.id == name:
            return one
    raise NotYours


def who_enters(register: Register) -> str:
    return "、".join(register.entered_by) or "采用方案的单位"


def steps_of(register: Register, *, is_proposed: bool) -> tuple[str, ...]:
    """The titles whose signatures an entry needs, in order."""
    first = (who_enters(register),) if is_proposed else ()
    return (*first, *register.signed_by)


def holders_of(found: Adopted, *phrases: str) -> tuple[Holder, ...]:
    """Those of every title; where nobody is named, the office of the adopting unit."""
    titles = [title for phrase in phrases for title in titles_in(phrase)]
    named = tuple(dict.fromkeys(one for title in titles for one in found.holders(title)))
    return named or (OUTSIDE,)
