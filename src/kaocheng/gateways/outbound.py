"""The one way out by HTTP: to hosts that were allowed by name, without redirects, in a few seconds.

Whatever a user can type as an address (a group robot) could otherwise be used to reach what only
this machine can reach.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
MOST_BYTES = 64 * 1024


class NotSent(Exception):
    """It did not go out, or was not taken; the words hold no address and no secret."""


class NotAllowedThere(NotSent):
    """The host is not on the list; trying again will not help."""


@dataclass(frozen=True)
class Outbound:
    """`origins`: `https://oapi.dingtalk.com`, scheme and host and, where it differs, the port."""

    origins: Collection[str]

    def allows(self, url: str) -> bool:
        return origin_of(url) in self.origins

    def post(self, url: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send JSON, answer JSON; anything but 200 and an object is `NotSent`."""
        if not self.allows(url):
            raise NotAllowedThere("the host is not allowed")
        parts = urlsplit(url)
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request(
                "POST",
                f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
                json.dumps(body, ensure_ascii=False).encode(),
                {"Content-Type": "application/json; charset=utf-8"},
            )
            answer = connection.getresponse()
            content = answer.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise NotSent(type(error).__name__) from None
        finally:
            connection.close()
        return _read(answer.status, content)


def origin_of(url: str) -> str:
    """Scheme, host and port as the list has them; empty for what is no plain address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return ""
    return f"{parts.scheme}://{parts.hostname}{f':{port}' if port else ''}"


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(
            host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)


def _read(status: int, content: bytes) -> Mapping[str, Any]:
    if status != http.client.OK:
        raise NotSent(f"answered {status}")
    if len(content) > MOST_BYTES:
        raise NotSent("the answer is too long")
    try:
        answer = json.loads(content)
    except ValueError:
        raise NotSent("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise NotSent("the answer is no object")
    return answer
