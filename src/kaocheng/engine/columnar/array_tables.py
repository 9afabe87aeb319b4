"""Tables of Arrow as arrays, and arrays as tables of Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from kaocheng.engine.columnar.array_nodes import Array, Values, narrow, spread


@dataclass(eq=False)
class ArrayTable:
    """An Arrow table whose columns become arrays when they are first read."""

    arrow: pa.Table
    columns: dict[str, Values] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return int(self.arrow.num_rows)

    def column(self, name: str) -> Values:
        if name not in self.columns:
            self.columns[name] = from_arrow(self.arrow.column(name))
        return self.columns[name]


@dataclass(eq=False)
class Stretch:
    """The rows of a table from `low` to before `end`."""

    table: ArrayTable
    low: int
    end: int

    @property
    def count(self) -> int:
        return self.end - self.low

    def column(self, name: str) -> Values:
        data, nulls = self.table.column(name)
        here = slice(self.low, self.end)
        return Values(data[here], None if nulls is None else nulls[here])


@dataclass(frozen=True, eq=False)
class UnitRows:
    """What a unit is computed from: its rows of the split tables, and the other tables whole."""

    unit: Mapping[str, ArrayTable | Stretch]
    whole: Mapping[str, ArrayTable]

    def table(self, name: str, *, whole: bool) -> ArrayTable | Stretch:
        return self.whole[name] if whole else self.unit[name]


def from_arrow(column: pa.ChunkedArray) -> Values:
    """A column of Arrow as values; whole numbers become int64."""
    kind, nulls = column.type, None
    if column.null_count:
        nulls = column.is_null().to_numpy()
    if pa.types.is_integer(kind):
        filled = column if nulls is None else column.fill_null(0)
        return Values(filled.to_numpy().astype(np.int64, copy=False), nulls)
    if pa.types.is_boolean(kind):
        filled = column if nulls is None else column.fill_null(pa.scalar(value=False))
        return Values(filled.to_numpy(), nulls)
    if pa.types.is_decimal(kind):
        whole = [0 if one is None else int(one) for one in column.to_pylist()]
        return Values(np.array(whole, dtype=object), nulls)
    if pa.types.is_temporal(kind):
        days = column.to_numpy()
        return Values(
            days if nulls is None else np.where(nulls, days.dtype.type(0, "D"), days), nulls
        )
    filled = column if nulls is None else column.fill_null("")
    return Values(np.asarray(filled.to_numpy(), dtype=object), nulls)


def to_arrow(schema: pa.Schema, columns: Mapping[str, Values], count: int) -> pa.Table:
    """A table of Arrow with the columns and types of the schema."""
    arrays = [_array(spread(columns[one.name], count), one.type) for one in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Values, kind: pa.DataType) -> pa.Array:
    data, nulls = values
    if pa.types.is_null(kind):
        return pa.nulls(len(data))
    if pa.types.is_decimal(kind):
        whole = _plain(data)
        if nulls is not None:
            whole = [None if gone else one for one, gone in zip(whole, nulls, strict=True)]
        return pa.array(whole, kind)
    if pa.types.is_integer(kind):
        data = narrow(data)
        if data.dtype != kind.to_pandas_dtype():
            data = data.astype(kind.to_pandas_dtype())
    return pa.array(data, kind, mask=nulls)


def _plain(data: Array) -> list[Any]:
    return list(data.tolist())
