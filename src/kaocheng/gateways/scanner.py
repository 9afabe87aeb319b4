"""clamd, spoken to directly: a virus, none, or no answer; no answer is never “none”."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


class NoVerdict(Exception):
    """The scanner is away, too slow, or refuses the size; the file is as unknown as before."""


@dataclass(frozen=True)
class Scanner:
    """One clamd, on a port or a socket of this machine."""

    host: str
    port: int
    path: str
    seconds: float = 60.0

    def finds(self, stream: BinaryIO) -> str:
        """The name of the virus, or empty; raises `NoVerdict`."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                while chunk := stream.read(_CHUNK):
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
                answer = _read_all(connection)
        except OSError as error:
            raise NoVerdict(str(error)) from error
        text = answer.rstrip(b"\0\n").decode("utf-8", "replace")
        if text == "stream: OK":
            return ""
        if text.startswith("stream: ") and text.endswith(" FOUND"):
            return text.removeprefix("stream: ").removesuffix(" FOUND")
        raise NoVerdict(text)

    def _connected(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=self.seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.seconds)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection


def scanner_at(address: str) -> Scanner:
    """`clamd://host:port`, or `clamd:///path/of/the/socket`."""
    parts = urlsplit(address)
    if parts.scheme != "clamd" or not (parts.hostname or parts.path):
        raise ValueError(address)
    return Scanner(parts.hostname or "", parts.port or 3310, "" if parts.hostname else parts.path)


def _read_all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
    return b"".join(parts)
