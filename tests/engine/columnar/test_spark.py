"""Runs on a Spark cluster of this machine: the same bytes, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from benchmarks import cities, peers
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.range_task import Task
from kaocheng.engine.columnar.ranges import DealtFacts, Range
from kaocheng.engine.columnar.run import run_columnar
from kaocheng.engine.columnar.spark import RangeFailed, run_on_spark, run_ranges
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from kaocheng.engine.problems import Problems
from kaocheng.formats import canonical_csv_bytes, read_tables
from kaocheng.formats.range_folder import RangeFolder
from tests.engine.columnar.ranged import city, compute_here, dealt_into, digests
from tests.engine.columnar.spark_cluster import (
    Cluster,
    missing_for_spark,
    spark_cluster,
    spark_context,
)

if TYPE_CHECKING:
    from pyspark import SparkContext

ROOT = Path(__file__).parents[3]
MISSING = missing_for_spark()
needs_spark = pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} is not installed")
needs_peers = pytest.mark.skipif(
    not peers.are_here(), reason="the peers are not beside the checkout (../shared/bench)"
)

COUNTED = "CREATE TABLE n AS SELECT teacher, count(*) AS lessons FROM lesson GROUP BY ALL"


@dataclass(frozen=True)
class Entries:
    """The lessons of a city in the ranges of its teachers."""

    dealt: DealtFacts

    @property
    def ranges(self) -> tuple[Range, ...]:
        return self.dealt.ranges_of("teacher")

    @property
    def read(self) -> Callable[[Range], dict[str, pa.Table]]:
        return partial(self.folder, names=("lesson",))

    @property
    def folder(self) -> RangeFolder:
        assert isinstance(self.dealt.read, RangeFolder)
        return self.dealt.read

    def tasks(self, statement: str = COUNTED) -> list[Task]:
        return [Task(one, ((statement, {}),), {"u": "n"}) for one in self.ranges]


@pytest.fixture
def entries(tmp_path: Path) -> Entries:
    compiled, facts = city(60)
    return Entries(dealt_into(tmp_path / "facts", compiled, facts, ranges=5))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with spark_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def context(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkContext]:
    """A connection to the cluster, which starts a second attempt at a range that is slow."""
    speculation = {
        "speculation": "true",
        "speculation_interval": "50ms",
        "speculation_minTaskRuntime": "200ms",
        "speculation_quantile": "0.5",
    }
    with spark_context(cluster, tmp_path_factory.mktemp("driver"), **speculation) as running:
        yield running


def checked(folder: Path) -> Compiled:
    compiled = verbs.check(folder, problems=Problems())
    assert compiled is not None
    return compiled


def lessons(found: Mapping[str, pa.Table]) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.register("u", found["u"])
        return sorted(connection.execute("FROM u WHERE teacher IS NOT NULL").fetchall())


def assert_equal_everywhere(
    context: SparkContext, folder: Path, compiled: Compiled, facts: Facts, *, ranges: int
) -> None:
    """Spark, the embedded run and the reference give the same bytes of every result."""
    dealt = dealt_into(folder, compiled, facts, ranges=ranges)

    found = run_on_spark(context, compiled, dealt)

    assert len(dealt.ranges) > 1
    assert found.stages.tables
    assert found.share_by_reference.decided == 0
    assert digests(found) == digests(run_columnar(compiled, encode_facts(compiled.pack, facts)))
    assert digests(found) == digests(verbs.run(compiled, facts))


@needs_spark
@pytest.mark.parametrize("name", ["s0.3-publicity", "s0.4-appraisal", "s4.1-dongliu"])
def test_scheme_on_spark_gives_the_same_bytes(
    context: SparkContext, tmp_path: Path, name: str
) -> None:
    folder, problems = ROOT / "schemes" / name, Problems()
    compiled = checked(folder)
    tables = read_tables(folder / "example", problems=problems)
    facts = verbs.facts(compiled.pack, tables, problems=problems)

    assert_equal_everywhere(context, tmp_path, compiled, facts, ranges=12)


@needs_spark
def test_places_across_ranges_give_the_same_bytes(context: SparkContext, tmp_path: Path) -> None:
    compiled, facts = city(120)

    assert_equal_everywhere(context, tmp_path, compiled, facts, ranges=6)


@needs_spark
@needs_peers
def test_city_of_the_benchmarks_gives_the_same_bytes(context: SparkContext, tmp_path: Path) -> None:
    compiled, problems = checked(cities.PACK), Problems()
    with duckdb.connect() as connection:
        peers.load(connection, peers.generated(peers.Size(300), work=tmp_path / "peers"))
        cities.make_schools_uneven(connection)
        texts = cities.text_tables(compiled.pack, connection)
    facts = verbs.facts(compiled.pack, texts, problems=problems)

    assert_equal_everywhere(context, tmp_path / "facts", compiled, facts, ranges=3)


@needs_spark
def test_script_of_the_documentation_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    page = (ROOT / "docs" / "how-to" / "spark.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    scheme, shared, results = ROOT / "schemes" / "s4.1-dongliu", tmp_path / "shared", tmp_path
    shared.mkdir()

    # A cluster of its own: the connection of the other tests holds all cores of theirs.
    with spark_cluster(tmp_path / "cluster", workers=1) as cluster:
        given = [cluster.address, scheme, scheme / "example", shared, results]
        subprocess.run(
            [sys.executable, "-c", script, *map(str, given)],
            env={**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
            check=True,
            timeout=120,
        )

    compiled, problems = checked(scheme), Problems()
    tables = read_tables(scheme / "example", problems=problems)
    run = verbs.run(compiled, verbs.facts(compiled.pack, tables, problems=problems))
    for result in compiled.pack.scheme.results:
        written = (results / f"{result.id}.csv").read_bytes()
        assert written == canonical_csv_bytes(result_table(run, result))


@needs_spark
def test_types_of_unit_results_survive_the_way_back(
    context: SparkContext, entries: Entries
) -> None:
    query = "SELECT 170141183460469231731687303715884105727 - teacher AS total, 7::TINYINT AS mark"
    tasks = entries.tasks(f"CREATE TABLE n AS {query} FROM lesson WHERE teacher IS NOT NULL")

    found = run_ranges(context, tasks, facts=entries.read, whole={})

    with duckdb.connect() as connection:
        connection.register("u", found["u"])
        arrived = connection.table("u")
        assert [str(one) for one in arrived.types] == ["HUGEINT", "TINYINT"]
        assert arrived.max("total").fetchall() == [(2**127 - 1,)]


@needs_spark
def test_failed_statements_name_their_ranges(context: SparkContext, entries: Entries) -> None:
    failed = entries.ranges[-1]
    tasks = entries.tasks(
        f"CREATE TABLE n AS SELECT error('no room') FROM lesson WHERE teacher = {failed.low}"
    )

    with pytest.raises(RangeFailed) as raised:
        run_ranges(context, tasks, facts=entries.read, whole={})

    assert str(raised.value) == f"{failed}：Invalid Input Error: no room"


@needs_spark
def test_unreadable_facts_stop_the_run(context: SparkContext, entries: Entries) -> None:
    missing = entries.folder.file("lesson", entries.ranges[0])
    missing.unlink()

    with pytest.raises(RangeFailed, match=rf"FileNotFoundError.*{missing.name}"):
        run_ranges(context, entries.tasks(), facts=entries.read, whole={})


@needs_spark
def test_lost_process_is_replaced_and_rows_come_once(
    context: SparkContext, entries: Entries, tmp_path: Path
) -> None:
    read, lost, attempted = entries.read, entries.ranges[1], tmp_path / "attempted"

    def die_at_first(one: Range) -> dict[str, pa.Table]:
        if one.number == lost.number and not attempted.exists():
            attempted.touch()
            os._exit(1)
        return read(one)

    found = run_ranges(context, entries.tasks(), facts=die_at_first, whole={})

    assert attempted.exists()
    assert lessons(found) == lessons(compute_here(entries.tasks(), entries.read, {}))


@needs_spark
def test_second_attempt_at_a_slow_range_doubles_no_rows(
    context: SparkContext, entries: Entries, tmp_path: Path
) -> None:
    read, slow = entries.read, entries.ranges[0]

    def slow_at_first(one: Range) -> dict[str, pa.Table]:
        if one.number == slow.number:
            attempt = len(list(tmp_path.glob("attempt-*")))
            (tmp_path / f"attempt-{attempt}").touch()
            time.sleep(0 if attempt else 20)
        return read(one)

    started = time.monotonic()
    found = run_ranges(context, entries.tasks(), facts=slow_at_first, whole={})

    assert time.monotonic() - started < 20
    assert sorted(path.name for path in tmp_path.glob("attempt-*")) == ["attempt-0", "attempt-1"]
    assert lessons(found) == lessons(compute_here(entries.tasks(), entries.read, {}))


@needs_spark
def test_cluster_ends_with_the_block_even_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), spark_cluster(tmp_path, workers=1) as cluster:
        raise ZeroDivisionError

    for group in cluster.process_groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
