"""What the frame of every page needs."""

from __future__ import annotations

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of the frame: who is signed in, under what."""
    asking = getattr(request, "asking", None)
    return {"actor": asking.actor if asking else None}
