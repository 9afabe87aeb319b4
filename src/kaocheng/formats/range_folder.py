"""A folder of facts dealt into ranges: one Arrow file per table and range.

The machines that compute the ranges read their files themselves, so the folder stands where all of
them see it under the same path.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.ranges import (
    DealtFacts,
    Range,
    dealt_links,
    unit_ranges,
    without_rows,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from kaocheng.engine.columnar.facts import ColumnFacts
    from kaocheng.engine.model import Pack


@dataclass(frozen=True)
class RangeFolder:
    """The dealt registers; `rosters` names the roster that each belongs to."""

    path: str
    rosters: Mapping[str, str]

    def __call__(self, one: Range, names: Collection[str]) -> dict[str, pa.Table]:
        """Those of the registers that belong to the range's roster, without other ranges' rows."""
        return {
            name: _read(self.file(name, one))
            for name, roster in self.rosters.items()
            if roster == one.roster and name in names
        }

    def file(self, name: str, one: Range) -> Path:
        return Path(self.path, f"{name}-{one.number:05}.arrow")


def deal_facts(folder: Path, pack: Pack, facts: ColumnFacts, *, ranges: int) -> DealtFacts:
    """Deal the entries of `facts` into about that many ranges of units, one table at a time.

    `folder` exists and is empty. Raises OSError where it cannot be written.
    """
    from kaocheng.engine.columnar.stages import units_of  # not on the machines that only read

    facts = _with_keyed_rows(facts)
    units = units_of(pack, facts)
    subjects = {result.of for result in pack.scheme.results}
    dealt = unit_ranges(facts, units, count=ranges, subjects=subjects)
    links = dealt_links(facts, units)
    for name, (field, roster) in links.items():
        own = [one for one in dealt if one.roster == roster]
        deal_register(folder, name, _table(facts.tables[name].arrow), subject=field, ranges=own)
    rosters = {name: roster for name, (_, roster) in links.items()}
    read = RangeFolder(str(folder.absolute()), rosters)
    return DealtFacts(without_rows(facts, links), units, links, dealt, read)


def _with_keyed_rows(facts: ColumnFacts) -> ColumnFacts:
    """The facts with the rows of all tables that have keys in memory."""
    tables = {
        name: replace(table, arrow=_table(table.arrow), count=None)
        if AT in table.arrow.schema.names
        else table
        for name, table in facts.tables.items()
    }
    return replace(facts, tables=tables)


def _table(arrow: pa.Table | pa.dataset.Dataset) -> pa.Table:
    """The rows themselves, where they still lie in files."""
    return arrow if hasattr(arrow, "column") else arrow.to_table()


def deal_register(
    folder: Path, name: str, table: pa.Table, *, subject: str, ranges: Sequence[Range]
) -> None:
    """Write every row to the range of its subject; those without one lie in the first range."""
    in_order = _sorted(table, subject)
    orphans = in_order[subject].null_count
    positions = in_order[subject].slice(orphans)
    dealt = RangeFolder(str(folder), {})
    start = 0
    for one in ranges:
        end = orphans + _place(positions, one.high)
        _write(dealt.file(name, one), in_order.slice(start, end - start))
        start = end


def _sorted(table: pa.Table, subject: str) -> pa.Table:
    """The table with its rows in the order of the subjects, those without one first."""
    import pyarrow.compute as pc

    if _ascends(table[subject]):
        return table
    order = pc.sort_indices(table, sort_keys=[(subject, "ascending", "at_start")])  # stable
    return table.take(order)


def _ascends(positions: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    known = pc.fill_null(positions, -1)
    later, earlier = known.slice(1), known.slice(0, max(len(known) - 1, 0))
    return pc.all(pc.greater_equal(later, earlier)).as_py() is not False


def _place(positions: pa.ChunkedArray, wanted: int) -> int:
    """The first row whose position is `wanted` or more."""
    return bisect_left(range(len(positions)), wanted, key=lambda row: positions[row].as_py())


def _write(file: Path, table: pa.Table) -> None:
    import pyarrow as pa

    # Compressed it is read as fast as it stands, and half as large.
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(str(file), table.schema, options=options) as writer:
        writer.write_table(table)


def _read(file: Path) -> pa.Table:
    import pyarrow as pa

    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()
