"""Pictures: one file with all of them, made at set-up of the names that pages use."""

from __future__ import annotations

SPRITE = "assets/icons.svg"
_OF_CHIPS = {"ok": "check", "no": "alert-circle", "wa": "alert-triangle", "in": "clock"}


def icon_of_chip(kind: str) -> str:
    """What stands beside the word of a state where its page names nothing else."""
    return _OF_CHIPS.get(kind, "minus")
