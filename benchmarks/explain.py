"""One teacher of a city of 150,000 explained down to clause and register row, against 10 ms."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import cycle

from benchmarks import peers
from benchmarks.harness import against_limit
from benchmarks.sides import Ours
from kaocheng.engine.columnar.explaining import Explainer
from kaocheng.engine.explain import walk_branches

TEACHERS, SMALL_TEACHERS = 150_000, 300
ROUNDS, SMALL_ROUNDS = 101, 3
LIMIT_SECONDS = 0.010


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=TEACHERS)
    parser.add_argument("--small", action="store_true", help="a few teachers, a few rounds")
    options = parser.parse_args(arguments)
    peers.must_be_here()
    size = peers.Size(SMALL_TEACHERS if options.small else options.teachers)
    rounds = SMALL_ROUNDS if options.small else ROUNDS
    ours = Ours(size)
    explainer = Explainer(ours.store.run())
    keys = ours.store.facts.tables["teacher"].arrow["id"]
    # Another teacher of another school each time: nothing of the answer is there yet.
    step = max(1, size.teachers // (rounds + 1))
    teachers = cycle([keys[at].as_py() for at in range(0, size.teachers, step)])
    (shown,) = explainer.explain(next(teachers))
    branches = [*walk_branches(shown.branches)]
    rows = sum(len(branch.rows) for branch in branches)
    print(f"{size.teachers} teachers; one has {len(branches)} branches that rest on {rows} rows")
    against_limit(
        "explain",
        ours=lambda: explainer.explain(next(teachers)),
        limit_seconds=LIMIT_SECONDS,
        rounds=rounds,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
