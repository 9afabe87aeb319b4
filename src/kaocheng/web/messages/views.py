"""消息: unread first, each with the page it is about."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kaocheng.actions.message import read_all_messages, read_message
from kaocheng.queries.message import message_list
from kaocheng.web.asking import actor, by
from kaocheng.web.paging import choice_of, number_of


def list_messages(request: HttpRequest) -> HttpResponse:
    found = message_list(
        actor(request),
        only_unread=choice_of(request, "show", ("all", "unread")) == "unread",
        page=number_of(request, "page"),
    )
    return render(request, "messages/list.html", {"found": found, "page": found.page})


def open_one(request: HttpRequest, *, message_id: int) -> HttpResponse:
    """Read, and on to what it is about."""
    answer = read_message(by(request), message_id=message_id)
    return redirect(answer.values["page"] or "messages")


def read_all(request: HttpRequest) -> HttpResponse:
    read_all_messages(by(request))
    return redirect("messages")
