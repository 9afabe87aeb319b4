"""Runs a plan on DuckDB: facts in, results out.

A `Store` holds the facts as tables of an in-memory database with the statements of the plan, and
what the unit stage has computed. Every change is one transaction: it either completes or leaves
what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from kaocheng.engine.columnar.columnar_run import ColumnarRun, wanted
from kaocheng.engine.columnar.facts import AT, ColumnFacts
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.promises import holds_for, widened
from kaocheng.engine.columnar.rows import stored
from kaocheng.engine.columnar.sql import column_name
from kaocheng.engine.columnar.stages import Splitter, Stages, units_of
from kaocheng.engine.columnar.statements import Statement
from kaocheng.engine.compile import Compiled

Range = tuple[int, int]


@dataclass
class Store:
    """Facts in a database of their own, and the plan that computes their results.

    `revisions` counts the changes of each (register, unit); a unit is computed again when one of
    its registers has changed, and then the wide stage, where there is one.
    """

    compiled: Compiled
    facts: ColumnFacts
    connection: Any = field(default_factory=duckdb.connect)
    progress: Callable[[int, int], None] | None = None
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)

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
        low, high = self._range(roster, unit)
        return self._arrow(f"FROM {name} WHERE {column_name(link)} BETWEEN {low} AND {high}")

    def _plan(self) -> None:
        self.planner = Planner(self.compiled, self.facts)
        self.planner.plan()
        columns = {
            result.id: list(wanted(self.planner, result).values())
            for result in self.compiled.pack.results.values()
            if result.id in self.planner.members
        }
        units = units_of(self.compiled.pack, self.facts)
        self.stages: Stages = Splitter(
            self.compiled.pack, self.planner.chains, columns, units
        ).stages()

    @property
    def statements(self) -> list[Statement]:
        """All statements of a whole run, in order."""
        return [*self.stages.unit, *self.stages.wide]

    def _execute(self, sql: str, parameters: object = None) -> list[Any]:
        """Run a statement to its end: an open result would block the connection."""
        return list(self.connection.execute(sql, parameters).fetchall())

    def _load(self, name: str, arrow: Any) -> None:
        self.connection.register("incoming", arrow)
        self._execute(f"CREATE OR REPLACE TABLE {column_name(name)} AS FROM incoming")
        self.connection.unregister("incoming")

    # Whole runs

    def compute(self) -> None:
        """Fill the tables of the results from all facts."""
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
        tables = {
            result: self._arrow(f"FROM {column_name(table)}")
            for result, table in self.stages.results.items()
        }
        return ColumnarRun(self.planner, tables, self.stages, self.fetch)

    def _arrow(self, query: str, *parameters: int) -> Any:
        return self.connection.sql(query, params=list(parameters) or None).to_arrow_table()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN")
        try:
            yield
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    # One unit

    def run_unit(self, unit: str, changed: Mapping[str, Any]) -> ColumnarRun:
        """The results of one unit whose rows of the registers in `changed` are now these.

        `changed`: Arrow tables in the encoding of the facts, all rows of the unit in each register.
        The columns of the unit stage are computed again for this unit alone; where the plan has a
        wide stage, that follows and the results are those of everybody.
        """
        ranges = self.ranges(unit)
        for register, arrow in changed.items():
            if not self._keeps_promises(register, arrow):
                self._change(register, ranges, arrow)
                self._renew(register)
                return self.run()
        with self._transaction():
            for register, arrow in changed.items():
                self._replace_rows(register, ranges, arrow)
                key = (register, unit)
                self.revisions[key] = self.revisions.get(key, 0) + 1
            fresh = self._compute_unit(ranges)
            if self.stages.wide:
                for statement in self.stages.wide:
                    self._execute(statement.sql)
        if self.stages.wide:
            return self.results()
        return ColumnarRun(self.planner, fresh, self.stages, self.fetch)

    def _compute_unit(self, ranges: Mapping[str, Range]) -> dict[str, Any]:
        """The unit stage for one range of every roster, put in the place of what was there."""
        values = {
            f"{roster}_{end}": ranges[roster][at]
            for roster in ranges
            for at, end in enumerate(("low", "high"))
        }
        for statement in self.stages.alone:
            given = {name: values[name] for name in statement.parameters}
            self._execute(statement.sql, given or None)
        fresh = {}
        for result, table in self.stages.tables.items():
            of = self.compiled.pack.results[result].of
            new = column_name(self.stages.fresh[result])
            fresh[result] = self._arrow(f"FROM {new}")
            low, high = ranges[of]
            where = f"{column_name(AT)} BETWEEN {low} AND {high}"
            self._execute(f"DELETE FROM {column_name(table)} WHERE {where}")
            self._execute(f"INSERT INTO {column_name(table)} FROM {new}")
        return fresh

    def ranges(self, unit: str) -> dict[str, Range]:
        """The positions of a unit's rows in every roster that is split by unit (low > high: none).

        Raises KeyError for a unit that does not exist.
        """
        units = self.stages.units
        place = self.planner.keys_of(units.table)[unit]
        return {roster: self._range(roster, place) for roster in units.fields}

    def _range(self, roster: str, unit: int) -> Range:
        name = self.stages.units.fields[roster]
        if name == AT:
            return (unit, unit)
        query = (
            f"SELECT min({column_name(AT)}), max({column_name(AT)}) "
            f"FROM {column_name(stored(roster))} WHERE {column_name(name)} = ?"
        )
        ((low, high),) = self._execute(query, [unit])
        return (0, -1) if low is None else (int(low), int(high))

    def _replace_rows(self, register: str, ranges: Mapping[str, Range], arrow: Any) -> None:
        link, roster = self.stages.units.links[register]
        low, high = ranges[roster]
        table = column_name(stored(register))
        where = f"{column_name(link)} BETWEEN {low} AND {high}"
        self._execute(f"DELETE FROM {table} WHERE {where}")
        self.connection.register("incoming", arrow)
        self._execute(f"INSERT INTO {table} BY NAME FROM incoming")
        self.connection.unregister("incoming")

    def _keeps_promises(self, register: str, arrow: Any) -> bool:
        return holds_for(self.facts.tables[register], arrow)

    def _change(self, register: str, ranges: Mapping[str, Range], arrow: Any) -> None:
        with self._transaction():
            self._replace_rows(register, ranges, arrow)

    def _renew(self, register: str) -> None:
        """Plan anew for a register whose rows no longer keep what was promised of them."""
        arrow = self._arrow(f"FROM {column_name(stored(register))}")
        table = self.facts.tables[register]
        tables = {**self.facts.tables, register: replace(table, arrow=arrow, count=None)}
        self.facts = widened(replace(self.facts, tables=tables), measured={register})
        self._let_go()
        self._plan()


def run_columnar(compiled: Compiled, facts: ColumnFacts) -> ColumnarRun:
    """Every result of the pack, computed on whole columns."""
    return Store(compiled, facts).run()
