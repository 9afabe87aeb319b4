"""Who assesses whom among peers: pure, so that anybody can reckon it again from the seed."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Peer = TypeVar("Peer", bound=Hashable)
CIRCLE, RANDOM, EVERYBODY = "circle", "random", "everybody"


def pairs(peers: Sequence[Peer], *, way: str, count: int, seed: str) -> list[tuple[Peer, Peer]]:
    """(assessor, assessed): each is assessed by `count` others, and assesses as many.

    Peers come in the order of their keys. In a circle each assesses those that follow; at random
    they are first shuffled by Python's `random.Random(seed)`. Everybody: each assesses all others.
    """
    ring = list(peers)
    if way == RANDOM:
        random.Random(seed).shuffle(ring)  # noqa: S311  # to be repeated, not to be secret
    steps = len(ring) - 1 if way == EVERYBODY else min(count, len(ring) - 1)
    return [
        (peer, ring[(place + step) % len(ring)])
        for place, peer in enumerate(ring)
        for step in range(1, steps + 1)
    ]


def too_few(sizes: Iterable[int], *, count: int) -> int:
    """How many of the groups have fewer others than are asked for."""
    return sum(1 for size in sizes if size <= count)
