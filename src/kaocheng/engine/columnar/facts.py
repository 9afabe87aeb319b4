"""Facts in columns: one Arrow table per register, encoded so that whole columns can be computed.

Encoding of a field, `null` wherever the value is not known:

    number, whole, money   integer, the value times `Column.scale` (exact; 12.50 at scale 100: 1250)
    choice, scale          int16, the position in the field's `values`
    reference              int32, the position of the row that is meant (its table's `_at`)
    period                 int16, the position in `ColumnFacts.periods`
    text, boolean, date, moment   as they are (string, bool, date32, timestamp[us])

A field with cells that are not applicable has a second column `<field>?` (bool): true where the
null means 不适用, false elsewhere. Every table has besides:

    _line   int32, the line of the row in its source (unique within the table)
    _seq    int32, the place of the row in order of time: by date (none first), then by line

A table with a key is sorted by (unit, key) where it has a unit, else by key, as plain strings, and
has `_at` (int32: 0, 1, 2, … in that order) and `_order` (int32: the place by key alone, which
decides ties). Other tables are sorted by their first reference to a keyed table of kind roster,
then by `_seq`, so that the rows of a unit lie together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kaocheng.engine.facts import ParameterTable
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.registers import Register
from kaocheng.engine.values import Value

LINE, SEQ, AT, ORDER = "_line", "_seq", "_at", "_order"
MOST_LINES = 2**31  # of one table


def na_column(field_id: str) -> str:
    """The column that says where a field is not applicable."""
    return f"{field_id}?"


@dataclass(frozen=True)
class Column:
    """What is promised of a column: the plan's number widths and states rest on it.

    `low` and `high` bound the encoded integers (codes and positions too; dates as days since 1970).
    `empty`: some cells are missing. `inapplicable`: some are not applicable. `absent`: the table
    was handed in without the column.
    """

    scale: int = 1
    low: int = 0
    high: int = 0
    empty: bool = False
    inapplicable: bool = False
    absent: bool = False


@dataclass(frozen=True)
class ColumnTable:
    """One register. `most_per[field]`: most rows that refer to one row of the field's table.

    `arrow` is a table, or a dataset whose rows stay in their files until a store loads them.
    `count`: how many rows there are where `arrow` itself does not hold them.
    """

    register: Register
    arrow: Any  # pyarrow.Table or pyarrow.dataset.Dataset
    columns: Mapping[str, Column]
    most_per: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    count: int | None = None

    @property
    def rows(self) -> int:
        return int(self.arrow.num_rows) if self.count is None else self.count


@dataclass(frozen=True)
class ColumnFacts:
    """Everything that results are computed from, in columns. Shapes as in `engine.facts.Facts`."""

    tables: Mapping[str, ColumnTable]
    periods: tuple[Period, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    parameter_tables: Mapping[str, ParameterTable] = field(default_factory=dict)
