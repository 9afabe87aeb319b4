"""Laying out: read cells into sorted tables whose references are positions, with their promises.

Where `columnar.facts` leaves it open, what is not known comes first: rows without a unit, and rows
that refer to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.columnar.encoding_cells import NUMBERS, Cells
from kaocheng.engine.columnar.facts import AT, LINE, ORDER, SEQ, Column, ColumnTable, na_column
from kaocheng.engine.language.registers import Register
from kaocheng.engine.model import Pack

_INTEGERS = (pa.int16(), pa.int32(), pa.int64())
_MINUTE = 60_000_000
# Bits of a digit that Arrow sorts fastest, measured on 3 million rows.
_DIGIT = 12


@dataclass(frozen=True)
class ReadTable:
    """One register, read: `lines` int32, `keys` string where the register has a key.

    `absent`: the fields for which the source has no column.
    """

    register: Register
    cells: Mapping[str, Cells]
    lines: pa.Array
    keys: pa.Array = None
    source: str = ""
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Links:
    """`by_key[table]`: the order its rows will lie in. `at[table, field]`: positions in that order.

    A position is null where nothing is referred to, or something that does not exist.
    """

    by_key: Mapping[str, pa.Array]
    at: Mapping[tuple[str, str], pa.Array]

    def is_dangling(self, table: ReadTable, field: str) -> pa.Array:
        """Where a reference leads nowhere."""
        known = pc.is_valid(table.cells[field].values)
        return pc.and_(known, pc.is_null(self.at[table.register.id, field]))


def linked(pack: Pack, tables: Mapping[str, ReadTable]) -> Links:
    """Where every reference leads."""
    by_key = {name: _by_key(table) for name, table in tables.items() if table.register.key}
    keys = {name: tables[name].keys.take(order) for name, order in by_key.items()}
    at = {
        (name, field): _positions(table.cells[field].values, keys.get(described.type))
        for name, table in tables.items()
        for field, described in table.register.fields.items()
        if described.type in pack.registers
    }
    return Links(by_key, at)


def laid_out(pack: Pack, tables: Mapping[str, ReadTable], links: Links) -> dict[str, ColumnTable]:
    """Every table sorted as `columnar.facts` documents. References must lead somewhere."""
    return {name: _laid_out(pack, table, links) for name, table in tables.items()}


def _by_key(table: ReadTable) -> pa.Array:
    """The order by unit, where there is one, and key, as plain strings."""
    columns = {"key": table.keys, "line": table.lines}
    if table.register.unit:
        columns = {"unit": _unit_texts(table), **columns}
    return _order_by(pa.table(columns))


def _unit_texts(table: ReadTable) -> pa.Array:
    described = table.register.fields[table.register.unit]
    units = table.cells[table.register.unit].values
    if described.type in ("choice", "scale"):
        units = pa.array(described.values, pa.string()).take(units)
    return pc.cast(units, pa.string())


def _order_by(columns: pa.Table) -> pa.Array:
    """Indices of the rows in the order of all columns, the first one first."""
    keys = [(name, "ascending", "at_start") for name in columns.column_names]
    return pc.sort_indices(columns, sort_keys=keys)


def _places(order: pa.Array) -> pa.Array:
    """For every row its place in `order`."""
    return pc.inverse_permutation(pc.cast(order, pa.int32()))


def _laid_out(pack: Pack, table: ReadTable, links: Links) -> ColumnTable:
    register = table.register
    encoded = {name: _encoded(name, table, links) for name in register.fields}
    in_time = _in_time(table)
    added = {LINE: table.lines, SEQ: _places(in_time)}
    if register.key:
        order = links.by_key[register.id]
        added[AT] = _places(order)
        added[ORDER] = _places(_order_by(pa.table({"key": table.keys, "line": table.lines})))
    else:
        order = _by_subject(pack, register, encoded, in_time)
    named: dict[str, pa.Array] = {}
    for name, cells in encoded.items():
        named[name] = cells.values
        if cells.inapplicable is not None:
            named[na_column(name)] = cells.inapplicable
    return ColumnTable(
        register,
        pa.table({**named, **added}).take(order).combine_chunks(),
        {
            name: replace(_promise(cells), absent=name in table.absent)
            for name, cells in encoded.items()
        },
        {
            name: _most(encoded[name].values)
            for name, described in register.fields.items()
            if described.type in pack.registers
        },
        table.source,
    )


def _encoded(name: str, table: ReadTable, links: Links) -> Cells:
    """References become positions, and integers as narrow as they can be."""
    cells = table.cells[name]
    if (at := links.at.get((table.register.id, name))) is not None:
        return Cells(at, cells.inapplicable)
    if table.register.fields[name].type in NUMBERS:
        return Cells(_narrowed(cells.values), cells.inapplicable, cells.scale)
    return cells


def _positions(references: pa.Array, keys: pa.Array | None) -> pa.Array:
    if keys is None:  # A table without a key: nothing can refer to its rows.
        return pa.nulls(len(references), pa.int32())
    if pa.types.is_dictionary(references.type):
        return _positions(references.dictionary, keys).take(references.indices)
    return pc.index_in(references, value_set=keys, skip_nulls=True)


def _narrowed(values: pa.Array) -> pa.Array:
    low, high = _bounds(values)
    for integer in _INTEGERS:
        most = 2 ** (integer.bit_width - 1) - 1
        if -most - 1 <= low and high <= most:
            return pc.cast(values, integer)
    return values


def _in_time(table: ReadTable) -> pa.Array:
    """The order by date, none first, then by line."""
    rows = pa.arange(0, len(table.lines)).cast(pa.int32())
    order = rows if _is_ascending(table.lines) else _sorted_on(rows, table.lines)
    if not table.register.date:
        return order
    dates = table.cells[table.register.date].values
    if pa.types.is_timestamp(dates.type):
        dates = pc.divide(dates.cast(pa.int64()), _MINUTE)
    return _sorted_on(order, dates.cast(pa.int64() if dates.type == pa.int64() else pa.int32()))


def _by_subject(
    pack: Pack, register: Register, encoded: Mapping[str, Cells], in_time: pa.Array
) -> pa.Array:
    """The order by the first reference to a roster, then by time."""
    for name, described in register.fields.items():
        target = pack.registers.get(described.type)
        if target is not None and target.kind == "roster":
            return _sorted_on(in_time, encoded[name].values)
    return in_time


def _sorted_on(order: pa.Array, values: pa.Array) -> pa.Array:
    """`order` sorted by integers, none first; equal ones stay as they are.

    Digit by digit, from the last: Arrow sorts small integers by counting, 5 times as fast as it
    compares large ones.
    """
    low, high = _bounds(values)
    above_low = pc.subtract(values, pa.scalar(low, values.type))
    for shift in range(0, max((high - low).bit_length(), 1), _DIGIT):
        digit = pc.shift_right(above_low, pa.scalar(shift, values.type))
        digit = pc.bit_wise_and(digit, pa.scalar(2**_DIGIT - 1, values.type)).take(order)
        order = order.take(pc.array_sort_indices(digit, null_placement="at_start"))
    return order


def _is_ascending(lines: pa.Array) -> bool:
    """Whether rows stand as they do in their source."""
    later = pc.greater(lines.slice(1), lines.slice(0, max(len(lines) - 1, 0)))
    return bool(later.false_count == 0)


def _promise(cells: Cells) -> Column:
    low, high = _bounds(cells.values)
    missing = cells.values.null_count
    inapplicable = 0 if cells.inapplicable is None else cells.inapplicable.true_count
    return Column(cells.scale, low, high, missing > inapplicable, inapplicable > 0)


def _bounds(values: pa.Array) -> tuple[int, int]:
    """The least and the greatest known integer; of dates and moments, in days since 1970."""
    if pa.types.is_string(values.type) or values.null_count == len(values):
        return 0, 0
    if pa.types.is_temporal(values.type):
        values = pc.cast(pc.cast(values, pa.date32(), safe=False), pa.int32())
    bounds = pc.min_max(values).as_py()
    return int(bounds["min"]), int(bounds["max"])


def _most(positions: pa.Array) -> int:
    """How often the most frequent position occurs."""
    known = positions.drop_null()
    counts = pc.value_counts(known).field("counts") if len(known) else None
    return 0 if counts is None else int(pc.max(counts).as_py())
