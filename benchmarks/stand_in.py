"""Stands in for the columnar engine until it is there: the reference evaluator on decoded facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa

from kaocheng.engine.columnar.facts import LINE, ColumnFacts, ColumnTable
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import FactRow, Facts, FactTable
from kaocheng.engine.reference.run import Run, run_reference
from kaocheng.engine.trace import RowRef


class Store:
    def __init__(self, compiled: Compiled, facts: ColumnFacts) -> None:
        self.compiled = compiled
        self.connection = duckdb.connect()
        self.columns = facts
        self.facts = Facts({name: decoded(table, facts) for name, table in facts.tables.items()})

    def run(self) -> Run:
        return run_reference(self.compiled, self.facts)

    def run_unit(self, unit: str, changed: Mapping[str, pa.Table]) -> Run:
        """All units: the reference knows no other way."""
        assert unit
        tables = dict(self.facts.tables)
        for name, arrow in changed.items():
            table = decoded(replace(self.columns.tables[name], arrow=arrow), self.columns)
            new = {row.ref.line: row for row in table.rows}
            rows = tuple(new.get(row.ref.line, row) for row in tables[name].rows)
            tables[name] = FactTable(table.register, rows, table.source)
        return run_reference(self.compiled, Facts(tables))


def decoded(table: ColumnTable, facts: ColumnFacts) -> FactTable:
    register = table.register
    rows = []
    for row in sorted(table.arrow.to_pylist(), key=lambda row: int(row[LINE])):
        values: dict[str, Any] = {}
        for name, described in register.fields.items():
            value = row[name]
            if described.type in ("number", "whole"):
                value = Fraction(value, table.columns[name].scale)
            elif described.type in ("choice", "scale"):
                value = described.values[value]
            elif described.type in facts.tables:
                value = facts.tables[described.type].arrow["id"][value].as_py()
            assert isinstance(value, str | date | Fraction)
            values[name] = value
        key = str(values[register.key]) if register.key else ""
        rows.append(FactRow(RowRef(register.id, row[LINE], key), values))
    return FactTable(register, tuple(rows), table.source)
