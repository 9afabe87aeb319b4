"""The unit stage of one range, computed on whichever machine it has been given to.

This module is all that such a machine imports of the engine: it knows no packs and makes no plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.ranges import Range

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Machine:
    """What one task may use; Spark gives it one core unless `spark.task.cpus` says otherwise."""

    threads: int = 1
    memory_mib: int = 2048


ONE_CORE = Machine()


@dataclass(frozen=True)
class Task:
    """One range, as it travels to the machine that computes it.

    `statements` stand with the values of their parameters; `results` names the tables to answer
    with, after the names under which the driver wants them.
    """

    range: Range
    statements: tuple[tuple[str, Mapping[str, int]], ...]
    results: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """The tables of a range as Arrow streams, or why there are none."""

    range: Range
    tables: Mapping[str, bytes]
    failure: str = ""


def computed(
    task: Task,
    *,
    version: str,
    facts: Callable[[Range], Tables],
    whole: Mapping[str, bytes],
    machine: Machine,
) -> Answer:
    """Compute a range on the machine of the task.

    A statement that fails is answered, not raised: it would fail again at each of Spark's attempts.
    """
    import duckdb

    if duckdb.__version__ != version:
        failure = f"这台机器上的 DuckDB 是 {duckdb.__version__}，不是 {version}"
        return Answer(task.range, {}, failure)
    tables = {name: from_stream(stream) for name, stream in whole.items()}
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
            for statement, given in task.statements:
                connection.execute(statement, given or None).fetchall()
            return Answer(task.range, _left(connection, task.results))
        except duckdb.Error as error:
            return Answer(task.range, {}, str(error))


def _left(connection: DuckDBPyConnection, results: Mapping[str, str]) -> dict[str, bytes]:
    """The tables that the unit stage left, under the names that the driver has for them."""
    return {
        name: as_stream(connection.sql(f'FROM "{table}"').to_arrow_table())
        for name, table in results.items()
    }


def as_stream(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_stream(stream: bytes) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(stream).read_all()
