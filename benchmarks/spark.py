"""1.5 million teachers on a local Spark cluster, against the embedded run on the same cores.

Both sides start from the same folder of facts, dealt into ranges, make their plan, and end with the
results of everybody. Starting the cluster, and dealing the facts, are printed apart: they happen
once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from benchmarks import peers
from benchmarks.harness import compare
from benchmarks.saved_facts import read_saved_facts
from benchmarks.sides import THREADS, city_pack, connected, encoded
from kaocheng.engine.columnar.range_task import Machine
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.columnar.spark import run_on_spark
from kaocheng.formats.range_folder import deal_facts
from tests.engine.columnar.spark_cluster import (
    missing_for_spark,
    spark_cluster,
    spark_context,
)

if TYPE_CHECKING:
    from kaocheng.engine.columnar.columnar_run import ColumnarRun
    from kaocheng.engine.columnar.facts import ColumnFacts
    from kaocheng.engine.columnar.ranges import DealtFacts
    from kaocheng.engine.compile import Compiled

LIMIT_RATIO = 1.3
WORKERS = THREADS  # of one core each; the embedded run gets as many threads
RANGES = 4  # two for each worker
TEACHERS, SMALL_TEACHERS = 1_500_000, 2_000
ROUNDS, SMALL_ROUNDS = 5, 1
WORKER_MIB = 3072


def dealt_city(folder: Path, size: peers.Size, compiled: Compiled) -> DealtFacts:
    facts = read_saved_facts(compiled.pack, encoded(size, compiled))
    rows = sum(table.rows for table in facts.tables.values())
    dealt = deal_facts(folder, compiled.pack, facts, ranges=RANGES)
    print(f"{size.teachers} teachers, {rows} rows of facts in {len(dealt.ranges)} ranges")
    return dealt


def whole(dealt: DealtFacts) -> ColumnFacts:
    """The facts with the rows of all ranges."""
    tables = dict(dealt.facts.tables)
    for name in dealt.links:
        rows = pa.concat_tables(dealt.parts(name))
        tables[name] = replace(tables[name], arrow=rows, count=None)
    return replace(dealt.facts, tables=tables)


def digests(run: ColumnarRun) -> dict[str, str]:
    """SHA-256 of the rows of every result in order, as exact whole numbers and codes."""
    found = {}
    with connected() as connection:
        for result, rows in run.tables.items():
            connection.register("rows", rows)
            each = 'SELECT "_at", sha256(r::VARCHAR) AS digest FROM rows AS r'
            query = f"""SELECT sha256(string_agg(digest, ',' ORDER BY "_at")) FROM ({each})"""  # noqa: S608  # ours
            ((found[result],),) = connection.execute(query).fetchall()
    return found


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - started:.1f} s", flush=True)


def duel(size: peers.Size, *, rounds: int) -> None:
    compiled = city_pack()
    with tempfile.TemporaryDirectory(prefix="kaocheng-spark-") as name:
        place = Path(name)
        (place / "facts").mkdir()
        with timed("facts dealt"):
            dealt = dealt_city(place / "facts", size, compiled)
        started = time.perf_counter()
        with (
            spark_cluster(place / "cluster", workers=WORKERS, memory_mib=WORKER_MIB) as cluster,
            spark_context(cluster, place / "driver") as context,
        ):
            print(f"  cluster started: {time.perf_counter() - started:.1f} s")

            def on_spark() -> ColumnarRun:
                machine = Machine(threads=1, memory_mib=2048)
                with connected() as connection:
                    return run_on_spark(
                        context, compiled, dealt, machine=machine, connection=connection
                    )

            def embedded() -> ColumnarRun:
                with connected() as connection:
                    return Store(compiled, whole(dealt), connection).run()

            with timed("first run, with Python and DuckDB started on the workers"):
                first = digests(on_spark())
            assert first == digests(embedded()), "Spark and the embedded run differ"
            print(f"  equal by SHA-256 of all rows; limit of the ratio {LIMIT_RATIO}", flush=True)
            compare("spark", ours=on_spark, peer=embedded, rounds=rounds, warm_up_rounds=1)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=TEACHERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--small", action="store_true", help="a few teachers, one round")
    options = parser.parse_args(arguments)
    peers.must_be_here()
    missing = missing_for_spark()
    if missing:
        sys.exit(f"缺少 {missing}，无法运行 Spark。Missing: {missing}.")
    if options.small:
        duel(peers.Size(SMALL_TEACHERS), rounds=SMALL_ROUNDS)
    else:
        duel(peers.Size(options.teachers), rounds=options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
