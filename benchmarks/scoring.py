"""A city of 150,000 teachers scored from 7.3 million facts, against hand-tuned SQL."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks import peers
from benchmarks.others import say_others
from benchmarks.sides import city_pack, duel, encoded, say_memory

TEACHERS, SMALL_TEACHERS = 150_000, 300
ROUNDS, SMALL_ROUNDS = 9, 1


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=TEACHERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--small", action="store_true", help="a few teachers, ours and hand only")
    options = parser.parse_args(arguments)
    peers.must_be_here()
    size = peers.Size(SMALL_TEACHERS if options.small else options.teachers)
    encoded(size, city_pack())
    print(f"{size.teachers} teachers, about {size.facts:,} facts, two threads")
    say_memory(size)
    if not options.small:
        say_others(size)
    duel("scoring", size, rounds=SMALL_ROUNDS if options.small else options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
