"""One teacher of a city of 150,000 explained down to clause and register row, against 10 ms.

Twice: with the scheme of the other benchmarks, which ranks within schools, and with the same scheme
where everybody is ranked with everybody and means and pay are those of the whole city.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import cities, peers
from benchmarks.harness import against_limit
from benchmarks.sides import Ours, city_pack
from kaocheng.engine.columnar.explaining import Explainer
from kaocheng.engine.compile import Compiled
from kaocheng.engine.explain import walk_branches

TEACHERS, SMALL_TEACHERS = 150_000, 300
ROUNDS, SMALL_ROUNDS = 101, 3
RUNS = 5
LIMIT_SECONDS = 0.010
WITHIN = ("          within: school\n", "within: school, ")


def whole_city_pack() -> Compiled:
    """The scheme of the city without `within`."""
    with TemporaryDirectory() as folder:
        pack = Path(shutil.copytree(cities.PACK, Path(folder) / "city"))
        scheme = pack / "scheme.yaml"
        text = scheme.read_text("utf-8")
        for written in WITHIN:
            text = text.replace(written, "")
        scheme.write_text(text.replace("teacher of school", "teacher of all"), "utf-8")
        return city_pack(pack)


def explained(name: str, compiled: Compiled, size: peers.Size, *, rounds: int) -> None:
    plain, ours = Ours(size, compiled), Ours(size, compiled, tells=True)
    runs = [(_seconds(plain.run), _seconds(ours.run)) for _ in range(RUNS)]
    without, telling = (min(side) for side in zip(*runs, strict=True))
    del plain
    gc.collect()
    explainer = Explainer(ours.store.results())
    keys = ours.store.facts.tables["teacher"].arrow["id"]
    # Another teacher of another school each time: nothing of the answer is there yet.
    step = max(1, size.teachers // (rounds + 1))
    teachers = cycle([keys[at].as_py() for at in range(0, size.teachers, step)])
    prepared = _seconds(lambda: explainer.explain(next(teachers)))
    (shown,) = explainer.explain(next(teachers))
    branches = [*walk_branches(shown.branches)]
    rows = sum(len(branch.rows) for branch in branches)
    print(f"{size.teachers} teachers; one has {len(branches)} branches that rest on {rows} rows")
    print(f"  computing: {without:.3f} s; with what explanations rest on: {telling:.3f} s")
    cpu = [
        _seconds(lambda: explainer.explain(next(teachers)), time.process_time)
        for _ in keys[:rounds]
    ]
    print(f"  the first explanation: {prepared:.3f} s; the others: {median(cpu):.4f} s of CPU time")
    print(f"  tables read as a whole: {len(explainer.decoded)}")
    against_limit(
        name,
        ours=lambda: explainer.explain(next(teachers)),
        limit_seconds=LIMIT_SECONDS,
        rounds=rounds,
    )


def _seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=TEACHERS)
    parser.add_argument("--small", action="store_true", help="a few teachers, a few rounds")
    options = parser.parse_args(arguments)
    peers.must_be_here()
    size = peers.Size(SMALL_TEACHERS if options.small else options.teachers)
    rounds = SMALL_ROUNDS if options.small else ROUNDS
    explained("explain", city_pack(), size, rounds=rounds)
    explained("explain-whole", whole_city_pack(), size, rounds=rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
