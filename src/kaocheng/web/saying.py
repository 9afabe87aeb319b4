"""What the next page tells its reader about what was just done: `say(request, _("已保存"))`."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

KEY = "said"
_ICONS = {"ok": "circle-check", "wa": "alert-triangle", "no": "alert-circle", "": "info-circle"}


@dataclass(frozen=True)
class Saying:
    """`kind` as of a note: ok, wa, no, or empty for plain information."""

    words: str
    kind: str

    @property
    def icon(self) -> str:
        return _ICONS.get(self.kind, "info-circle")


def say(request: HttpRequest, words: str | Promise, kind: str = "ok") -> None:
    """Keep the words for the page after the redirect."""
    request.session[KEY] = [*request.session.get(KEY, []), [str(words), kind]]


def said_before(request: HttpRequest) -> tuple[Saying, ...]:
    """What was kept, said once."""
    session = getattr(request, "session", None)
    kept = session.pop(KEY, []) if session is not None and KEY in session else []
    return tuple(Saying(words, kind) for words, kind in kept)
