"""Numbers out of addresses: what somebody typed there never breaks a page."""

from __future__ import annotations

from django.http import HttpRequest


def number_of(request: HttpRequest, name: str, default: int = 1) -> int:
    """A whole number of at most nine digits, else the default."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default


def choice_of(request: HttpRequest, name: str, choices: tuple[str, ...]) -> str:
    """One of the choices, else the first."""
    text = request.GET.get(name, "")
    return text if text in choices else choices[0]
