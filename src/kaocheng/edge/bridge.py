"""Django behind ASGI in a fixed number of threads.

Django's own handler opens a thread for every request, so that a rush opens as many connections to
the database as there are readers. Here requests wait for one of a few threads, and each of them is
done by one thread from the first middleware to the last, as under WSGI.
"""

from __future__ import annotations

import asyncio
import contextvars
import tempfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any, TypeVar

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import set_script_prefix

from kaocheng.access.refusal import Refused

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Answer = TypeVar("Answer")

# A file of 20 MB with what a form puts around it.
MOST_BODY_BYTES = 21_000_000
# Read and thrown away, so that the browser reads our answer; beyond, the connection is cut.
MOST_THROWN_AWAY = 500_000_000
IN_MEMORY_BYTES = 1_000_000
CHUNK_BYTES = 64 * 1024


class Gone(Exception):
    """The browser is not there any more."""


class TooBig(Exception):
    """The body of the request is larger than anything that we take."""


class DjangoInThreads(BaseHandler):
    """The ASGI application of all pages; `close` after the last request."""

    def __init__(self, *, threads: int) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with await _read_body(receive) as body:
                response = await self._in_thread(self._respond, scope, body)
                await self._send(response, send)
        except TooBig:
            await self._send(await self._in_thread(_too_big, scope), send)
        except Gone:
            return

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)

    async def _in_thread(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        """In a context of its own: what a request sets (the language) ends with it."""
        run = partial(contextvars.copy_context().run, work, *arguments)
        return await asyncio.get_running_loop().run_in_executor(self.pool, run)

    def _respond(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """From the request to the answer; what is streamed is read later, without a database."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        try:
            request = ASGIRequest(scope, body)
        except UnicodeDecodeError:
            return HttpResponseBadRequest()
        response = self.get_response(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]  # for its signal at close
        if response.streaming:
            close_old_connections()
        else:
            response.close()
        return response

    async def _send(self, response: HttpResponseBase, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": _headers(response),
            }
        )
        if isinstance(response, HttpResponse):
            await send({"type": "http.response.body", "body": response.content})
            return
        assert isinstance(response, StreamingHttpResponse)
        try:
            await self._stream(response, send)
        finally:
            await self._in_thread(response.close)

    async def _stream(self, response: StreamingHttpResponse, send: Send) -> None:
        if isinstance(response, FileResponse):
            response.block_size = CHUNK_BYTES
        parts: Iterator[bytes] = iter(response)
        while (part := await self._in_thread(next, parts, None)) is not None:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})


async def _read_body(receive: Receive) -> IO[bytes]:
    """The whole body before a thread is taken, so that a slow sender holds none."""
    body: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(settings.DATA))  # noqa: SIM115  # closed by the caller
    size = 0
    try:
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise Gone
            size += len(event.get("body", b""))
            if size <= MOST_BODY_BYTES:
                body.write(event.get("body", b""))
            if size > MOST_THROWN_AWAY or (size > MOST_BODY_BYTES and not _more(event)):
                raise TooBig
            if not _more(event):
                body.seek(0)
                return body
    except BaseException:
        body.close()
        raise


def _more(event: Event) -> bool:
    return bool(event.get("more_body", False))


def _too_big(scope: Scope) -> HttpResponse:
    with tempfile.TemporaryFile() as nothing:
        request = ASGIRequest({**scope, "headers": []}, nothing)
        problem = Refused("W80", limit=20)
        page = render_to_string("error.html", {"problem": problem, "number": ""}, request)
    return HttpResponse(page, status=413, headers={"Cache-Control": "no-store"})


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    listed = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    cookies = (cookie.output(header="").strip() for cookie in response.cookies.values())
    return [*listed, *((b"Set-Cookie", cookie.encode("ascii")) for cookie in cookies)]
