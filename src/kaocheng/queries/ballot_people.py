"""Who votes: whom the scheme names, or the people of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from kaocheng.access.holding import Holding, Owner
from kaocheng.access.task import sharing
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.ballot_form import vote_of
from kaocheng.queries.review_people import rating_holders
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Appointment, Ballot, Person, Subject, Unit
from kaocheng.records.scoped import OwnedQuerySet

WHY = "who may vote decides about access itself"


def voters_of(found: Adopted, ballot: Ballot, unit: Unit | None, *, on: date) -> list[Person]:
    """In the order of their names; whoever a secret table assesses does not vote on themselves."""
    if unit is not None:
        ids = _of_unit(unit, on)
    else:
        ids = _of_titles(found, voting_holders(found, ballot), on)
    if ballot.subject is not None:
        ids.discard(ballot.subject.person_id or 0)
    rows = Person.objects.unscoped(WHY).filter(pk__in=ids)
    return list(rows.order_by("pinyin", "pk"))


def voting_holders(found: Adopted, ballot: Ballot) -> tuple[Holder, ...]:
    if ballot.register:
        return rating_holders(found, ballot.register)
    vote = vote_of(found, ballot.vote)
    titles = titles_in(vote.who) if vote else ()
    return tuple(dict.fromkeys(one for title in titles for one in found.holders(title)))


def _of_unit(unit: Unit, on: date) -> set[int]:
    rows = _appointments(on).filter(unit__path__startswith=unit.path)
    return set(rows.values_list("person", flat=True))


def _of_titles(found: Adopted, holders: Iterable[Holder], on: date) -> set[int]:
    listed = tuple(holders)
    ids: set[int] = set()
    if any(holder.how == How.SUBJECT for holder in listed):
        rows = Subject.objects.unscoped(WHY).filter(
            adoption=found.adoption, person__isnull=False, has_left=False
        )
        ids.update(rows.values_list("person", flat=True))
    others = [holder for holder in listed if holder.how != How.SUBJECT]
    owners = Holding(found.adoption).owners(others, None) if others else ()
    return ids | _of_owners(owners, on)


def _of_owners(owners: Iterable[Owner], on: date) -> set[int]:
    ids = {owner.person_id for owner in owners if owner.person_id is not None}
    condition = Q(pk__in=())
    for owner in owners:
        if owner.person_id is None:
            condition |= Q(unit=owner.unit_id, role__in=sharing(owner.role))
    return ids | set(_appointments(on).filter(condition).values_list("person", flat=True))


def _appointments(on: date) -> OwnedQuerySet[Appointment]:
    rows = Appointment.objects.unscoped(WHY)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
