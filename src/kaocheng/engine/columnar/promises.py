"""Promises of the facts: bounds with room, so that a changed entry seldom makes a new plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from kaocheng.engine.columnar.facts import Column, ColumnFacts, ColumnTable, na_column

_NUMBERS = ("number", "whole", "money")


def widened(facts: ColumnFacts, measured: Collection[str] = ()) -> ColumnFacts:
    """The facts with room in their promises; tables in `measured` are looked at anew."""
    tables = {
        name: _with_room(remeasured(table) if name in measured else table)
        for name, table in facts.tables.items()
    }
    return replace(facts, tables=tables)


def _with_room(table: ColumnTable) -> ColumnTable:
    columns = {
        name: _roomy(column) if table.register.fields[name].type in _NUMBERS else column
        for name, column in table.columns.items()
    }
    most = {name: _upto_power(count) for name, count in table.most_per.items()}
    return replace(table, columns=columns, most_per=most)


def _roomy(column: Column) -> Column:
    """Up to the next power of two; a column without negative numbers stays so."""
    low = -_upto_power(-column.low) if column.low < 0 else min(column.low, 0) or _down(column.low)
    return replace(column, low=low, high=max(0, _upto_power(column.high) - 1, column.high))


def _down(low: int) -> int:
    """A positive least value stays positive: a mean of such values is never 0."""
    return 1 if low > 0 else 0


def _upto_power(number: int) -> int:
    """The next power of two above `number` (1 for 0 or less)."""
    return 1 << max(0, number).bit_length()


def remeasured(table: ColumnTable) -> ColumnTable:
    """The promises that the rows themselves keep."""
    import pyarrow.compute as pc

    columns = {}
    for name, column in table.columns.items():
        values = table.arrow.column(name)
        empty, inapplicable = _gaps(table.arrow, name)
        ends = pc.min_max(values).as_py() if table.register.fields[name].type in _NUMBERS else None
        low, high = (ends["min"] or 0, ends["max"] or 0) if ends else (column.low, column.high)
        columns[name] = Column(column.scale, low, high, empty, inapplicable)
    most = {name: _most(table.arrow, name) for name in table.most_per}
    return replace(table, columns=columns, most_per=most)


def _gaps(arrow: Any, name: str) -> tuple[bool, bool]:
    """Whether some cells are missing, and whether some are not applicable."""
    import pyarrow.compute as pc

    nulls = int(arrow.column(name).null_count)
    if na_column(name) not in arrow.column_names:
        return nulls > 0, False
    inapplicable = int(pc.sum(arrow.column(na_column(name))).as_py() or 0)
    return nulls > inapplicable, inapplicable > 0


def _most(arrow: Any, name: str) -> int:
    import pyarrow.compute as pc

    counts = pc.value_counts(arrow.column(name).drop_null())
    return int(pc.max(counts.field("counts")).as_py() or 0) if len(counts) else 0


def holds_for(table: ColumnTable, arrow: Any) -> bool:
    """Whether rows that are to come in keep what is promised of the table."""
    found = remeasured(replace(table, arrow=arrow))
    for name, column in found.columns.items():
        promised = table.columns[name]
        if (column.empty and not promised.empty) or (
            column.inapplicable and not promised.inapplicable
        ):
            return False
        if table.register.fields[name].type in _NUMBERS and arrow.num_rows:
            known = arrow.column(name).null_count < arrow.num_rows
            if known and not promised.low <= column.low <= column.high <= promised.high:
                return False
    return all(count <= table.most_per[name] for name, count in found.most_per.items())
