"""Columns back into rows, for what the reference decides and explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import pyarrow as pa

from kaocheng.engine.columnar.facts import LINE, ColumnFacts, ColumnTable, na_column
from kaocheng.engine.facts import EMPTY, NO_COLUMN, FactRow, Facts, FactTable
from kaocheng.engine.language.registers import Field
from kaocheng.engine.trace import RowRef
from kaocheng.engine.values import Known, Missing, NotApplicable, Value

CellsOf = Callable[[str], list[Any]]  # a column by its name
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
    return RowDecoder(facts, table).rows(lambda name: arrow.column(name).to_pylist())


class RowDecoder:
    """Decodes rows of one table, all at once or a few at a time."""

    def __init__(self, facts: ColumnFacts, table: ColumnTable) -> None:
        self.register = table.register
        self._fields = [
            _FieldDecoder(facts, table, name, field)
            for name, field in table.register.fields.items()
        ]

    def rows(self, cells_of: CellsOf) -> list[FactRow]:
        """The rows of which `cells_of` gives every column."""
        table, names = self.register.id, [*self.register.fields]
        key = names.index(self.register.key) if self.register.key else None
        columns = [field.values(cells_of) for field in self._fields]
        return [
            FactRow(
                RowRef(table, line, "" if key is None else str(values[key])),
                dict(zip(names, values, strict=True)),
            )
            for line, *values in zip(cells_of(LINE), *columns, strict=True)
        ]


class _FieldDecoder:
    """Decodes the cells of one field."""

    def __init__(self, facts: ColumnFacts, table: ColumnTable, name: str, field: Field) -> None:
        described = table.columns[name]
        self.name, self.facts, self.target = name, facts, facts.tables.get(field.type)
        self._decode = _decoder(facts, table, name, field)
        self._has_inapplicable = described.inapplicable
        self._empty = Missing(NO_COLUMN if described.absent else f"“{field.title}”{EMPTY}")
        self._inapplicable = NotApplicable(f"“{field.title}”填为不适用")

    def values(self, cells_of: CellsOf) -> list[Value]:
        given = cells_of(self.name)
        if self.target is not None:
            given = keys_at(self.facts, self.target, given)
        # The same values come again and again; a fraction takes far longer to make than to find.
        decode = self._decode
        known: dict[object, Value] = {value: decode(value) for value in {*given} - {None}}
        known[None] = self._empty
        found = [known[value] for value in given]
        if self._has_inapplicable:
            for at, is_inapplicable in enumerate(cells_of(na_column(self.name))):
                if is_inapplicable:
                    found[at] = self._inapplicable
        return found


def _decoder(facts: ColumnFacts, table: ColumnTable, name: str, field: Field) -> Decode:
    match field.type:
        case "number" | "whole" | "money":
            scale = table.columns[name].scale
            return lambda value: _fraction(value, scale)
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


_fraction = lru_cache(2**12)(Fraction)  # the same few come back with every subject


def keys_at(facts: ColumnFacts, table: ColumnTable, positions: Sequence[Any]) -> list[str | None]:
    """The keys of the rows at `positions`, None where there is no position; only those are read."""
    distinct = sorted({*positions} - {None})
    key = table.register.key
    field, column = table.register.fields[key], table.arrow.column(key)
    if field.type == "text":
        texts = [column[at].as_py() for at in distinct]
    else:
        rows = table.arrow.take(pa.array(distinct, pa.int64()))
        decoder = _FieldDecoder(facts, table, key, field)
        texts = [str(value) for value in decoder.values(lambda name: rows.column(name).to_pylist())]
    keys = dict(zip(distinct, texts, strict=True))
    return [keys.get(at) for at in positions]


def keys_of(table: ColumnTable) -> Sequence[str]:
    """The keys of a keyed table by position."""
    return cast("Sequence[str]", table.arrow.column(table.register.key).to_pylist())
