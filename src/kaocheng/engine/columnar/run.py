"""Runs a plan on DuckDB: facts in, results out.

A `Store` holds the facts as tables of an in-memory database with the statements of the plan, and
what the unit stage has computed. Every change is one transaction: it either completes or leaves
what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from kaocheng.engine.columnar.array_groups import Unfit
from kaocheng.engine.columnar.array_tables import ArrayTable
from kaocheng.engine.columnar.arrays import UnitProgram, compiled_unit
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.facts import AT, ColumnFacts
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.promises import holds_for, widened
from kaocheng.engine.columnar.rows import stored
from kaocheng.engine.columnar.sql import column_name
from kaocheng.engine.columnar.stages import Stages, stages_of
from kaocheng.engine.columnar.statements import Statement
from kaocheng.engine.columnar.unit_rows import Range, UnitTables
from kaocheng.engine.compile import Compiled


@dataclass
class Store:
    """Facts in a database of their own, and the plan that computes their results.

    `tells`: the results also keep what single subjects are explained by, so that explaining does
    not compute their groups again. `revisions` counts the changes of each (register, unit); a unit
    is computed again when one of its registers has changed, and then the wide stage, where there is
    one.
    """

    compiled: Compiled
    facts: ColumnFacts
    connection: Any = field(default_factory=duckdb.connect)
    progress: Callable[[int, int], None] | None = None
    tells: bool = False
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    # The results as they were read after the last change of a unit.
    _read: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = widened(self.facts)
        for name, table in self.facts.tables.items():
            self._load(stored(name), table.arrow)
        self._let_go()
        self._plan()

    def _let_go(self) -> None:
        """The database holds the rows now; tables with keys are also read from Arrow."""
        tables = {}
        for name, table in self.facts.tables.items():
            arrow, names = table.arrow, table.arrow.schema.names
            if AT in names:
                arrow = arrow if hasattr(arrow, "column") else arrow.to_table()
                tables[name] = replace(table, arrow=arrow, count=None)
            else:
                empty = arrow.schema.empty_table()
                tables[name] = replace(table, arrow=empty, count=table.rows)
        self.facts = replace(self.facts, tables=tables)

    def fetch(self, table: str, unit: int | None) -> Any:
        """The rows of a stored table: all of them, or those that belong to a unit."""
        name = column_name(stored(table))
        units = self.stages.units
        if unit is None or (table not in units.fields and table not in units.links):
            return self._arrow(f"FROM {name}")
        link, roster = units.links.get(table, (AT, table))
        low, high = self.unit_tables.ranges(unit)[roster]
        return self._arrow(f"FROM {name} WHERE {column_name(link)} BETWEEN {low} AND {high}")

    def _plan(self) -> None:
        self.planner = Planner(self.compiled, self.facts, self.tells)
        self.planner.plan()
        self.stages: Stages = stages_of(self.planner)
        self.unit_tables = UnitTables(self.facts, self.stages.units, self.fetch)
        self._program: UnitProgram | None = None

    @property
    def statements(self) -> list[Statement]:
        """All statements of a whole run, in order."""
        return [*self.stages.unit, *self.stages.wide]

    def _execute(self, sql: str, parameters: object = None) -> list[Any]:
        """Run a statement to its end: an open result would block the connection."""
        return list(self.connection.execute(sql, parameters).fetchall())

    def _load(self, name: str, arrow: Any) -> None:
        table = column_name(name)
        if getattr(getattr(arrow, "format", None), "default_extname", "") == "parquet":
            # The database reads these itself, with less memory than by way of Arrow.
            create = f"CREATE OR REPLACE TABLE {table} AS FROM read_parquet(?)"
            self._execute(create, [list(arrow.files)])
            return
        self.connection.register("incoming", arrow)
        self._execute(f"CREATE OR REPLACE TABLE {table} AS FROM incoming")
        self.connection.unregister("incoming")

    # Whole runs

    def compute(self) -> None:
        """Fill the tables of the results from all facts."""
        self._read.clear()
        with self._transaction():
            for done, statement in enumerate(self.statements):
                if self.progress is not None:
                    self.progress(done, len(self.statements))
                self._execute(statement.sql)

    def run(self) -> ColumnarRun:
        """Compute everything and read it as a run."""
        self.compute()
        return self.results()

    def results(self) -> ColumnarRun:
        """What stands in the tables of the results."""
        tables = {result: self._result(result) for result in self.stages.results}
        return ColumnarRun(self.planner, tables, self.stages, self.fetch)

    def _result(self, result: str) -> Any:
        return self._arrow(f"FROM {column_name(self.stages.results[result])}")

    def _results_again(self, changed: Collection[str]) -> ColumnarRun:
        """As `results`; only the changed tables are read again."""
        for result, table in self.stages.results.items():
            if table in changed or result not in self._read:
                self._read[result] = self._result(result)
        return ColumnarRun(self.planner, {**self._read}, self.stages, self.fetch)

    def _arrow(self, query: str, *parameters: int) -> Any:
        return self.connection.sql(query, params=list(parameters) or None).to_arrow_table()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN")
        try:
            yield
        except (duckdb.InternalException, duckdb.FatalException):
            raise  # this database answers no more
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    # One unit

    def run_unit(self, unit: str, changed: Mapping[str, Any]) -> ColumnarRun:
        """The results of one unit whose rows of the registers in `changed` are now these.

        `changed`: Arrow tables in the encoding of the facts, all rows of the unit in each register.
        The columns of the unit stage are computed again for this unit alone; where the plan has a
        wide stage, what of it reads a changed table follows, and the results are those of
        everybody.

        Raises KeyError for a unit that does not exist, ValueError for a table with keys: its rows
        are known by their places, which would be others.
        """
        for register in changed:
            if register not in self.stages.units.links or self.facts.tables[register].register.key:
                raise ValueError(f"{register} is not split by unit")
        place = self.planner.keys_of(self.stages.units.table)[unit]
        ranges = self.unit_tables.ranges(place)
        for register in changed:
            self.revisions[register, unit] = self.revisions.get((register, unit), 0) + 1
        if not all(self._keeps_promises(register, arrow) for register, arrow in changed.items()):
            return self._run_anew(ranges, changed)
        arrived = {register: ArrayTable(arrow) for register, arrow in changed.items()}
        fresh = self._in_arrays(place, arrived)
        moved = {stored(register) for register in changed}
        with self._transaction():
            for register, arrow in changed.items():
                self._replace_rows(register, ranges, arrow)
            if fresh is None:
                fresh = self.compute_alone(unit)
            for result, arrow in fresh.items():
                if self._replace_results(result, ranges, arrow):
                    moved.add(self.stages.tables[result])
            for statement in self.stages.wide:
                if statement.reads & moved:
                    self._execute(statement.sql)
                    moved.add(statement.table)
        self.unit_tables.keep(arrived, place)
        if self.stages.wide:
            return self._results_again(moved)
        return ColumnarRun(self.planner, fresh, self.stages, self.fetch)

    def _in_arrays(self, place: int, changed: Mapping[str, ArrayTable]) -> dict[str, Any] | None:
        """The unit stage for one unit; None where only the database can compute it."""
        try:
            if self._program is None:
                self._program = self._unit_program()
            return self._program.run(self.unit_tables.rows(place, changed))
        except Unfit:
            return None

    def _unit_program(self) -> UnitProgram:
        schemas = {
            result: self._arrow(f"FROM {column_name(table)} LIMIT 0").schema
            for result, table in self.stages.tables.items()
        }
        return compiled_unit(
            self.planner.chains, self.stages.unit_needed, schemas, self.stages.units
        )

    def compute_alone(self, unit: str) -> dict[str, Any]:
        """The unit stage for one unit by the statements of the database."""
        ranges = self.ranges(unit)
        values = {
            f"{roster}_{end}": ranges[roster][at]
            for roster in ranges
            for at, end in enumerate(("low", "high"))
        }
        for statement in self.stages.alone:
            given = {name: values[name] for name in statement.parameters}
            self._execute(statement.sql, given or None)
        return {
            result: self._arrow(f"FROM {column_name(self.stages.fresh[result])}")
            for result in self.stages.tables
        }

    def compute_in_arrays(self, unit: str) -> dict[str, Any] | None:
        """The unit stage for one unit without the database; None where it has to do it."""
        return self._in_arrays(self.planner.keys_of(self.stages.units.table)[unit], {})

    def ranges(self, unit: str) -> dict[str, Range]:
        """The positions of a unit's rows in every roster that is split by unit (low > high: none).

        Raises KeyError for a unit that does not exist.
        """
        return self.unit_tables.ranges(self.planner.keys_of(self.stages.units.table)[unit])

    def _replace_results(self, result: str, ranges: Mapping[str, Range], arrow: Any) -> bool:
        """Whether these are other rows than those of the unit until now."""
        low, high = ranges[self.compiled.pack.results[result].of]
        table = column_name(self.stages.tables[result])
        here = f"FROM {table} WHERE {column_name(AT)} BETWEEN {low} AND {high}"
        if self._arrow(here).equals(arrow):
            return False
        self._execute(f"DELETE {here}")
        self._insert(table, arrow)
        return True

    def _replace_rows(self, register: str, ranges: Mapping[str, Range], arrow: Any) -> None:
        link, roster = self.stages.units.links[register]
        low, high = ranges[roster]
        table = column_name(stored(register))
        where = f"{column_name(link)} BETWEEN {low} AND {high}"
        self._execute(f"DELETE FROM {table} WHERE {where}")
        self._insert(table, arrow)

    def _insert(self, table: str, arrow: Any) -> None:
        self.connection.register("incoming", arrow)
        self._execute(f"INSERT INTO {table} BY NAME FROM incoming")
        self.connection.unregister("incoming")

    def _keeps_promises(self, register: str, arrow: Any) -> bool:
        return holds_for(self.facts.tables[register], arrow)

    def _run_anew(self, ranges: Mapping[str, Range], changed: Mapping[str, Any]) -> ColumnarRun:
        """Plan and compute anew: the rows do not keep what was promised of them."""
        with self._transaction():
            for register, arrow in changed.items():
                self._replace_rows(register, ranges, arrow)
        tables = dict(self.facts.tables)
        for register in changed:
            arrow = self._arrow(f"FROM {column_name(stored(register))}")
            tables[register] = replace(tables[register], arrow=arrow, count=None)
        self.facts = widened(replace(self.facts, tables=tables), measured=changed)
        self._let_go()
        self._plan()
        return self.run()


def computed_store(
    compiled: Compiled,
    facts: ColumnFacts,
    connect: Callable[[], Any] = duckdb.connect,
    progress: Callable[[int, int], None] | None = None,
    *,
    tells: bool = False,
) -> Store:
    """A store in which everything has been computed.

    Where the database fails by a fault of its own, the same is done once more in a new one, in a
    single thread: DuckDB 2.0.0 now and then loses a dictionary that its threads share.
    """
    store = Store(compiled, facts, connect(), progress, tells=tells)
    try:
        store.compute()
    except (duckdb.InternalException, duckdb.FatalException):
        connection = connect()
        connection.execute("SET threads = 1")
        store = Store(compiled, facts, connection, progress, tells=tells)
        store.compute()
    return store


def run_columnar(compiled: Compiled, facts: ColumnFacts, *, tells: bool = False) -> ColumnarRun:
    """Every result of the pack, computed on whole columns; with `tells` quick to explain."""
    return computed_store(compiled, facts, tells=tells).results()
