"""1.5 million people on a local Spark cluster, against the embedded run on the same cores.

Both sides read the same folder of facts, dealt into ranges, and end with the wide stage. Starting
the cluster, and dealing the facts, are printed apart: they happen once.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.harness import compare
from kaocheng.engine.columnar.spark import Machine, Range, add_tables, run_ranges
from kaocheng.formats.range_folder import RangeFolder, deal_into_ranges
from tests.engine.columnar.spark_cluster import (
    missing_for_spark,
    spark_cluster,
    spark_context,
)

LIMIT_RATIO = 1.3
WORKERS = 2  # of one core each; the embedded run gets as many threads
RANGES = 4  # two for each worker
PEOPLE, SMALL_PEOPLE = 1_500_000, 60_000
ROUNDS, SMALL_ROUNDS = 5, 3
PER_SCHOOL = 100


class HandWritten:
    """Sums per person, the school's mean; then total, seats per district and pay to the fen."""

    def unit_statements(self, low: int, high: int) -> Sequence[str]:  # noqa: ARG002
        return [UNIT]

    def wide_statements(self) -> Sequence[str]:
        return [WIDE]


UNIT = """
CREATE TABLE u_1 AS
WITH study AS (
    SELECT staff, sum(credit) AS credit,
        bit_count(bit_or(1::BIGINT << course))::INTEGER AS courses
    FROM r_study GROUP BY staff
), marks AS (
    SELECT staff, sum(score * CASE rater WHEN 0 THEN 20 ELSE 80 END)
        FILTER (indicator = 1)::BIGINT AS first,
        sum(score * CASE rater WHEN 0 THEN 20 ELSE 80 END)
        FILTER (indicator = 2)::BIGINT AS second
    FROM r_marks GROUP BY staff
), attendance AS (
    SELECT staff, sum(required)::BIGINT AS required, sum(present)::BIGINT AS present
    FROM r_attendance GROUP BY staff
), review AS (
    SELECT staff, sum(score)::BIGINT AS score, count(*) AS reviews,
        min(score) AS least, max(score) AS most
    FROM r_review GROUP BY staff
), school AS (
    SELECT school, sum(hours)::BIGINT AS hours, count(*) AS people FROM r_staff GROUP BY school
)
SELECT _at, r_staff.school, district, people,
    (2 * coalesce(first, 0) + 100) // 200 AS p1,
    (2 * coalesce(second, 0) + 100) // 200 AS p2,
    least(1000, (2 * coalesce(credit, 0) * 1000 + 2000) // 4000) AS p3,
    CASE WHEN courses >= 15 THEN 500 ELSE coalesce(courses, 0) * 30 END AS p4,
    CASE WHEN present * 100 >= 95 * required THEN 1000 WHEN present * 100 >= 85 * required THEN 800
        ELSE 0 END AS p5,
    CASE WHEN reviews >= 3 THEN (2 * (review.score - least - most) + 20 * (reviews - 2))
        // (40 * (reviews - 2)) ELSE 0 END AS p6,
    least(3600, (2 * r_staff.hours::BIGINT * people * 3000 + school.hours)
        // (2 * school.hours)) AS p7
FROM r_staff JOIN school USING (school) LEFT JOIN study ON study.staff = _at
LEFT JOIN marks ON marks.staff = _at LEFT JOIN attendance ON attendance.staff = _at
LEFT JOIN review ON review.staff = _at
"""
WIDE = """
CREATE TABLE result AS
WITH summed AS (SELECT *, p1 + p2 + p3 + p4 + p5 + p6 + p7 AS total FROM u_1)
SELECT *, rank() OVER (PARTITION BY district ORDER BY total DESC) * 100
        <= 30 * count(*) OVER (PARTITION BY district) AS excellent,
    1000000 * people * total // sum(total) OVER (PARTITION BY school) AS fen
FROM summed
"""
# Rows per person, column of the subject, other columns; `i` numbers the rows, `{n}` is one of n.
REGISTERS = {
    "r_staff": (1, "_at", "i // 100 AS school, i // 5000 AS district, 200 + {2400} AS hours"),
    "r_study": (20, "staff", "{40} AS course, 25 * (1 + {12}) AS credit, 5 + {120} AS minutes"),
    "r_marks": (6, "staff", "1 + i % 3 AS indicator, i % 2 AS rater, 500 + {501} AS score"),
    "r_attendance": (10, "staff", "i % 10 AS month, 20 AS required, 20 - {6} AS present"),
    "r_review": (10, "staff", "i % 7 AS reviewer, 5500 + {4501} AS score"),
}


def facts_of(one: Range) -> dict[str, pa.Table]:
    """The facts of a range, the same in every run; subjects are numbered through all ranges."""
    tables = {}
    with duckdb.connect() as connection:
        for seed, (name, (rows, subject, columns)) in enumerate(REGISTERS.items()):
            dealt = columns.replace("{", f"(hash(i * 1000003 + {seed}) % ").replace("}", ")")
            wide = f"SELECT i // {rows} AS {subject}, {dealt} FROM range(?, ?) AS r(i)"  # noqa: S608  # ours
            query = f"SELECT CAST(COLUMNS(*) AS INTEGER) FROM ({wide})"  # noqa: S608  # as above
            span = [one.low * rows, one.high * rows]
            tables[name] = connection.sql(query, params=span).to_arrow_table()
    return tables


def deal(folder: Path, *, people: int) -> tuple[tuple[Range, ...], RangeFolder]:
    cuts = [people * number // RANGES // PER_SCHOOL * PER_SCHOOL for number in range(RANGES)]
    ends = [*cuts[1:], people]
    ranges = tuple(
        Range(number, low, high) for number, (low, high) in enumerate(zip(cuts, ends, strict=True))
    )
    subjects = {name: subject for name, (_, subject, _) in REGISTERS.items()}
    rows = 0
    for one in ranges:
        facts = facts_of(one)
        rows += sum(table.num_rows for table in facts.values())
        dealt = deal_into_ranges(folder, facts, subjects=subjects, ranges=[one])
    print(f"{people} people, {rows} rows of facts in {len(ranges)} ranges")
    return ranges, dealt


def digest(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 of the results as CSV, sorted by subject."""
    lines = connection.execute("SELECT concat_ws(',', *COLUMNS(*)) FROM result ORDER BY _at")
    checksum = hashlib.sha256()
    while rows := lines.fetchmany(100_000):
        checksum.update("".join(f"{line}\n" for (line,) in rows).encode())
    return checksum.hexdigest()


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - started:.1f} s", flush=True)


def main(*, people: int, rounds: int) -> None:
    plan = HandWritten()
    with tempfile.TemporaryDirectory(prefix="kaocheng-spark-") as name:
        place = Path(name)
        with timed("facts generated and dealt"):
            ranges, dealt = deal(place, people=people)
        started = time.perf_counter()
        with (
            spark_cluster(place / "cluster", workers=WORKERS, memory_mib=3072) as cluster,
            spark_context(cluster, place / "driver") as context,
        ):
            print(f"  cluster started: {time.perf_counter() - started:.1f} s")

            def on_spark() -> duckdb.DuckDBPyConnection:
                connection = duckdb.connect(config={"threads": WORKERS, "memory_limit": "6GiB"})
                machine = Machine(threads=1, memory_mib=2048)
                found = run_ranges(
                    context, plan, ranges=ranges, facts=dealt, whole={}, machine=machine
                )
                add_tables(connection, found)
                for statement in plan.wide_statements():
                    connection.execute(statement)
                return connection

            def embedded() -> duckdb.DuckDBPyConnection:
                connection = duckdb.connect(config={"threads": WORKERS, "memory_limit": "6GiB"})
                parts = [dealt(one) for one in ranges]
                for name in dealt.names:
                    connection.register(name, pa.concat_tables([part[name] for part in parts]))
                statements = plan.unit_statements(0, people)
                for statement in (*statements, *plan.wide_statements()):
                    connection.execute(statement)
                return connection

            with timed("first run, with Python and DuckDB started on the workers"):
                first = on_spark()
            assert digest(first) == digest(embedded()), "Spark and the embedded run differ"
            first.close()
            print(f"  equal by SHA-256; limit of the ratio {LIMIT_RATIO}")
            compare("spark", ours=on_spark, peer=embedded, rounds=rounds, warm_up_rounds=1)


if __name__ == "__main__":
    missing = missing_for_spark()
    if missing:
        sys.exit(f"缺少 {missing}，无法运行 Spark。Missing: {missing}.")
    is_small = "--small" in sys.argv
    main(
        people=SMALL_PEOPLE if is_small else PEOPLE,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
