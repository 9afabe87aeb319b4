"""Runs a plan on DuckDB: facts in, results out.

A `Store` holds the facts as tables of an in-memory database and the statements of the plan. A run
either completes or leaves what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from kaocheng.engine.columnar.decoding import decode_table, keys_of
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.nodes import Const, Node, Ref
from kaocheng.engine.columnar.outcomes import Reader
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.rows import PERIOD, stored
from kaocheng.engine.columnar.statements import Statement, Writer
from kaocheng.engine.compile import Column, Compiled
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.model import Pack
from kaocheng.engine.reference.evaluate import ResultRow
from kaocheng.engine.reference.run import Member, RowKey
from kaocheng.engine.trace import Outcome
from kaocheng.engine.values import Missing


@dataclass
class Store:
    """Facts in a database of their own, and the plan that computes their results."""

    compiled: Compiled
    facts: ColumnFacts
    connection: Any = field(default_factory=duckdb.connect)
    progress: Callable[[int, int], None] | None = None

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
        for done, statement in enumerate(self.statements):
            if self.progress is not None:
                self.progress(done, len(self.statements))
            self.connection.execute(statement.sql)

    def run(self) -> ColumnarRun:
        self.compute()
        tables = {
            result: self.connection.sql(
                f'SELECT * FROM "{self.planner.chains[result].cte(self.planner.chains[result].top)}"'
            ).to_arrow_table()
            for result in self.wanted
        }
        return ColumnarRun(self.planner, tables)


@dataclass(eq=False)
class ColumnarRun:
    """What a plan has computed: one Arrow table per result, read as outcomes where asked."""

    planner: Planner
    tables: Mapping[str, Any]

    @property
    def pack(self) -> Pack:
        return self.planner.pack

    @property
    def compiled(self) -> Compiled:
        return self.planner.compiled

    @cached_property
    def members(self) -> dict[str, dict[RowKey, Member]]:
        return {result.id: self._members(result) for result in self.pack.results.values()}

    @cached_property
    def outcomes(self) -> dict[Column, dict[RowKey, Outcome]]:
        found: dict[Column, dict[RowKey, Outcome]] = {}
        keys = {
            name: keys_of(table)
            for name, table in self.planner.facts.tables.items()
            if table.register.key
        }
        for column, kept in self.planner.kept_items.items():
            reader = Reader(self.planner.facts, keys, self.tables[column[0]])
            rows = self.members[column[0]]
            found[column] = dict(zip(rows, reader.outcomes(kept), strict=True))
        return found

    def _members(self, result: Result) -> dict[RowKey, Member]:
        facts, arrow = self.planner.facts, self.tables[result.id]
        table = facts.tables[result.of]
        places = arrow.column("_at")
        rows = decode_table(facts, table, table.arrow.take(places)).rows
        by_key = {row.ref.key: row for row in rows}
        keys = keys_of(table)
        exempt = self._exempt(result, arrow)
        periods = arrow.column(PERIOD).to_pylist() if result.each else [None] * len(places)
        found = {}
        for at, period, standing in zip(places.to_pylist(), periods, exempt, strict=True):
            row = ResultRow(by_key[keys[at]], None if period is None else facts.periods[period])
            found[row.key] = Member(
                row,
                result.exempt[standing - 1] if standing > 0 else None,
                Missing("") if standing < 0 else None,
            )
        return found

    def _exempt(self, result: Result, arrow: Any) -> list[int]:
        node = self.planner.members[result.id].exempt
        if isinstance(node, Const):
            return [int(str(node.value))] * int(arrow.num_rows)
        assert isinstance(node, Ref)
        return list(arrow.column(node.name).to_pylist())

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
