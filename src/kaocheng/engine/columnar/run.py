"""Runs a plan on DuckDB: facts in, results out.

A `Store` holds the facts as tables of an in-memory database and the statements of the plan. A run
either completes or leaves what was there before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.nodes import FALSE, Const, Node, Ref
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.rows import PERIOD, stored
from kaocheng.engine.columnar.statements import Statement, Writer
from kaocheng.engine.compile import Compiled
from kaocheng.engine.language.scheme import Result, items_below


@dataclass
class Store:
    """Facts in a database of their own, and the plan that computes their results."""

    compiled: Compiled
    facts: ColumnFacts
    connection: Any = field(default_factory=duckdb.connect)

    def __post_init__(self) -> None:
        self.planner = Planner(self.compiled, self.facts)
        self.planner.plan()
        self.wanted = {
            result.id: wanted(self.planner, result)
            for result in self.compiled.pack.results.values()
        }
        self.statements = self._statements()
        for name, table in self.facts.tables.items():
            self.connection.register("incoming", table.arrow)
            self.connection.execute(f'CREATE TABLE "{stored(name)}" AS SELECT * FROM incoming')
            self.connection.unregister("incoming")

    def _statements(self) -> list[Statement]:
        nodes = {result: list(found.values()) for result, found in self.wanted.items()}
        return Writer(self.planner.chains, nodes).statements()

    def compute(self) -> None:
        for statement in self.statements:
            self.connection.execute(statement.sql)

    def run(self) -> ColumnarRun:
        self.compute()
        tables = {
            result: self.connection.execute(
                f'SELECT * FROM "{self.planner.chains[result].cte(self.planner.chains[result].top)}"'
            ).to_arrow_table()
            for result in self.wanted
        }
        return ColumnarRun(self.planner, tables)


@dataclass
class ColumnarRun:
    """What a plan has computed: one Arrow table per result."""

    planner: Planner
    tables: Mapping[str, Any]

    @property
    def share_by_reference(self) -> float:
        return 0.0


def run_columnar(compiled: Compiled, facts: ColumnFacts) -> ColumnarRun:
    return Store(compiled, facts).run()


def wanted(planner: Planner, result: Result) -> dict[str, Node]:
    """Every column of a result that somebody may ask for."""
    found: dict[str, Node] = {"_at": Ref("_at")}
    if result.each:
        found[PERIOD] = Ref(PERIOD)
    members = planner.members[result.id]
    found["_exempt"] = members.exempt
    for item in items_below(result.items):
        kept = planner.kept_items[result.id, item.id]
        cells = [
            kept.cell,
            *kept.columns.values(),
            *(one for flag in kept.flags for one in flag.values),
        ]
        for cell in cells:
            nodes = [cell.node, cell.na] + ([] if cell.num is None else [cell.num.over])
            for node in nodes:
                if isinstance(node, Ref):
                    found[node.name] = node
        for flag in kept.flags:
            if isinstance(flag.when, Ref):
                found[flag.when.name] = flag.when
    for node in planner.doubts.get(result.id, ()):
        if isinstance(node, Ref):
            found[node.name] = node
    return {name: node for name, node in found.items() if not isinstance(node, Const)}


__all__ = ["FALSE", "ColumnarRun", "Store", "run_columnar"]
