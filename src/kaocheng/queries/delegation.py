"""代办: what one has given and got, and for whom one may act today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kaocheng.access.actor import Actor
from kaocheng.access.delegation import colleagues, delegations, people_of_slips
from kaocheng.access.grants import Permission, Reach
from kaocheng.queries.account import unit_names
from kaocheng.records.models import Delegation

SHOWN = 50


@dataclass(frozen=True)
class Given:
    """One line: who acts for whom until when."""

    id: int
    person_name: str
    helper_name: str
    starts_on: date
    ends_on: date
    slip_number: str
    ended_at: datetime | None
    is_open: bool


@dataclass(frozen=True)
class Named:
    """Somebody to choose, told apart by where they work."""

    person_id: int
    name: str
    unit_name: str


@dataclass(frozen=True)
class Delegations:
    """The page 代办. `slip_people` is empty for whoever enters no slips."""

    given: tuple[Given, ...]
    got: tuple[Given, ...]
    slips: tuple[Given, ...]
    colleagues: tuple[Named, ...]
    enters_slips: bool


@dataclass(frozen=True)
class ActFor:
    """An entry of the top bar."""

    id: int
    name: str


def delegations_page(actor: Actor, on: date) -> Delegations:
    rows = [
        _given(row, on)
        for row in delegations(actor, on=on)
        .select_related("person", "helper")
        .order_by("-id")[: SHOWN * 3]
    ]
    own, got, slips = [], [], []
    for row, person_id, helper_id in rows:
        if person_id == actor.person_id:
            own.append(row)
        elif helper_id == actor.person_id:
            got.append(row)
        else:
            slips.append(row)
    return Delegations(
        given=tuple(own[:SHOWN]),
        got=tuple(got[:SHOWN]),
        slips=tuple(slips[:SHOWN]),
        colleagues=colleagues_of(actor.person_id, on) if actor.person_id else (),
        enters_slips=bool(
            actor.reaches(Permission.MANAGE_PEOPLE) & {Reach.UNIT, Reach.BELOW, Reach.ALL}
        ),
    )


def colleagues_of(person_id: int, on: date) -> tuple[Named, ...]:
    """Whom somebody may name, by pinyin."""
    rows = list(colleagues(person_id, on=on).order_by("pinyin", "id")[:1000])
    names = unit_names([one.pk for one in rows], on)
    return tuple(Named(one.pk, one.name, names.get(one.pk, "")) for one in rows)


def slip_person(actor: Actor, person_id: int, on: date) -> Named | None:
    """The person for whom a slip is entered, if within reach."""
    person = people_of_slips(actor, on=on).filter(pk=person_id).first()
    return Named(person.pk, person.name, "") if person else None


def may_act_for(person_id: int, on: date) -> tuple[ActFor, ...]:
    """Those whom the person may act for today."""
    rows = (
        Delegation.objects.unscoped("one's own switch in the top bar")
        .filter(helper=person_id, ended_at=None, starts_on__lte=on, ends_on__gte=on)
        .select_related("person")
        .order_by("person__pinyin", "id")
    )
    return tuple(ActFor(row.pk, row.person.name) for row in rows[:20])


def _given(row: Delegation, on: date) -> tuple[Given, int, int]:
    shown = Given(
        id=row.pk,
        person_name=row.person.name,
        helper_name=row.helper.name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        slip_number=row.slip_number,
        ended_at=row.ended_at,
        is_open=row.ended_at is None and row.ends_on >= on,
    )
    return shown, row.person_id, row.helper_id
