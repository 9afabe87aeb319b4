"""Whose reviews: one's own to make; to assign, those of the rounds that one's office holds.

In a round of the office above (区评 in the city's round) a district's office assigns too: who
assesses its own schools, by the tables for which the scheme has its people do so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.holding import OFFICES, subjects_held
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.methods.holders import Holder, How
from kaocheng.records.models import Review, Round, Subject, Unit
from kaocheng.records.models.review import ReviewState
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet


def own_reviews(actor: Actor) -> OwnedQuerySet[Review]:
    """What the actor was asked to assess, and has not been taken from them."""
    if actor.person_id is None or not actor.may(Permission.REVIEW):
        return Review.objects.within(NOBODY)
    mine = Q(assessor=actor.person_id) & ~Q(state=ReviewState.WITHDRAWN)
    return Review.objects.within(mine)


@dataclass
class Office:
    """The unit in whose name somebody assigns reviews; `holders` are those of a table's titles."""

    actor: Actor

    def rounds(self) -> OwnedQuerySet[Round]:
        """Those of the unit and below it, and those above in which somebody below is assessed.

        Of the latter, only tables of its level are its own to assign: ask `assigns`.
        """
        below = Subject.objects.unscoped("a condition inside a scoped query").filter(
            self._below("unit__"), adoption=OuterRef("adoption")
        )
        return Round.objects.within(
            _of_office(self.actor, at="unit__") | Q(Exists(below), unit__in=self._way_up)
        )

    def holds(self, round_: Round) -> bool:
        """Whether it is a round of the unit itself, or of one below it."""
        held = self.actor.held
        return held is not None and round_.unit.path.startswith(held.unit_path)

    def assigns(self, round_: Round, holders: Iterable[Holder]) -> bool:
        """Whether it says who assesses by a table: all of it, or what lies below the unit."""
        return self.holds(round_) or (round_.unit_id in self._way_up and self._rates(holders))

    def subjects(self, round_: Round, holders: Iterable[Holder]) -> OwnedQuerySet[Subject]:
        """Who is assessed, as far as the office assigns."""
        rows = Subject.objects.within(self._within(round_, holders, at="unit__"))
        return rows.filter(adoption=round_.adoption_id, has_left=False)

    def reviews(
        self, round_: Round, register: str, holders: Iterable[Holder]
    ) -> OwnedQuerySet[Review]:
        """The reviews of one table, as far as the office assigns."""
        rows = Review.objects.within(self._within(round_, holders, at="subject__unit__"))
        return rows.filter(round=round_, register=register)

    def all_reviews(self) -> OwnedQuerySet[Review]:
        """Those of its rounds and those about whom lies below it, whatever their table."""
        return Review.objects.within(
            _of_office(self.actor, at="round__unit__") | self._below("subject__unit__")
        )

    def _within(self, round_: Round, holders: Iterable[Holder], *, at: str) -> Q:
        if self.holds(round_):
            return ~NOBODY if self.actor.may(Permission.ASSIGN_REVIEWS) else NOBODY
        return self._below(at) if self.assigns(round_, holders) else NOBODY

    def _below(self, at: str) -> Q:
        return _of_office(self.actor, at=at)

    @cached_property
    def _way_up(self) -> list[int]:
        """The units above an office; nothing above anybody else's unit."""
        held = self.actor.held
        if held is None or held.unit_kind not in OFFICES:
            return []
        if not self.actor.may(Permission.ASSIGN_REVIEWS):
            return []
        return [int(part) for part in held.unit_path.split("/") if part][:-1]

    @cached_property
    def _panels(self) -> set[int]:
        held = self.actor.held
        kept = Unit.objects.unscoped("the panels of one's own unit").filter(
            keeper=held.unit_id if held else 0, kind=UnitKind.PANEL, closes_on=None
        )
        return set(kept.values_list("pk", flat=True))

    def _rates(self, holders: Iterable[Holder]) -> bool:
        """Whether the unit, or a panel that it keeps, is one of those that assess."""
        kind = self.actor.held.unit_kind if self.actor.held else ""
        return any(
            (one.how == How.ROLE and one.kind == kind)
            or (one.how == How.ROLE and one.kind == UnitKind.PANEL and bool(self._panels))
            or (one.how == How.PANEL and one.panel in self._panels)
            for one in holders
        )


def subjects_to_open(
    actor: Actor, round_: Round, holders: tuple[Holder, ...]
) -> OwnedQuerySet[Subject]:
    """Whom the actor may assess without being asked: they bear the title for them."""
    if not actor.may(Permission.REVIEW):
        return Subject.objects.within(NOBODY)
    return subjects_held(actor, round_.adoption, holders).filter(has_left=False)


def rounds_at_work(actor: Actor) -> OwnedQuerySet[Round]:
    """Rounds that run anywhere on the way up from the actor's unit, or in which they are listed."""
    if actor.held is None:
        return Round.objects.within(NOBODY)
    way = [int(part) for part in actor.held.unit_path.split("/") if part]
    listed = Subject.objects.unscoped("rounds in which somebody is listed concern them").filter(
        person=actor.person_id
    )
    concerned = Q(unit__in=way) | Q(adoption__in=listed.values("adoption"))
    return Round.objects.within(concerned & Q(state=RoundState.RUNNING))


def _of_office(actor: Actor, *, at: str) -> Q:
    return unit_condition(actor, Permission.ASSIGN_REVIEWS, at=at)
