"""A chain over the rows of a log: a later change of any of them shows, and says where.

Every row has a digest over its canonical JSON. A seal lists rows with their digests, and its own
digest covers the list and the digest of the seal before it. Who changes a row has to change its
seal and every later one, down to a digest that was given out of their hands: an anchor.

Canonical JSON: an array of the row's values in a fixed order, moments as microseconds since 1970,
keys sorted, `, ` and `: ` between things, UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

# The second is the national one (GB/T 32905), where the commercial cryptography rules ask for it.
METHODS = ("sha256", "sm3")
START = "0" * 64

# (id, digest): how a seal lists a row.
Listed = tuple[int, str]
# The values of a row as a JSON array, and the JSON that is appended to it: texts, because a check
# goes over every row there ever was and building them anew takes most of its time.
RowText = tuple[str, str]


def hexdigest(method: str, content: bytes) -> str:
    """The digest of bytes; a method that is not known raises ValueError."""
    hashed: str = _hash(method)(content).hexdigest()
    return hashed


def _hash(method: str) -> Callable[[bytes], Any]:
    if method == "sha256":
        return hashlib.sha256
    if method not in METHODS:
        raise ValueError(method)
    return partial(hashlib.new, method)


def row_digest(method: str, row: RowText) -> str:
    return hexdigest(method, canonical_row(row))


def canonical_row(row: RowText) -> bytes:
    """`[7, 1764209400000000, "unit.rename", null, {"fields": ["name"]}]`."""
    values, changes = row
    return f"{values[:-1]}, {_same_json(changes)}]".encode()


@dataclass(frozen=True)
class Seal:
    """A link of the chain; `sealed_at` is a text, so that it reads the same everywhere."""

    number: int
    method: str
    sealed_at: str
    rows: tuple[Listed, ...]
    digest: str

    def digest_after(self, previous: str) -> str:
        """What the digest has to be if `previous` is the digest of the seal before."""
        content = [self.number, self.method, self.sealed_at, previous, self.rows]
        return hexdigest(self.method, _canonical(content).encode())


def next_seal(
    before: Seal | None, method: str, sealed_at: str, rows: Mapping[int, RowText]
) -> Seal:
    """The seal of these rows after the one before, rows by id."""
    listed = tuple((id, row_digest(method, rows[id])) for id in sorted(rows))
    number = before.number + 1 if before else 1
    unsigned = Seal(number, method, sealed_at, listed, "")
    digest = unsigned.digest_after(before.digest if before else START)
    return Seal(number, method, sealed_at, listed, digest)


class FaultKind(StrEnum):
    """What can be wrong with a log."""

    ROW_CHANGED = "row_changed"
    ROW_GONE = "row_gone"
    ROW_UNSEALED = "row_unsealed"  # in the log, neither sealed nor waiting for it
    ROW_LATE = "row_late"  # waits for its seal longer than a sealer at work would let it
    SEAL_CHANGED = "seal_changed"  # does not follow from the seal before: one of them changed
    SEAL_GONE = "seal_gone"
    END_GONE = "end_gone"  # an anchor's seal and all after it are missing
    ANCHOR_DIFFERS = "anchor_differs"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `seal` and `row` say where, `until` ends a run of missing seals."""

    kind: FaultKind
    seal: int | None = None
    row: int | None = None
    until: int | None = None
    where: str = ""


@dataclass(frozen=True)
class Anchor:
    """A digest that was given out: of which seal, and where to."""

    seal: int
    digest: str
    where: str


@dataclass
class Walk:
    """Goes along the chain once, seal by seal in order of their numbers."""

    anchors: tuple[Anchor, ...] = ()
    last: Seal | None = None
    rows_seen: int = 0
    # The newest seal that an anchor has confirmed: what lies before it is as it was then.
    confirmed: int = 0
    _due: dict[int, list[Anchor]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            self._due.setdefault(anchor.seal, []).append(anchor)

    def step(self, seal: Seal, found: Mapping[int, RowText]) -> Iterator[Fault]:
        """What is wrong with the seal and its rows; `found` holds those still in the log, by id."""
        yield from self._order(seal)
        hashed = _hash(seal.method)
        for id, digest in seal.rows:
            values = found.get(id)
            if values is None:
                yield Fault(FaultKind.ROW_GONE, seal.number, id)
                continue
            self.rows_seen += 1
            if hashed(canonical_row(values)).hexdigest() != digest:
                yield Fault(FaultKind.ROW_CHANGED, seal.number, id)
        for anchor in self._due.pop(seal.number, ()):
            if anchor.digest == seal.digest:
                self.confirmed = seal.number
            else:
                yield Fault(FaultKind.ANCHOR_DIFFERS, seal.number, where=anchor.where)
        self.last = seal

    def end(self) -> Iterator[Fault]:
        """What is missing after the last seal that was found."""
        if self._due:
            furthest = self._due[max(self._due)][-1]
            first = (self.last.number if self.last else 0) + 1
            yield Fault(FaultKind.END_GONE, first, until=max(self._due), where=furthest.where)

    def _order(self, seal: Seal) -> Iterator[Fault]:
        before = self.last
        expected = before.number + 1 if before else 1
        if seal.number != expected:
            yield Fault(FaultKind.SEAL_GONE, expected, until=seal.number - 1)
        elif seal.digest != seal.digest_after(before.digest if before else START):
            yield Fault(FaultKind.SEAL_CHANGED, seal.number)


_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(", ", ": "))


def _canonical(value: object) -> str:
    return _encoder.encode(value)


@lru_cache(maxsize=4096)
def _same_json(text: str) -> str:
    """JSON as PostgreSQL writes it, made canonical; most rows of a log say one of a few things."""
    return _canonical(json.loads(text))
