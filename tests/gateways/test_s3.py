"""The store that speaks S3: signed as the standard says, and the same promises as the folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from kaocheng.gateways.files import NotThere, TooBig
from kaocheng.gateways.s3 import S3Files, StoreFailed, signed_headers

EMPTY = hashlib.sha256(b"").hexdigest()


def test_signature_is_the_one_of_the_published_example() -> None:
    """GET Object of “Examples: Signature Calculations” in the documentation of the protocol."""
    headers = signed_headers(
        "GET",
        host="examplebucket.s3.amazonaws.com",
        path="/test.txt",
        query="",
        digest=EMPTY,
        at=datetime(2013, 5, 24, tzinfo=UTC),
        region="us-east-1",
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        more={"Range": "bytes=0-9"},
    )

    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


class Store(BaseHTTPRequestHandler):
    """Keeps objects in memory; lists two at a time; refuses what is not signed."""

    objects: dict[str, bytes]

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "Signature=" not in self.headers.get("Authorization", ""):
            self._answer(403)
            return
        assert hashlib.sha256(body).hexdigest() == self.headers["x-amz-content-sha256"]
        self.objects[self.path] = body
        self._answer(200)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.query:
            self._list(parse_qs(parts.query))
        elif self.path not in self.objects:
            self._answer(404)
        else:
            changed = format_datetime(datetime.now(UTC), usegmt=True)
            self._answer(200, self.objects[self.path], Last_Modified=changed)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204)

    def _list(self, query: dict[str, list[str]]) -> None:
        start = int(query.get("continuation-token", ["0"])[0])
        keys = sorted(path.removeprefix("/evidence/") for path in self.objects)
        listed = "".join(
            f"<Contents><Key>{key}</Key></Contents>" for key in keys[start : start + 2]
        )
        more = start + 2
        token = f"<NextContinuationToken>{more}</NextContinuationToken>" if more < len(keys) else ""
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        xml = f'<ListBucketResult xmlns="{space}">{listed}{token}</ListBucketResult>'
        self._answer(200, xml.encode())

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    handler = type("Handler", (Store,), {"objects": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"s3://key:secret@127.0.0.1:{server.server_address[1]}/evidence?tls=0"
        server.shutdown()


def test_bytes_go_in_and_come_out(address: str) -> None:
    files = S3Files.of(address)

    kept = files.keep([b"lesson ", b"plan"], most_bytes=100)

    assert kept.digest == hashlib.sha256(b"lesson plan").hexdigest()
    with files.open(kept.digest) as stream:
        assert stream.read() == b"lesson plan"
    assert files.has(kept.digest)
    assert not files.has(EMPTY)
    with pytest.raises(NotThere):
        files.open(EMPTY)
    with pytest.raises(TooBig):
        files.keep([b"a" * 101], most_bytes=100)


def test_list_goes_over_all_pages(address: str) -> None:
    files = S3Files.of(address)
    kept = {files.keep([bytes([number])], most_bytes=9).digest for number in range(5)}

    assert set(files.digests()) == kept


def test_only_old_bytes_are_removed(address: str) -> None:
    files = S3Files.of(address)
    digest = files.keep([b"x"], most_bytes=9).digest

    assert not files.remove_if_older(digest, seconds=3600)
    assert files.remove_if_older(digest, seconds=-5)
    assert not files.has(digest)


def test_store_that_refuses_is_told(address: str) -> None:
    files = S3Files.of(address)

    with pytest.raises(StoreFailed, match="501"):
        files._ask("PATCH", "x")


def test_address_without_bucket_is_refused() -> None:
    with pytest.raises(ValueError, match="bucket"):
        S3Files.of("s3://key:secret@host")
