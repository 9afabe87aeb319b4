"""Drafts: what a form with `data-autosave` keeps while somebody types, and gets back."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from kaocheng.access.refusal import Refused
from kaocheng.actions.draft import MOST_BYTES, DraftTooBig, drop_draft, keep_draft
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.draft import draft_of
from kaocheng.web.asking import actor

LONGEST_NAME = 160


def drafts(request: HttpRequest) -> HttpResponse:
    account_id = actor(request).account_id
    assert account_id is not None
    if request.method == "POST":
        return _keep(request, account_id)
    kept = draft_of(account_id, request.GET.get("form", "")[:LONGEST_NAME])
    if kept is None:
        return JsonResponse({})
    return JsonResponse({"content": kept.content, "kept_at": kept.kept_at.isoformat()})


def _keep(request: HttpRequest, account_id: int) -> HttpResponse:
    """Without content the draft is dropped."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise DraftTooBig
    form, content = _read(request.body)
    if content is None:
        drop_draft(account_id, form)
    else:
        keep_draft(account_id, form, content, at=CLOCK.now())
    return HttpResponse(status=204)


def _read(body: bytes) -> tuple[str, dict[str, list[str]] | None]:
    if len(body) > MOST_BYTES:
        raise DraftTooBig
    try:
        sent = json.loads(body)
    except ValueError:
        raise Refused("W01") from None
    if not isinstance(sent, dict) or not _is_name(sent.get("form")):
        raise Refused("W01")
    content = sent.get("content")
    if content is not None and not _is_content(content):
        raise Refused("W01")
    return sent["form"], content


def _is_name(value: Any) -> bool:  # noqa: ANN401  # out of a request
    return _is_text(value) and 0 < len(value) <= LONGEST_NAME


def _is_text(value: Any) -> bool:  # noqa: ANN401  # out of a request
    """Whether the database can hold it: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_content(value: Any) -> bool:  # noqa: ANN401  # out of a request
    return isinstance(value, dict) and all(
        _is_text(name) and isinstance(one, list) and all(_is_text(text) for text in one)
        for name, one in value.items()
    )
