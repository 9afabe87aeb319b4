"""Facts into columns: what `columnar.facts` documents, from rows or from tables of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from kaocheng.engine.columnar.arrow_table import ArrowTable, arrow_table_of, text_table_of
from kaocheng.engine.columnar.checks import CheckedTable, checked_table
from kaocheng.engine.columnar.encoding_cells import Cells, TooWide, cells_of
from kaocheng.engine.columnar.encoding_layout import Links, ReadTable, laid_out, linked
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.facts import (
    NO_COLUMN,
    Facts,
    FactTable,
    Reader,
    check_references,
    check_tables,
    list_table,
    read_parameters,
    read_periods,
)
from kaocheng.engine.language.registers import Register
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.values import Missing

# Of a table of text: with fewer, reading row by row takes no time.
MANY_ROWS = 5_000
_OTHERS = ("periods", "parameters")


def encode_facts(pack: Pack, facts: Facts) -> ColumnFacts:
    """The facts in columns; they must be without errors.

    Raises `Refused` where a column needs more than 63 bits.
    """
    problems = Problems()
    periods = {period.id: place for place, period in enumerate(facts.periods)}
    read = {name: _rows_read(table, periods) for name, table in facts.tables.items()}
    _refuse_wide(read, problems)
    tables = {name: one.read for name, one in read.items()}
    return ColumnFacts(
        laid_out(pack, tables, linked(pack, tables)),
        facts.periods,
        facts.parameters,
        facts.parameter_tables,
    )


def encode_tables(
    pack: Pack, tables: Mapping[str, ArrowTable | TextTable], *, problems: Problems
) -> ColumnFacts:
    """The facts in tables by id (`periods` and `parameters` among them), in columns.

    Everything wrong goes to `problems`, as `read_facts` would tell it; of a table of columns with
    very many rows at fault, the first `MOST_LISTED`. Raises `Refused` when any of it is an error.
    """
    check_tables(pack, {name: table.source for name, table in tables.items()}, problems)
    texts = {
        name: table if isinstance(table, TextTable) else text_table_of(table)
        for name, table in tables.items()
        if name not in pack.registers and (name in pack.parameters or name in _OTHERS)
    }
    periods = read_periods(pack, texts.get("periods"), problems)
    reader = Reader(pack, periods, problems)
    read = {
        register.id: _table_read(register, tables.get(register.id), reader)
        for register in pack.registers.values()
    }
    links = linked(pack, {name: one.read for name, one in read.items()})
    for one in read.values():
        one.tell(links, reader)
    parameters, parameter_tables = read_parameters(pack, texts, reader, problems)
    problems.stop_on_errors()
    _refuse_wide(read, problems)
    laid = laid_out(pack, {name: one.read for name, one in read.items()}, links)
    return ColumnFacts(laid, periods, parameters, parameter_tables)


@dataclass(frozen=True)
class _RowsRead:
    """A register read by the reference, as `CheckedTable` is one read from columns."""

    facts: FactTable
    read: ReadTable
    too_wide: list[str]

    def tell(self, links: Links, reader: Reader) -> None:
        """Note what its references are at fault in; the reader has told everything else."""
        register = self.read.register
        keys: dict[str, set[str]] = {}
        for name, described in register.fields.items():
            if (at := links.at.get((register.id, name))) is not None:
                found = self.read.cells[name].values.filter(at.is_valid())
                keys.setdefault(described.type, set()).update(found.to_pylist())
        check_references(reader.pack, {register.id: self.facts}, keys, reader.problems)


def _table_read(
    register: Register, table: ArrowTable | TextTable | None, reader: Reader
) -> _RowsRead | CheckedTable:
    if register.kind == "list":
        table = list_table(register)
    if isinstance(table, TextTable) and len(table.rows) > MANY_ROWS:
        table = arrow_table_of(table) or table
    if isinstance(table, ArrowTable):
        return checked_table(table, register, reader=reader)
    facts = FactTable(register) if table is None else reader.table(register, table)
    return _rows_read(facts, {period.id: place for place, period in enumerate(reader.spine)})


def _rows_read(table: FactTable, periods: Mapping[str, int]) -> _RowsRead:
    cells: dict[str, Cells] = {}
    too_wide: list[str] = []
    for name, described in table.register.fields.items():
        values = [row.values[name] for row in table.rows]
        try:
            cells[name] = cells_of(values, described, periods=periods)
        except TooWide:
            cells[name] = Cells(pa.nulls(len(values), pa.int64()))
            too_wide.append(name)
    lines = pa.array([row.ref.line for row in table.rows], pa.int32())
    keys = pa.array([row.ref.key for row in table.rows], pa.string())
    first = table.rows[0].values if table.rows else {}
    absent = frozenset(name for name, value in first.items() if value == Missing(NO_COLUMN))
    read = ReadTable(table.register, cells, lines, keys, table.source, absent)
    return _RowsRead(table, read, too_wide)


def _refuse_wide(read: Mapping[str, _RowsRead | CheckedTable], problems: Problems) -> None:
    for one in read.values():
        for name in one.too_wide:
            title = one.read.register.fields[name].title
            problems.add("F80", Place(one.read.source), column=name, title=title)
    problems.stop_on_errors()
