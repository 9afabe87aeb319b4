"""One browser's worth of HTTP over asyncio: cookies, forms, one kept connection."""

from __future__ import annotations

import asyncio
import html
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

_COOKIE = re.compile(r"([^=]+)=([^;]*)")
_INPUT = re.compile(r"<(?:input|textarea|select)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, list[str]]
    body: str

    def fields(self, action: str) -> dict[str, str]:
        """The inputs of the form that posts to the address, as the page filled them."""
        start = self.body.index(f'action="{action}"')
        form = self.body[start : self.body.index("</form>", start)]
        inputs = (dict(_ATTRIBUTE.findall(one)) for one in _INPUT.findall(form))
        return {
            one["name"]: html.unescape(one.get("value", ""))
            for one in inputs
            if "name" in one and one.get("type") not in {"checkbox", "radio"}
        }


@dataclass
class Tally:
    """Seconds of each answer by the name of the step, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass
class WebUser:
    """Follows one redirect; opens its connection again where the server closed it."""

    host: str
    port: int
    tally: Tally
    cookies: dict[str, str] = field(default_factory=dict)
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, step: str, path: str) -> Answer:
        return await self._timed(step, "GET", path, "")

    async def post(self, step: str, path: str, values: dict[str, str]) -> Answer:
        return await self._timed(step, "POST", path, urlencode(values))

    async def _timed(self, step: str, method: str, path: str, body: str) -> Answer:
        began = time.perf_counter()
        answer = await self._once(method, path, body)
        if answer.status in {301, 302, 303}:
            answer = await self._once("GET", answer.headers["location"][0], "")
        self.tally.seconds.setdefault(step, []).append(time.perf_counter() - began)
        if answer.status != 200:
            self.tally.errors.append(f"{step} {path}: {answer.status}")
        return answer

    async def _once(self, method: str, path: str, body: str) -> Answer:
        for attempt in (1, 2):
            if self.stream is None:
                self.stream = await asyncio.open_connection(self.host, self.port)
            try:
                return await self._exchange(method, path, body)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    async def _exchange(self, method: str, path: str, body: str) -> Answer:
        assert self.stream is not None
        reader, writer = self.stream
        sent = body.encode()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Origin: http://{self.host}:{self.port}",
            "User-Agent: bench",
            f"Cookie: {cookies}",
            f"Content-Length: {len(sent)}",
            "Content-Type: application/x-www-form-urlencoded",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + sent)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        content = await self._content(reader, headers)
        for cookie in headers.get("set-cookie", ()):
            if found := _COOKIE.match(cookie):
                self.cookies[found[1]] = found[2]
        if headers.get("connection", [""])[0] == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, content.decode("utf-8", "replace"))

    async def _content(self, reader: asyncio.StreamReader, headers: dict[str, list[str]]) -> bytes:
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"][0]))
        content = b""
        while size := int(await reader.readline(), 16):
            content += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return content

    def close(self) -> None:
        if self.stream is not None:
            self.stream[1].close()
        self.stream = None
