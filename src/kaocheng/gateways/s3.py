"""A store that speaks S3: an object per digest, signed requests (Signature Version 4), no SDK.

Bytes are gathered in a temporary file first, since their name is known only at their end; the
store itself publishes an object wholly or not at all.
"""

from __future__ import annotations

import hashlib
import hmac
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, BinaryIO, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import urllib3

from kaocheng.gateways.files import (
    CHUNK_BYTES,
    HEAD_BYTES,
    FileStore,
    Kept,
    NotThere,
    TooBig,
)

SIGNED = "AWS4-HMAC-SHA256"
TIMEOUT = urllib3.Timeout(connect=5, read=60)


class StoreFailed(OSError):
    """The store did not do what was asked; the argument is its status."""


@dataclass(frozen=True)
class S3Files(FileStore):
    """One bucket; `prefix` lets it be shared with others."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    prefix: str = "files/"
    pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(timeout=TIMEOUT, retries=2), compare=False
    )

    @classmethod
    def of(cls, address: str) -> S3Files:
        """`s3://key:secret@host[:port]/bucket?region=…&prefix=…&tls=0`."""
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query))
        if parts.scheme != "s3" or not parts.hostname or len(parts.path) < 2:
            raise ValueError("s3://key:secret@host/bucket")
        scheme = "http" if options.get("tls") == "0" else "https"
        port = f":{parts.port}" if parts.port else ""
        return cls(
            endpoint=f"{scheme}://{parts.hostname}{port}",
            bucket=parts.path.strip("/"),
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            region=options.get("region", "us-east-1"),
            prefix=options.get("prefix", "files/"),
        )

    def keep(self, chunks: Iterable[bytes], *, most_bytes: int) -> Kept:
        digest, size, head = hashlib.sha256(), 0, b""
        with tempfile.TemporaryFile() as gathered:
            for chunk in chunks:
                size += len(chunk)
                if size > most_bytes:
                    raise TooBig
                digest.update(chunk)
                head = (head + chunk[:HEAD_BYTES])[:HEAD_BYTES]
                gathered.write(chunk)
            kept = Kept(digest.hexdigest(), size, head)
            # Written again although it may be there: that renews its age for the clean-up.
            gathered.seek(0)
            self._ask("PUT", self._key(kept.digest), body=gathered, digest=kept.digest, size=size)
        return kept

    def open(self, digest: str) -> BinaryIO:
        answer = self._ask("GET", self._key(digest), stream=True)
        copy = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever reads it
        for chunk in answer.stream(CHUNK_BYTES):
            copy.write(chunk)
        answer.release_conn()
        copy.seek(0)
        return cast("BinaryIO", copy)

    def has(self, digest: str) -> bool:
        try:
            self._ask("HEAD", self._key(digest))
        except NotThere:
            return False
        return True

    def remove_if_older(self, digest: str, *, seconds: float) -> bool:
        try:
            answer = self._ask("HEAD", self._key(digest))
        except NotThere:
            return False
        changed = datetime.strptime(
            answer.headers["Last-Modified"], "%a, %d %b %Y %H:%M:%S %Z"
        ).replace(tzinfo=UTC)
        # The real time, not the product's clock: it is compared with that of the store.
        if (datetime.now(UTC) - changed).total_seconds() < seconds:
            return False
        self._ask("DELETE", self._key(digest))
        return True

    def digests(self) -> Iterator[str]:
        more = ""
        while True:
            query = {"list-type": "2", "prefix": self.prefix}
            if more:
                query["continuation-token"] = more
            listing = ET.fromstring(self._ask("GET", "", query=query).data)  # noqa: S314  # our own store
            space = listing.tag.partition("}")[0] + "}" if "}" in listing.tag else ""
            for key in listing.iter(f"{space}Key"):
                name = (key.text or "").rpartition("/")[2]
                if len(name) == 64:
                    yield name
            more = listing.findtext(f"{space}NextContinuationToken") or ""
            if not more:
                return

    def _key(self, digest: str) -> str:
        return f"{self.prefix}{digest[:2]}/{digest}"

    def _ask(
        self,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        body: IO[bytes] | None = None,
        digest: str = hashlib.sha256(b"").hexdigest(),
        size: int = 0,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        path = quote(f"/{self.bucket}/{key}".rstrip("/"))
        text = urlencode(sorted((query or {}).items()), quote_via=quote)
        headers = signed_headers(
            method,
            host=urlsplit(self.endpoint).netloc,
            path=path,
            query=text,
            digest=digest,
            at=datetime.now(UTC),
            region=self.region,
            access_key=self.access_key,
            secret_key=self.secret_key,
        )
        if body is not None:
            headers["Content-Length"] = str(size)
        answer = self.pool.request(
            method,
            f"{self.endpoint}{path}{f'?{text}' if text else ''}",
            headers=headers,
            body=body,
            preload_content=not stream,
        )
        if answer.status == 404:
            raise NotThere(key)
        if answer.status >= 300:
            raise StoreFailed(f"{method} {answer.status}")
        return answer


def signed_headers(
    method: str,
    *,
    host: str,
    path: str,
    query: str,
    digest: str,
    at: datetime,
    region: str,
    access_key: str,
    secret_key: str,
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a signed request; host, date, digest of the body and `more` are signed."""
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    headers = {
        "host": host,
        "x-amz-content-sha256": digest,
        "x-amz-date": moment,
        **{name.lower(): value for name, value in (more or {}).items()},
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((method, path, query, lines, names, digest))
    scope = f"{at:%Y%m%d}/{region}/s3/aws4_request"
    to_sign = "\n".join((SIGNED, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret_key}".encode()
    for part in (f"{at:%Y%m%d}", region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"{SIGNED} Credential={access_key}/{scope},SignedHeaders={names},Signature={signature}"
    )
    return headers
