"""Columns back into rows, for what the reference decides and explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast

import pyarrow as pa

from kaocheng.engine.columnar.facts import LINE, ColumnFacts, ColumnTable, na_column
from kaocheng.engine.facts import EMPTY, NO_COLUMN, FactRow, Facts, FactTable
from kaocheng.engine.language.registers import Field
from kaocheng.engine.trace import RowRef
from kaocheng.engine.values import Known, Missing, NotApplicable, Value

Decode = Callable[[Any], Known]


def decode_facts(facts: ColumnFacts, arrows: Mapping[str, Any] | None = None) -> Facts:
    """Facts by rows. `arrows` are other rows of the same tables (those of a unit, of a person)."""
    tables = {}
    for name, table in facts.tables.items():
        arrow = table.arrow if arrows is None else arrows.get(name, table.arrow)
        tables[name] = decode_table(facts, table, arrow)
    return Facts(tables, facts.periods, facts.parameters, facts.parameter_tables)


def decode_table(facts: ColumnFacts, table: ColumnTable, arrow: pa.Table) -> FactTable:
    """The rows of a table, in the order of their lines."""
    rows = decode_rows(facts, table, arrow)
    found = tuple(sorted(rows, key=lambda row: row.ref.line))
    return FactTable(table.register, found, table.source)


def decode_rows(facts: ColumnFacts, table: ColumnTable, arrow: pa.Table) -> list[FactRow]:
    """The rows of `arrow`, some or all of a table, as they stand."""
    register = table.register
    lines = arrow.column(LINE).to_pylist()
    columns = {
        name: _values(facts, table, name, field, arrow) for name, field in register.fields.items()
    }
    keys = columns.get(register.key, [""] * len(lines))
    return [
        FactRow(
            RowRef(register.id, line, str(keys[at])),
            {name: values[at] for name, values in columns.items()},
        )
        for at, line in enumerate(lines)
    ]


def _values(
    facts: ColumnFacts, table: ColumnTable, name: str, field: Field, arrow: pa.Table
) -> list[Value]:
    decode = _decoder(facts, table, name, field)
    target = facts.tables.get(field.type)
    column = arrow.column(name)
    given = column.to_pylist() if target is None else keys_at(facts, target, column)
    empty = Missing(NO_COLUMN if table.columns[name].absent else f"“{field.title}”{EMPTY}")
    inapplicable = NotApplicable(f"“{field.title}”填为不适用")
    missing: Iterable[object] = [False] * len(given)
    if table.columns[name].inapplicable:
        missing = arrow.column(na_column(name)).to_pylist()
    # The same values come again and again; a fraction takes far longer to make than to find.
    known = {value: decode(value) for value in {*given} if value is not None}
    return [
        known[value] if value is not None else (inapplicable if na else empty)
        for value, na in zip(given, missing, strict=True)
    ]


def _decoder(facts: ColumnFacts, table: ColumnTable, name: str, field: Field) -> Decode:
    match field.type:
        case "number" | "whole" | "money":
            scale = table.columns[name].scale
            return lambda value: Fraction(value, scale)
        case "choice" | "scale":
            return lambda value: field.values[value]
        case "period":
            return lambda value: facts.periods[value].id
        case "date":
            return lambda value: cast("date", value)
        case "moment":
            return lambda value: cast("datetime", value)
        case _:
            return lambda value: cast("Known", value)


def keys_at(facts: ColumnFacts, table: ColumnTable, positions: pa.Array) -> list[str | None]:
    """The keys of the rows at `positions`, None where there is no position; only those are read."""
    given = positions.to_pylist()
    distinct = sorted({*given} - {None})
    key = table.register.key
    field, column = table.register.fields[key], table.arrow.column(key)
    if field.type == "text":
        texts = [column[at].as_py() for at in distinct]
    else:
        rows = table.arrow.take(pa.array(distinct, pa.int64()))
        texts = [str(value) for value in _values(facts, table, key, field, rows)]
    keys = dict(zip(distinct, texts, strict=True))
    return [keys.get(at) for at in given]


def keys_of(table: ColumnTable) -> Sequence[str]:
    """The keys of a keyed table by position."""
    return cast("Sequence[str]", table.arrow.column(table.register.key).to_pylist())
