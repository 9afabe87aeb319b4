"""Somebody at work in any role in any unit, for tests that go through all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Unit
from tests.access.table import ADMINISTRATORS
from tests.cast import actor, person

PANEL = "云山区研训指导团队"
# Who works where, with the administrators in a district that gets notices and forms.
ROLES = {
    **dict.fromkeys(("花城市", "云山区", "榕镇", "海屿区"), ("officer", "lead", "clerk", "member")),
    **dict.fromkeys(
        ("榕荫小学", "珠岸中学", "海屿二小"), ("lead", "clerk", "member", "workshop_leader")
    ),
    "数学组": ("lead", "workshop_leader", "member"),
    "教研科": ("lead", "clerk", "member"),
    PANEL: ("lead", "reviewer"),
}
MANAGERS = frozenset({"lead", "clerk", "officer"})
SIGNERS = MANAGERS | {"workshop_leader"}
FILLERS = SIGNERS | {"member"}
WORKERS = FILLERS | {"reviewer"}


def units_by_name() -> dict[str, Unit]:
    return {one.name: one for one in Unit.objects.unscoped("all of the test")}


def at(role: str, where: Unit) -> Actor:
    """A person of their own who holds the role there."""
    login = f"{role}{where.pk}"
    return actor(person(f"{where.name}{role}", login, role, where, account=False))


@dataclass(frozen=True)
class Posts:
    """Somebody in every role, by role and unit such as `lead 榕荫小学`."""

    units: dict[str, Unit]
    actors: dict[str, Actor]

    def seen(self, of: Callable[[Actor], Iterable[str]]) -> dict[str, set[str]]:
        """What each of them sees, without those who see nothing."""
        found = {post: set(of(who)) for post, who in self.actors.items()}
        return {post: names for post, names in found.items() if names}


def those(roles: frozenset[str], seen: dict[str, set[str]]) -> dict[str, set[str]]:
    """All who hold one of the roles in a unit see the same."""
    return {
        f"{role} {where}": names
        for where, names in seen.items()
        for role in ROLES[where]
        if role in roles
    }


def all_posts() -> Posts:
    """Everybody of `ROLES`, the administrators, and nobody."""
    units = units_by_name()
    actors = {
        f"{role} {where}": at(role, units[where])
        for where, roles in ROLES.items()
        for role in roles
    }
    actors |= {f"{role} 云山区": at(role, units["云山区"]) for role in ADMINISTRATORS}
    return Posts(units, {**actors, "nobody": NOBODY})
