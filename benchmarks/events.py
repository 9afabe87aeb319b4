"""Fifty million learning events of 150,000 teachers, against hand-tuned SQL."""

from __future__ import annotations

import sys

from benchmarks import peers
from benchmarks.sides import city_pack, duel, encoded, say_memory

CITY, SMALL_CITY = peers.Size(150_000, events=333), peers.Size(200, events=333)
ROUNDS, SMALL_ROUNDS = 5, 1


def main(*, size: peers.Size, rounds: int) -> None:
    peers.must_be_here()
    encoded(size, city_pack())
    print(f"{size.teachers} teachers, about {size.facts:,} facts, two threads")
    say_memory(size)
    duel("events", size, rounds=rounds)


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        size=SMALL_CITY if is_small else CITY,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
