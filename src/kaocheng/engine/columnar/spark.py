"""A run on Apache Spark: it hands out ranges of units, DuckDB computes each of them.

Spark only decides where and when a range is computed. Every task opens a DuckDB of its own in
memory, reads the entries of its range as Arrow tables, runs the same statements as the embedded
evaluator does for one unit, and answers with the tables they leave, as Arrow. The driver joins the
answers in the order of the ranges; there the wide stage runs in one DuckDB over the results of all
subjects.

Spark's own SQL and data frames are not used: they would need pandas, and move every row through
Java. Each machine needs this package in the same version, and a way to read its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.range_task import (
    ONE_CORE,
    Answer,
    Machine,
    Task,
    as_stream,
    computed,
    from_stream,
)
from kaocheng.engine.columnar.ranges import DealtFacts, Range
from kaocheng.engine.columnar.rows import stored
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.columnar.sql import column_name

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection
    from pyspark import SparkContext

    from kaocheng.engine.columnar.columnar_run import ColumnarRun
    from kaocheng.engine.columnar.statements import Statement
    from kaocheng.engine.compile import Compiled

    Tables = Mapping[str, pa.Table]
    # Of the tasks, from the entries of each range and the tables that all of them read.
    Compute = Callable[[Sequence[Task], Callable[[Range], Tables], Tables], Tables]

MOST_LINES = 8  # of what Spark says when it gives up


class RangeFailed(Exception):
    """The unit stage stopped; names every range that failed, and why. There is no result."""


def run_on_spark(
    context: SparkContext,
    compiled: Compiled,
    dealt: DealtFacts,
    *,
    machine: Machine = ONE_CORE,
    connection: DuckDBPyConnection | None = None,
) -> ColumnarRun:
    """Every result of the pack, as the embedded evaluator gives them.

    The wide stage runs here, in `connection` where there is one. `dealt.read` is sent to the
    machines and called there. Raises RangeFailed as `run_ranges` does, and OSError where dealt
    facts that are needed here cannot be read.
    """

    def compute(tasks: Sequence[Task], facts: Callable[[Range], Tables], whole: Tables) -> Tables:
        return run_ranges(context, tasks, facts=facts, whole=whole, machine=machine)

    return run_in_ranges(compiled, dealt, compute=compute, connection=connection)


def run_in_ranges(
    compiled: Compiled,
    dealt: DealtFacts,
    *,
    compute: Compute,
    connection: DuckDBPyConnection | None = None,
) -> ColumnarRun:
    """As `run_on_spark`; `compute` gives the results of the tasks, wherever they are computed."""
    driver = _Driver(compiled, dealt, connection)
    return driver.finish(compute(driver.tasks(), driver.facts, driver.whole()))


class _Driver:
    """What stays on the machine that asks for a run: the plan, the rosters and the wide stage."""

    def __init__(
        self, compiled: Compiled, dealt: DealtFacts, connection: DuckDBPyConnection | None
    ) -> None:
        self.dealt = dealt
        self.store = Store(compiled, dealt.facts, connection or duckdb.connect())
        self.stages = self.store.stages

    def tasks(self) -> list[Task]:
        return [self._task(one) for one in self.dealt.ranges if self._results_of(one.roster)]

    def _results_of(self, roster: str) -> dict[str, str]:
        """The tables of the unit stage for results of a roster: where they go, what they are."""
        pack = self.store.compiled.pack
        return {
            table: self.stages.fresh[result]
            for result, table in self.stages.tables.items()
            if pack.results[result].of == roster
        }

    def _task(self, one: Range) -> Task:
        spans = self.dealt.spans(one)
        ends = {
            f"{roster}_{end}": place
            for roster, span in spans.items()
            for end, place in zip(("low", "high"), span, strict=True)
        }
        statements = [
            (statement.sql, {name: ends[name] for name in statement.parameters})
            for statement in self.stages.alone
            if self._is_about(statement, one.roster)
        ]
        return Task(one, tuple(statements), self._results_of(one.roster))

    def _is_about(self, statement: Statement, roster: str) -> bool:
        return self.store.compiled.pack.results[statement.result].of == roster

    @property
    def facts(self) -> Callable[[Range], Tables]:
        """The entries that the unit stage reads; it holds no more than what it needs to travel."""
        read, needed = self.dealt.read, self.stages.unit_registers

        def facts(one: Range) -> Tables:
            return {stored(name): rows for name, rows in read(one, needed).items()}

        return facts

    def whole(self) -> Tables:
        """The rosters and lists that the unit stage reads."""
        return {
            stored(name): table.arrow
            for name, table in self.store.facts.tables.items()
            if name in self.stages.unit_registers and AT in table.arrow.column_names
        }

    def finish(self, arrived: Tables) -> ColumnarRun:
        """Run the wide stage over the results of all subjects."""
        connection = self.store.connection
        add_tables(connection, arrived)
        for register in self.stages.whole_registers & set(self.dealt.links):
            add_tables(connection, {stored(register): self._all_of(register)})
        for statement in self.stages.wide:
            connection.execute(statement.sql).fetchall()
        return replace(self.store.results(), fetch=self._fetch)

    def _fetch(self, register: str, unit: int | None) -> pa.Table:
        """Rows of the facts, as `Store.fetch` gives them, for what the reference has to decide."""
        if register not in self.dealt.links:
            return self.store.fetch(register, unit)
        if unit is None:
            return self._all_of(register)
        return self._of_unit(register, unit)

    def _all_of(self, register: str) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables(self.dealt.parts(register))

    def _of_unit(self, register: str, unit: int) -> pa.Table:
        import pyarrow.compute as pc

        field, roster = self.dealt.links[register]
        people = self.store.fetch(roster, unit).column(AT)
        ends = pc.min_max(people).as_py()
        low, high = (0, -1) if ends["min"] is None else (ends["min"], ends["max"])
        holders = [one for one in self.dealt.ranges_of(roster) if one.low <= low < one.high]
        holder = (holders or self.dealt.ranges_of(roster))[0]
        rows = self.dealt.read(holder, (register,))[register]
        place = rows.column(field)
        return rows.filter(pc.and_(pc.greater_equal(place, low), pc.less_equal(place, high)))


def run_ranges(
    context: SparkContext,
    tasks: Sequence[Task],
    *,
    facts: Callable[[Range], Tables],
    whole: Tables,
    machine: Machine = ONE_CORE,
) -> dict[str, pa.Table]:
    """The results of all tasks, each in the order of the tasks.

    `facts` gives the tables of a range; it is sent to the machines and called there. `whole` holds
    the tables that every range needs in full; they are sent to each machine once.

    Raises RangeFailed when a statement fails, or when Spark gives a range up: a machine that is
    lost is not a failure, since Spark computes its ranges elsewhere, and of several attempts at a
    range it answers with one.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    version = duckdb.__version__
    sent = context.broadcast({name: as_stream(table) for name, table in whole.items()})

    def answer(task: Task) -> Answer:
        return computed(task, version=version, facts=facts, whole=sent.value, machine=machine)

    try:
        # One range in one task, so that Spark repeats no more than what was lost.
        answers = context.parallelize(tasks, max(len(tasks), 1)).map(answer).collect()
    except (Py4JError, PySparkException) as error:
        raise RangeFailed(_reason(str(error))) from error
    finally:
        sent.unpersist()
    return joined([task.range for task in tasks], answers)


def add_tables(connection: DuckDBPyConnection, tables: Tables) -> None:
    """Make each Arrow table one of the DuckDB `connection`, in the place of what was there."""
    for name, table in tables.items():
        connection.register("arriving", table)
        connection.execute(f"CREATE OR REPLACE TABLE {column_name(name)} AS FROM arriving")
        connection.unregister("arriving")


def joined(ranges: Sequence[Range], answers: Sequence[Answer]) -> dict[str, pa.Table]:
    import pyarrow as pa

    failures = [f"{answer.range}：{answer.failure}" for answer in answers if answer.failure]
    if failures:
        raise RangeFailed("\n".join(failures))
    numbers = [answer.range.number for answer in answers]
    assert numbers == [one.number for one in ranges], "not every range answered once, in order"
    parts: dict[str, list[pa.Table]] = {}
    for answer in answers:
        for name, stream in answer.tables.items():
            parts.setdefault(name, []).append(from_stream(stream))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _reason(text: str) -> str:
    """What Spark says of a job that it gave up, without the traces of its own code."""
    kept = [line for line in text.splitlines() if line and not line[0].isspace()]
    return "\n".join(kept[:MOST_LINES])
