"""Which tables of ratings somebody assigns in a round, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.review import Office
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.register_route import holders_of
from kaocheng.queries.review_people import rating_holders
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Review, Round, Subject
from kaocheng.records.scoped import OwnedQuerySet


@dataclass
class Assigning:
    """A table of ratings in a round, as far as the actor's office assigns by it."""

    office: Office
    round: Round
    found: Adopted
    register: str

    @cached_property
    def holders(self) -> tuple[Holder, ...]:
        return assigning_holders(self.found, self.register)

    @property
    def is_whole(self) -> bool:
        """Whether it is the office's own round, and not its part in one of the office above."""
        return self.office.holds(self.round)

    @property
    def path(self) -> str:
        """Where those must stand who are chosen; empty where anybody may be."""
        held = self.office.actor.held
        return "" if self.is_whole or held is None else held.unit_path

    def subjects(self) -> OwnedQuerySet[Subject]:
        return self.office.subjects(self.round, self.holders)

    def reviews(self) -> OwnedQuerySet[Review]:
        return self.office.reviews(self.round, self.register, self.holders)


def assigning_holders(found: Adopted, register: str) -> tuple[Holder, ...]:
    """Who rates by the table or owes that it is done; of whom a register names, who enters it."""
    owed = (duty.who for duty in found.process.duties if duty.register == register)
    titles = [title for phrase in owed for title in titles_in(phrase)]
    named = [*rating_holders(found, register)]
    named += [one for title in titles for one in found.holders(title)]
    for one in tuple(named):
        if one.how == How.REGISTER:
            named += holders_of(found, *found.register(one.register).entered_by)
    return tuple(dict.fromkeys(named))


def assigning(actor: Actor, round_: Round, register: str) -> Assigning:
    """Refused as not existing where there is no such table, or another office assigns by it."""
    found = adopted(round_.adoption)
    described = found.pack.registers.get(register)
    if described is None or described.kind != "review" or described.secret:
        raise NotYours
    made = Assigning(Office(actor), round_, found, register)
    if not made.office.assigns(round_, made.holders):
        raise NotYours
    return made


def review_to_assign(actor: Actor, review_id: int) -> OwnedQuerySet[Review]:
    """One review, to be fetched or locked, of a table that the actor's office assigns by."""
    named = Review.objects.unscoped("its scope is asked for once its table is known")
    read = named.select_related("round__adoption__scheme", "round__adoption__unit", "round__unit")
    there = read.filter(pk=review_id).first()
    if there is None:
        raise NotYours
    return assigning(actor, there.round, there.register).reviews().filter(pk=review_id)
