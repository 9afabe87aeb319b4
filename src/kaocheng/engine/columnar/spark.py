"""The unit stage on Apache Spark: it hands out ranges of units, DuckDB computes each of them.

Spark only decides where and when a range is computed. Every task opens a DuckDB of its own in
memory, reads the facts of its range as Arrow tables, runs the same statements as the embedded
evaluator and answers with the tables they leave, as Arrow. The driver joins the answers in the
order of the ranges; the wide stage then runs in one DuckDB over the results of all subjects.

Spark's own SQL and data frames are not used: they would need pandas, and move every row through
Java. Each machine needs this package in the same version, and a way to read its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection
    from pyspark import SparkContext

    Tables = Mapping[str, pa.Table]

MOST_LINES = 8  # of what Spark says when it gives up
UNIT_RESULT = "u_"  # how the names of the tables begin that the unit stage leaves


@dataclass(frozen=True)
class Range:
    """The subjects at the positions `low` to `high` - 1 (`_at` of their roster): whole units."""

    number: int
    low: int
    high: int

    def __str__(self) -> str:
        return f"range {self.number} (subjects {self.low} to {self.high - 1})"


class Plan(Protocol):
    """The statements of both stages, in the order they run."""

    def unit_statements(self, low: int, high: int) -> Sequence[str]:
        """Read the tables `r_<register>`, leave tables `u_<n>` with rows of these subjects."""

    def wide_statements(self) -> Sequence[str]:
        """Read the tables `u_<n>` of all subjects."""


@dataclass(frozen=True)
class Machine:
    """What one task may use; Spark gives it one core unless `spark.task.cpus` says otherwise."""

    threads: int = 1
    memory_mib: int = 2048


class RangeFailed(Exception):
    """The unit stage stopped; names every range that failed, and why. There is no result."""


@dataclass(frozen=True)
class _Task:
    """One range, as it travels to the machine that computes it."""

    range: Range
    statements: tuple[str, ...]
    duckdb_version: str


@dataclass(frozen=True)
class _Answer:
    """The tables of a range as Arrow streams, or why there are none."""

    range: Range
    tables: Mapping[str, bytes]
    failure: str = ""


def unit_ranges(units: pa.ChunkedArray, *, count: int) -> tuple[Range, ...]:
    """At most `count` ranges of about equally many subjects, cut only between units.

    `units` holds the unit of each subject, in the order of `_at`.
    """
    import pyarrow.compute as pc

    size = len(units)
    if size == 0:
        return ()
    lasts = pc.indices_nonzero(pc.not_equal(units.slice(1), units.slice(0, size - 1)))
    cuts = {0, size}
    wanted = [size * number // count for number in range(1, count)]
    for cut in (last + 1 for last in lasts.to_pylist()):
        # The unit that ends here holds every wanted cut not yet passed, down to its own start.
        if wanted and wanted[0] <= cut:
            cuts.add(cut)
            wanted = [place for place in wanted if place > cut]
    ends = sorted(cuts)
    return tuple(Range(number, low, high) for number, (low, high) in enumerate(pairwise(ends)))


def run_ranges(
    context: SparkContext,
    plan: Plan,
    *,
    ranges: Sequence[Range],
    facts: Callable[[Range], Tables],
    whole: Tables,
    machine: Machine = Machine(),
) -> dict[str, pa.Table]:
    """The tables `u_<n>` of all ranges, each in the order of the ranges.

    `facts` gives the tables of a range; it is sent to the machines and called there. `whole` holds
    the tables that every range needs in full; they are sent to each machine once.

    Raises RangeFailed when a statement fails, or when Spark gives a range up: a machine that is
    lost is not a failure, since Spark computes its ranges elsewhere, and of several attempts at a
    range it answers with one.
    """
    import duckdb
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    version = duckdb.__version__
    tasks = [_Task(one, tuple(plan.unit_statements(one.low, one.high)), version) for one in ranges]
    sent = context.broadcast({name: _as_stream(table) for name, table in whole.items()})

    def answer(task: _Task) -> _Answer:
        return _computed(task, facts=facts, whole=sent.value, machine=machine)

    try:
        # One range in one task, so that Spark repeats no more than what was lost.
        answers = context.parallelize(tasks, max(len(tasks), 1)).map(answer).collect()
    except (Py4JError, PySparkException) as error:
        raise RangeFailed(_reason(str(error))) from error
    finally:
        sent.unpersist()
    return _joined(ranges, answers)


def add_tables(connection: DuckDBPyConnection, tables: Tables) -> None:
    """Make each Arrow table one of the DuckDB `connection`, for the wide stage."""
    for name, table in tables.items():
        connection.register("arriving", table)
        connection.execute(f'CREATE TABLE "{name}" AS FROM arriving')
        connection.unregister("arriving")


def _computed(
    task: _Task,
    *,
    facts: Callable[[Range], Tables],
    whole: Mapping[str, bytes],
    machine: Machine,
) -> _Answer:
    """Compute a range on the machine of the task.

    A statement that fails is answered, not raised: it would fail again at each of Spark's attempts.
    """
    import duckdb

    if duckdb.__version__ != task.duckdb_version:
        failure = f"the machine has DuckDB {duckdb.__version__}, not {task.duckdb_version}"
        return _Answer(task.range, {}, failure)
    tables = {name: _from_stream(stream) for name, stream in whole.items()}
    tables |= facts(task.range)
    with duckdb.connect(
        config={
            "threads": machine.threads,
            "memory_limit": f"{machine.memory_mib}MiB",
            # Else a HUGEINT comes back as a DECIMAL, and `//` on those divides in floating point.
            "arrow_lossless_conversion": True,
        }
    ) as connection:
        try:
            for name, table in tables.items():
                connection.register(name, table)
            for statement in task.statements:
                connection.execute(statement)
            return _Answer(task.range, _left(connection))
        except duckdb.Error as error:
            return _Answer(task.range, {}, str(error))


def _left(connection: DuckDBPyConnection) -> dict[str, bytes]:
    """The tables that the unit stage left."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, ?) ORDER BY ALL",
        [UNIT_RESULT],
    ).fetchall()
    return {name: _as_stream(connection.table(name).to_arrow_table()) for (name,) in found}


def _joined(ranges: Sequence[Range], answers: Sequence[_Answer]) -> dict[str, pa.Table]:
    import pyarrow as pa

    failures = [f"{answer.range}: {answer.failure}" for answer in answers if answer.failure]
    if failures:
        raise RangeFailed("\n".join(failures))
    by_range = {answer.range: answer.tables for answer in answers}
    assert len(answers) == len(by_range), "a range answered twice"
    assert set(by_range) == set(ranges), "not every range answered"
    names = sorted({name for tables in by_range.values() for name in tables})
    return {
        name: pa.concat_tables([_from_stream(by_range[one][name]) for one in ranges])
        for name in names
    }


def _reason(text: str) -> str:
    """What Spark says of a job that it gave up, without the traces of its own code."""
    kept = [line for line in text.splitlines() if line and not line[0].isspace()]
    return "\n".join(kept[:MOST_LINES])


def _as_stream(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _from_stream(stream: bytes) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(stream).read_all()
