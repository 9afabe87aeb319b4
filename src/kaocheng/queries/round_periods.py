"""Which periods a round is about: one rule for its duties, its reviews and its results."""

from __future__ import annotations

from kaocheng.engine.language.periods import Period
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Round


def own_period(found: Adopted, work: Round) -> Period | None:
    return next((one for one in found.periods if one.id == work.period), None)


def other_periods(found: Adopted, work: Round) -> tuple[Period, ...]:
    """The periods of the adoption's other rounds."""
    named = {one.period for one in found.rounds if one.pk != work.pk}
    return tuple(one for one in found.periods if one.id in named)


def is_about(found: Adopted, work: Round, period: Period) -> bool:
    """Its own period, and what lies within it: of two rounds, what the one with the shorter has.

    The quarters of a year are the year's as long as they have no round of their own. A round
    without a period is about all of them.
    """
    own = own_period(found, work)
    if own is None or period.id == own.id:
        return True
    if not own.contains(period):
        return False
    others = other_periods(found, work)
    return not any(one.contains(period) and own.contains(one) for one in others)
