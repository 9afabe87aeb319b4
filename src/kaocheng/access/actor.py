"""Who asks: one person under one of their appointments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.grants import GRANTS, NOT_FOR_HELPERS, Permission, Reach


@dataclass(frozen=True)
class Held:
    """One appointment that is valid today."""

    appointment_id: int
    role: str
    unit_id: int
    unit_kind: str
    unit_name: str
    unit_path: str
    # Of a group or department: what it belongs to, without which its name says little.
    within: str = ""


@dataclass(frozen=True)
class Helper:
    """Who acts (代办) in the name of the actor."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Actor:
    """Rights come from `held` alone: several appointments are switched, never merged.

    `helper`: somebody else is at the keyboard; what only the person may do is then refused.
    """

    account_id: int | None
    person_id: int | None
    name: str
    held: Held | None = None
    others: tuple[Held, ...] = ()
    helper: Helper | None = None

    def reaches(self, permission: Permission) -> frozenset[Reach]:
        """How far the permission goes under the present appointment; empty where it is lacking."""
        if self.held is None or (self.helper is not None and permission in NOT_FOR_HELPERS):
            return frozenset()
        return frozenset(
            grant.reach
            for grant in GRANTS[permission]
            if grant.covers(self.held.role, self.held.unit_kind)
        )

    def may(self, permission: Permission) -> bool:
        """Whether there is anything at all that the permission covers."""
        return bool(self.reaches(permission))


@dataclass(frozen=True)
class By:
    """Who asks for an action, when, under which idempotency key and in which request."""

    actor: Actor
    at: datetime
    key: str = ""
    request_id: str = ""


def system(at: datetime, *, key: str = "") -> By:
    """The product itself: a job, a sweep, the set-up of the demo."""
    return By(Actor(account_id=None, person_id=None, name="系统"), at=at, key=key)


# All that decides about a right, but the person, the unit and its path: role, kind of unit, helper.
Rights = tuple[str, str, bool]


def rights_of(actor: Actor) -> Rights:
    held = actor.held
    return (held.role, held.unit_kind, actor.helper is not None) if held else ("", "", False)


def holder(rights: Rights, *, unit_id: int = 0, unit_path: str = "") -> Actor:
    """Somebody with these rights in this unit: for conditions of queries that are written once."""
    role, kind, is_helped = rights
    held = Held(0, role, unit_id, kind, "", unit_path) if role else None
    return Actor(None, None, "", held=held, helper=Helper(0, "") if is_helped else None)
