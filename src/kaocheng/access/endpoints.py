"""The registry of endpoints: address, view, and what the reader needs before it is called.

Every route comes from here, raw ASGI routes too; the access matrix walks the same list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from kaocheng.access.actor import Actor
from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import NotAllowed, Refused


class Open(StrEnum):
    """What is needed besides a permission."""

    PUBLIC = "public"  # nobody needs to sign in
    HALF = "half"  # the password was right; its change or the second factor may be due
    SIGNED_IN = "signed_in"  # anybody who is wholly signed in


class MustSignIn(Refused):
    """Nobody is signed in, or a step of signing in is still to do."""

    status = 401

    def __init__(self) -> None:
        super().__init__("W06")


class WrongMethod(Refused):
    status = 405

    def __init__(self) -> None:
        super().__init__("W07")


@dataclass(frozen=True)
class Endpoint:
    """One address. `raw`: answered by `edge` before Django, checked there by the same rules."""

    name: str
    path: str
    view: Callable[..., HttpResponseBase]
    needs: Open | Permission
    methods: tuple[str, ...] = ("GET",)
    raw: bool = False

    def route(self) -> URLPattern:
        return path(self.path, self.guarded, name=self.name)

    def guarded(self, request: HttpRequest, **captured: Any) -> HttpResponseBase:  # noqa: ANN401
        """The view behind its check; HEAD counts as GET."""
        method = "GET" if request.method == "HEAD" else request.method
        if method not in self.methods:
            raise WrongMethod
        self.check(request)
        return self.view(request, **captured)

    def check(self, request: HttpRequest) -> None:
        """Refuse before anything is read; whose object it is, the doors check."""
        if self.needs == Open.PUBLIC:
            return
        asking = request.asking  # type: ignore[attr-defined]  # set by web.middleware.who_asks
        if asking.actor.account_id is None or (asking.still_to_do and self.needs != Open.HALF):
            raise MustSignIn
        if not self.is_for(asking.actor):
            raise NotAllowed

    def is_for(self, actor: Actor) -> bool:
        """Whether somebody who is signed in may open it at all; what a page links to asks this."""
        return not isinstance(self.needs, Permission) or actor.may(self.needs)
