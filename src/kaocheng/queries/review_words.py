"""Small words about reviews that actions and pages share."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from django.conf import settings

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_roles import Roles
from kaocheng.queries.round_periods import is_about
from kaocheng.records.models import Review, Round
from kaocheng.records.models.round import RoundState


def blind_code(review: Review) -> str:
    """What a subject is called where the assessor must not know who it is; the same for all."""
    named = f"{review.round_id}/{review.subject_id}".encode()
    key = settings.SECRET_KEY.encode()
    return f"匿名 {hmac.new(key, named, hashlib.sha256).hexdigest()[:6].upper()}"


def shown_name(review: Review) -> str:
    """What the assessor may read of whom they assess; needs the subject."""
    return blind_code(review) if review.is_blind else review.subject.name


def is_open_round(round_: Round) -> None:
    """Refuses what is asked of a round that does not run."""
    if round_.state != RoundState.RUNNING:
        state = RoundState(round_.state).label
        raise Refused("K73", title=round_.title, state=state)


def periods_asked(
    found: Adopted, round_: Round, roles: Roles, *, on: date
) -> tuple[tuple[str, str], ...]:
    """(id, title) of the periods for which a table is filled in a round, those that have begun.

    A table without a period is filled once a round; else in the periods that the round is about.
    """
    if not roles.period:
        return ((round_.period, ""),)
    return tuple(
        (one.id, one.title)
        for one in found.periods
        if one.first <= on and is_about(found, round_, one)
    )


def period_asked(found: Adopted, round_: Round, roles: Roles, wanted: str, *, on: date) -> str:
    """The period that was chosen, or the only one; refuses one that is not filled in the round."""
    known = [name for name, _ in periods_asked(found, round_, roles, on=on)]
    if wanted in known:
        return wanted
    if wanted:
        raise NotYours
    if round_.period in known or not known:
        return round_.period
    if len(known) > 1:
        raise Refused("W63", field="周期")
    return known[0]


def period_shown(periods: tuple[tuple[str, str], ...], wanted: str, default: str) -> str:
    """The period that a page is about: the one in its address, the round's own, or the last."""
    known = [name for name, _ in periods]
    if wanted in known:
        return wanted
    return default if default in known or not known else known[-1]
