"""The two sides over one city: our engine, and the hand-tuned SQL of the peers.

Both start from Parquet files, hold their facts in an in-memory DuckDB with two threads, and leave
their results in tables of it. Run as a program this module measures one side's memory alone:
`python -m benchmarks.sides ours|hand TEACHERS EVENTS ATTENDANCE REVIEWS`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import astuple
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from benchmarks import cities, peers
from benchmarks.harness import compare
from benchmarks.saved_facts import read_saved_facts, save_facts
from kaocheng.engine import verbs
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Problems

THREADS = 2
# Tables of exact values are held in Python: no more of them than these.
MOST_COMPARED = 200_000
Row = tuple[object, ...]


class Side(Protocol):
    """Somebody who computes the scheme. `rows`: in the peers' units and columns, by teacher."""

    def run(self) -> object: ...

    def rows(self) -> list[Row]: ...


def city_pack(folder: Path = cities.PACK) -> Compiled:
    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    return compiled


class Hand:
    """The peers: their query over their tables."""

    def __init__(self, size: peers.Size) -> None:
        self.connection = connected()
        peers.load(self.connection, peers.generated(size))

    def run(self) -> object:
        query = f"CREATE OR REPLACE TABLE result AS {peers.by_hand()}"
        return self.connection.execute(query).fetchall()

    def digest(self) -> str:
        """As the peers' programs print it: every row and column, by teacher."""
        found = hashlib.md5(usedforsecurity=False)
        for row in self.connection.execute("FROM result ORDER BY tid").fetchall():
            found.update(("|".join(map(str, row)) + "\n").encode())
        return found.hexdigest()

    def rows(self) -> list[Row]:
        columns = ", ".join(["tid", *cities.PEER_COLUMNS.values()])
        query = f"SELECT {columns} FROM ({peers.by_hand_with_our_ties()}) ORDER BY tid"  # noqa: S608  # ours
        return self.connection.execute(query).fetchall()


class Ours:
    """The engine, from facts that are encoded already. `tells`: made to be explained, too."""

    def __init__(
        self, size: peers.Size, compiled: Compiled | None = None, *, tells: bool = False
    ) -> None:
        self.compiled = compiled or city_pack()
        facts = read_saved_facts(self.compiled.pack, encoded(size, self.compiled))
        self.store = Store(self.compiled, facts, connected(), tells=tells)

    def run(self) -> object:
        """Every result in tables of the database, as theirs is."""
        self.store.compute()
        return None

    def run_unit(self, unit: str, changed: Mapping[str, pa.Table]) -> object:
        """Every result of one unit, whose rows of the registers in `changed` are now these."""
        return self.store.run_unit(unit, changed)

    def rows(self) -> list[Row]:
        run = self.store.run()
        columns = {item: run.outcomes[cities.RESULT, item] for item in cities.PEER_COLUMNS}
        return sorted(
            (int(key[0]), *(_as_peer(column[key].value, item) for item, column in columns.items()))
            for key in run.members[cities.RESULT]
        )


def _as_peer(value: object, item: str) -> object:
    """A value as the peers write it: hundredths, but for what they count in whole numbers."""
    if not isinstance(value, Fraction) or item in cities.WHOLE_ITEMS:
        return value
    scaled = value * 100
    return int(scaled) if scaled.denominator == 1 else scaled


def connected() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET enable_progress_bar = false")
    return connection


def encoded(size: peers.Size, compiled: Compiled) -> Path:
    """The folder with our facts of the peers' city; they are encoded when missing."""
    folder = peers.WORK / "encoded" / size.name
    if not folder.exists():
        connection = connected()
        peers.load(connection, peers.generated(size))
        started = time.perf_counter()
        facts = cities.column_facts(compiled.pack, connection)
        print(f"  encoded in {time.perf_counter() - started:.2f} s, once", flush=True)
        made = folder.with_name(f"{size.name}.{os.getpid()}")
        save_facts(facts, made)
        peers.put_in_place(made, folder)
    return folder


def differing_rows(ours: Side, hand: Side) -> list[tuple[Row | None, Row | None]]:
    """The rows that are not the same in every column, ours and theirs."""
    theirs = {row[0]: row for row in hand.rows()}
    found: list[tuple[Row | None, Row | None]] = []
    for row in ours.rows():
        other = theirs.pop(row[0], None)
        if row != other:
            found.append((row, other))
    return [*found, *((None, row) for row in theirs.values())]


def say_whether_same(ours: Side, hand: Side, *, teachers: int) -> None:
    if teachers > MOST_COMPARED:
        print(f"  rows not compared: more than {MOST_COMPARED} teachers")
        return
    differing = differing_rows(ours, hand)
    if not differing:
        print(f"  all {teachers} rows are the same in all {len(cities.PEER_COLUMNS)} columns")
        return
    print(f"  {len(differing)} of {teachers} rows DIFFER, the first of them:")
    for row, other in differing[:3]:
        print(f"    ours {row}\n    hand {other}")


def duel(name: str, size: peers.Size, *, rounds: int) -> float:
    """Both sides over one city: load, interleaved rounds, and whether they agree."""
    started = time.perf_counter()
    ours = Ours(size)
    loaded = time.perf_counter()
    hand = Hand(size)
    print(
        f"  loaded from Parquet: ours {loaded - started:.2f} s, "
        f"hand {time.perf_counter() - loaded:.2f} s"
    )
    ours.run()
    hand.run()
    say_whether_same(ours, hand, teachers=size.teachers)
    return compare(name, ours=ours.run, peer=hand.run, rounds=rounds, warm_up_rounds=0)


SIDES: dict[str, type[Ours | Hand]] = {"ours": Ours, "hand": Hand}


def peak_mebibytes(side: str, size: peers.Size) -> int:
    """The most memory that a process of its own holds while it loads and computes a side."""
    command = [sys.executable, "-m", "benchmarks.sides", side, *map(str, astuple(size))]
    done = subprocess.run(command, cwd=peers.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return int(done.stdout.split()[-1])


def say_memory(size: peers.Size) -> None:
    """Before this process grows: the two must not crowd each other out."""
    ours, hand = peak_mebibytes("ours", size), peak_mebibytes("hand", size)
    print(f"  peak memory: ours {ours} MiB, hand {hand} MiB, ratio {ours / hand:.2f}", flush=True)


def _own_peak() -> int:
    """In MiB. Not `ru_maxrss`: a child starts with that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    SIDES[sys.argv[1]](peers.Size(*map(int, sys.argv[2:]))).run()
    print(_own_peak())
