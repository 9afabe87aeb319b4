"""Small words about reviews that actions and pages share."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from kaocheng.access.refusal import Refused
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
