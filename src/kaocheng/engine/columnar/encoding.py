"""Facts into columns: what `columnar.facts` documents, from the reference's rows."""

from __future__ import annotations

import pyarrow as pa

from kaocheng.engine.columnar.encoding_cells import Cells, TooWide, cells_of
from kaocheng.engine.columnar.encoding_layout import ReadTable, laid_out
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.facts import Facts, FactTable
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems


def encode_facts(pack: Pack, facts: Facts) -> ColumnFacts:
    """The facts in columns; they must be without errors.

    Raises `Refused` where a column needs more than 63 bits.
    """
    problems = Problems()
    periods = {period.id: place for place, period in enumerate(facts.periods)}
    tables = {
        name: _read(table, periods, problems=problems) for name, table in facts.tables.items()
    }
    problems.stop_on_errors()
    return ColumnFacts(
        laid_out(pack, tables), facts.periods, facts.parameters, facts.parameter_tables
    )


def _read(table: FactTable, periods: dict[str, int], *, problems: Problems) -> ReadTable:
    cells: dict[str, Cells] = {}
    for name, described in table.register.fields.items():
        values = [row.values[name] for row in table.rows]
        try:
            cells[name] = cells_of(values, described, periods=periods)
        except TooWide:
            problems.add("F80", Place(table.source), column=name, title=described.title)
    lines = pa.array([row.ref.line for row in table.rows], pa.int32())
    keys = pa.array([row.ref.key for row in table.rows], pa.string())
    return ReadTable(table.register, cells, lines, keys, table.source)
