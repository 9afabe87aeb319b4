"""Rows that arrive for facts in columns: encoded as those that are there already.

What they refer to lies where it lay, numbers have the scale that the plan counts on.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.columnar.arrow_table import ArrowTable
from kaocheng.engine.columnar.checks import checked_table
from kaocheng.engine.columnar.decoding import keys_of
from kaocheng.engine.columnar.encoding_layout import Links, ReadTable, laid_out
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.facts import Reader
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems


def encode_arriving(pack: Pack, facts: ColumnFacts, table: ArrowTable) -> pa.Table | None:
    """The rows in the columns that the register has among the facts (one without a key).

    None where a cell is at fault, or where the columns cannot hold a value: the facts have then to
    be encoded anew.
    """
    problems = Problems()
    kept = facts.tables[table.name]
    reader = Reader(pack, facts.periods, problems)
    checked = checked_table(table, kept.register, reader=reader)
    links = _links(pack, facts, checked.read)
    checked.tell(links, reader)
    if problems.errors or checked.too_wide:
        return None
    found = laid_out(pack, {table.name: checked.read}, links)[table.name]
    try:
        arrow = found.arrow
        for name, column in found.columns.items():
            if column.scale != kept.columns[name].scale:
                arrow = _rescaled(arrow, name, column.scale, kept.columns[name].scale)
        return _in_columns_of(arrow, kept.arrow.schema)
    except pa.ArrowInvalid:
        return None


def _links(pack: Pack, facts: ColumnFacts, read: ReadTable) -> Links:
    """Where the references of the rows lead."""
    at = {}
    for name, described in read.register.fields.items():
        if described.type in pack.registers:
            target = facts.tables[described.type]
            keys = keys_of(target) if target.register.key else []
            values = read.cells[name].values
            if pa.types.is_dictionary(values.type):
                values = values.dictionary_decode()
            positions = pc.index_in(values, value_set=pa.array(keys, values.type), skip_nulls=True)
            at[read.register.id, name] = positions
    return Links({}, at)


def _rescaled(arrow: pa.Table, name: str, scale: int, wanted: int) -> pa.Table:
    """The same numbers at the other scale; raises ArrowInvalid where it is too coarse for them."""
    if wanted % scale:
        raise pa.ArrowInvalid(f"{name} needs a scale of {scale}")
    wide = pc.cast(arrow.column(name), pa.int64())
    numbers = pc.multiply_checked(wide, pa.scalar(wanted // scale, pa.int64()))
    return arrow.set_column(arrow.column_names.index(name), name, numbers)


def _in_columns_of(arrow: pa.Table, schema: pa.Schema) -> pa.Table:
    """Raises ArrowInvalid where the columns there cannot hold a value."""
    columns = {}
    for described in schema:
        if described.name in arrow.column_names:
            column = arrow.column(described.name)
        else:  # nothing among these rows is inapplicable
            column = pa.chunked_array([pa.repeat(pa.scalar(False), arrow.num_rows)])
        columns[described.name] = pc.cast(column, described.type)
    if any(name not in columns for name in arrow.column_names):
        raise pa.ArrowInvalid("a cell is not applicable in a column where none was")
    return pa.table(columns)
