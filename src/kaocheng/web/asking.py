"""Who asks in this request, and an action's `By` out of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from kaocheng.access.actor import Actor, By
from kaocheng.gateways.clock import CLOCK


@dataclass(frozen=True)
class Asking:
    """`still_to_do`: the step of signing in that is missing, as the name of its page."""

    actor: Actor
    still_to_do: str = ""


def asking(request: HttpRequest) -> Asking:
    found: Asking = request.asking  # type: ignore[attr-defined]  # set by middleware.who_asks
    return found


def actor(request: HttpRequest) -> Actor:
    return asking(request).actor


def by(request: HttpRequest) -> By:
    """For an action: the idempotency key comes from the form or from the header."""
    key = request.POST.get("key") or request.headers.get("Idempotency-Key", "")
    return By(
        actor(request),
        at=CLOCK.now(),
        key=key[:64],
        request_id=request.request_id,  # type: ignore[attr-defined]  # set by middleware
    )
