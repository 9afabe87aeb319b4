"""A scanner says virus or none; anything else is no verdict, and never “none”."""

from __future__ import annotations

import io
import socket

import pytest

from kaocheng.gateways.scanner import NoVerdict, Scanner, scanner_at
from tests.gateways.clamd import EICAR, clamd


def test_scanner_tells_virus_from_none() -> None:
    with clamd() as address:
        scanner = scanner_at(address)

        assert scanner.finds(io.BytesIO("教案".encode() * 100_000)) == ""
        assert scanner.finds(io.BytesIO(b"before " + EICAR)) == "Eicar-Signature"


def test_file_that_the_scanner_refuses_has_no_verdict() -> None:
    with clamd(most_bytes=10) as address, pytest.raises(NoVerdict, match="size limit"):
        scanner_at(address).finds(io.BytesIO(b"more than ten bytes"))


def test_scanner_that_is_away_has_no_verdict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(NoVerdict):
        scanner_at(f"clamd://127.0.0.1:{port}").finds(io.BytesIO(b"x"))
    with pytest.raises(NoVerdict):
        scanner_at("clamd:///nowhere/clamd.sock").finds(io.BytesIO(b"x"))


def test_address_is_a_port_or_a_socket() -> None:
    assert scanner_at("clamd://10.0.0.5:3311") == Scanner("10.0.0.5", 3311, "")
    assert scanner_at("clamd:///run/clamd.sock") == Scanner("", 3310, "/run/clamd.sock")
    with pytest.raises(ValueError, match="http"):
        scanner_at("http://scanner")
