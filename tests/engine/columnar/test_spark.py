from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from kaocheng.engine.columnar.spark import (
    Range,
    RangeFailed,
    add_tables,
    run_ranges,
    unit_ranges,
)
from kaocheng.formats import OutColumn, OutTable, canonical_csv_bytes
from kaocheng.formats.range_folder import RangeFolder, deal_into_ranges
from tests.engine.columnar.spark_cluster import (
    Cluster,
    missing_for_spark,
    spark_cluster,
    spark_context,
)

MISSING = missing_for_spark()
needs_spark = pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} is not installed")

UNIT = """
CREATE TABLE u_1 AS
SELECT _at, school, coalesce(sum(points * worth), 0)::BIGINT AS total
FROM r_staff LEFT JOIN r_award ON staff = _at LEFT JOIN r_level USING (level)
GROUP BY _at, school
"""
WIDE = """
CREATE TABLE ranked AS
SELECT _at, school, total, rank() OVER (ORDER BY total DESC) AS place,
    total - min(total) OVER (PARTITION BY school) AS above_least
FROM u_1
"""
LEVELS = pa.table({"level": ["区", "市"], "worth": [1, 3]})


@dataclass(frozen=True)
class TwoStages:
    """Points of each person; then the place among all."""

    unit: str = UNIT

    def unit_statements(self, low: int, high: int) -> Sequence[str]:
        assert low < high
        return [self.unit]

    def wide_statements(self) -> Sequence[str]:
        return [WIDE]


def staff(*sizes: int) -> pa.Table:
    """Schools of the given sizes."""
    schools = [f"学校{number:02}" for number, size in enumerate(sizes) for _ in range(size)]
    return pa.table({"_at": pa.array(range(len(schools)), pa.int32()), "school": schools})


def awards(people: int) -> pa.Table:
    """Several awards for most, none for some, not in the order of the people."""
    rows = [(at * 7 % people, at) for at in range(people * 3) if at % 5]
    return pa.table(
        {
            "staff": pa.array([person for person, _ in rows], pa.int32()),
            "points": pa.array([at * 37 % 101 for _, at in rows], pa.int32()),
            "level": ["市" if at % 3 else "区" for _, at in rows],
        }
    )


@dataclass(frozen=True)
class Dealt:
    """Facts of people in five uneven schools, and the folder with the ranges dealt from them."""

    facts: dict[str, pa.Table]
    ranges: tuple[Range, ...]
    folder: RangeFolder


@pytest.fixture
def dealt(tmp_path: Path) -> Dealt:
    facts = {"r_staff": staff(7, 1, 12, 3, 5), "r_award": awards(28)}
    ranges = unit_ranges(facts["r_staff"]["school"], count=3)
    subjects = {"r_staff": "_at", "r_award": "staff"}
    return Dealt(facts, ranges, deal_into_ranges(tmp_path, facts, subjects=subjects, ranges=ranges))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with spark_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def run_on_spark(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., dict[str, pa.Table]]]:
    """`run_ranges` on the cluster, which starts a second attempt at a range that is slow."""
    speculation = {
        "speculation": "true",
        "speculation_interval": "50ms",
        "speculation_minTaskRuntime": "200ms",
        "speculation_quantile": "0.5",
    }
    with spark_context(cluster, tmp_path_factory.mktemp("driver"), **speculation) as context:

        def run(
            plan: TwoStages, dealt: Dealt, facts: Callable[[Range], dict[str, pa.Table]]
        ) -> dict[str, pa.Table]:
            whole = {"r_level": LEVELS}
            return run_ranges(context, plan, ranges=dealt.ranges, facts=facts, whole=whole)

        yield run


def embedded(dealt: Dealt) -> str:
    with duckdb.connect() as connection:
        add_tables(connection, {**dealt.facts, "r_level": LEVELS})
        connection.execute(UNIT)
        return wide_digest(connection)


def with_wide_stage(unit_tables: dict[str, pa.Table]) -> str:
    with duckdb.connect() as connection:
        add_tables(connection, unit_tables)
        return wide_digest(connection)


def wide_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 of the canonical CSV after the wide stage."""
    connection.execute(WIDE)
    ranked = connection.table("ranked").order("_at")
    columns = tuple(OutColumn(name, name) for name in ranked.columns)
    table = OutTable("ranked", "名次", columns, tuple(ranked.fetchall()))
    return hashlib.sha256(canonical_csv_bytes(table)).hexdigest()


def test_unit_ranges_cut_between_units_only() -> None:
    schools = staff(7, 1, 12, 3, 5)["school"]

    assert unit_ranges(schools, count=3) == (Range(0, 0, 20), Range(1, 20, 28))
    assert unit_ranges(schools, count=4) == (
        Range(0, 0, 7),
        Range(1, 7, 20),
        Range(2, 20, 23),
        Range(3, 23, 28),
    )


def test_unit_ranges_are_no_more_than_units() -> None:
    assert unit_ranges(staff(2, 2)["school"], count=8) == (Range(0, 0, 2), Range(1, 2, 4))
    assert unit_ranges(staff(3)["school"], count=8) == (Range(0, 0, 3),)
    assert unit_ranges(staff()["school"], count=8) == ()


@needs_spark
def test_ranges_on_spark_equal_the_embedded_run(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt
) -> None:
    found = run_on_spark(TwoStages(), dealt, dealt.folder)

    assert len(dealt.ranges) > 1
    assert with_wide_stage(found) == embedded(dealt)


@needs_spark
def test_types_of_unit_results_survive_the_way_back(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt
) -> None:
    query = "SELECT 170141183460469231731687303715884105727 - _at AS total, 7::TINYINT AS mark"
    plan = TwoStages(f"CREATE TABLE u_1 AS {query} FROM r_staff WHERE _at IN (3, 25)")

    found = run_on_spark(plan, dealt, dealt.folder)

    with duckdb.connect() as connection:
        add_tables(connection, found)
        arrived = connection.table("u_1")
        assert [str(one) for one in arrived.types] == ["HUGEINT", "TINYINT"]
        assert arrived.fetchall() == [(2**127 - 1 - 3, 7), (2**127 - 1 - 25, 7)]


@needs_spark
def test_failed_statements_name_their_ranges(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt
) -> None:
    plan = TwoStages("CREATE TABLE u_1 AS SELECT error('no room') FROM r_staff WHERE _at = 25")

    with pytest.raises(RangeFailed) as raised:
        run_on_spark(plan, dealt, dealt.folder)

    failed = dealt.ranges[-1]
    assert str(raised.value) == f"{failed}: Invalid Input Error: no room"


@needs_spark
def test_unreadable_facts_stop_the_run(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt
) -> None:
    dealt.folder.file("r_award", dealt.ranges[0]).unlink()

    with pytest.raises(RangeFailed, match=r"FileNotFoundError.*r_award-00000\.arrow"):
        run_on_spark(TwoStages(), dealt, dealt.folder)


@needs_spark
def test_lost_process_is_replaced_and_rows_come_once(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt, tmp_path: Path
) -> None:
    folder, attempted = dealt.folder, tmp_path / "attempted"

    def die_at_first(one: Range) -> dict[str, pa.Table]:
        if one.number == 1 and not attempted.exists():
            attempted.touch()
            os._exit(1)
        return folder(one)

    found = run_on_spark(TwoStages(), dealt, die_at_first)

    assert attempted.exists()
    assert with_wide_stage(found) == embedded(dealt)


@needs_spark
def test_second_attempt_at_a_slow_range_doubles_no_rows(
    run_on_spark: Callable[..., dict[str, pa.Table]], dealt: Dealt, tmp_path: Path
) -> None:
    folder = dealt.folder

    def slow_at_first(one: Range) -> dict[str, pa.Table]:
        if one.number == 0:
            attempt = len(list(tmp_path.glob("attempt-*")))
            (tmp_path / f"attempt-{attempt}").touch()
            time.sleep(0 if attempt else 20)
        return folder(one)

    started = time.monotonic()
    found = run_on_spark(TwoStages(), dealt, slow_at_first)

    assert time.monotonic() - started < 20
    assert sorted(path.name for path in tmp_path.glob("attempt-*")) == ["attempt-0", "attempt-1"]
    assert with_wide_stage(found) == embedded(dealt)


@needs_spark
def test_cluster_ends_with_the_block_even_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), spark_cluster(tmp_path, workers=1) as cluster:
        raise ZeroDivisionError

    for group in cluster.process_groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
