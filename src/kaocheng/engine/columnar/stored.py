"""Stored results: the table of one result, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.decoding import keys_of
from kaocheng.engine.columnar.finding import Index, Numbers
from kaocheng.engine.columnar.nodes import Const, Ref
from kaocheng.engine.columnar.outcomes import UNKNOWN, Reader
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.expressions.bound import BAggregate
from kaocheng.engine.language.periods import Period
from kaocheng.engine.values import Value

if TYPE_CHECKING:
    from kaocheng.engine.columnar.columnar_run import ColumnarRun

# Rows lie by unit: whoever reads one person's value for a comparison reads their colleagues' too.
BLOCK = 32


@dataclass(frozen=True)
class SharedValue:
    """What everybody of a group sees. `blamed` and `held` are places in time (`shared.Shared`)."""

    value: Value
    blamed: Value
    held: Value


@dataclass(eq=False)
class StoredResult:
    """A result of a run. A `place` is a row of its table, a `position` a row of its register."""

    done: ColumnarRun
    result: str
    _columns: dict[str, pa.Array] = field(default_factory=dict)

    def column(self, name: str) -> pa.Array:
        if name not in self._columns:
            self._columns[name] = self.done.tables[self.result].column(name).combine_chunks()
        return self._columns[name]

    @property
    def num_rows(self) -> int:
        return len(self.column("_at"))

    @cached_property
    def _places(self) -> Index:
        return Index(self.column("_at"))

    def places_of(self, position: int) -> Numbers:
        return self._places.rows(position)

    def period(self, place: int) -> Period | None:
        if not self.done.pack.results[self.result].each:
            return None
        position: int = self.column(PERIOD)[place].as_py()
        return self.done.planner.facts.periods[position]

    def exemption(self, place: int) -> int:
        """Which exemption, from 1; 0 for none, -1 where that is open."""
        node = self.done.planner.members[self.result].exempt
        if isinstance(node, Const):
            return int(str(node.value))
        assert isinstance(node, Ref)
        return int(self.column(node.name)[place].as_py())

    def told(self, item: str, place: int) -> dict[str, Value] | None:
        """What an outcome is explained by; None where nothing is told, or the row is in doubt."""
        kept = self.done.planner.kept_items.get((self.result, item))
        if kept is None or not kept.told or self._is_in_doubt(place):
            return None
        return self._read_at(place, kept.told)

    def shared(self, node: BAggregate, place: int) -> SharedValue | None:
        """An aggregate as the row sees it; None where it is not told."""
        told = self.done.planner.shared.get(id(node))
        if told is None or told.result != self.result or self._is_in_doubt(place):
            return None
        cells = dict(zip(("value", "blamed", "held"), told.cells, strict=True))
        return SharedValue(**self._read_at(place, cells))

    def _is_in_doubt(self, place: int) -> bool:
        """Whether the reference decides the row: with its unit, or with everybody."""
        units = self.done.in_doubt
        if not units:
            return units is None
        return self.done.units_of_rows(self.result, [self.column("_at")[place].as_py()])[0] in units

    def _read_at(self, place: int, cells: Mapping[str, Cell]) -> dict[str, Value]:
        return {name: self._reader.value_at(cell, place) for name, cell in cells.items()}

    def keeps(self, item: str) -> bool:
        """Whether its values are stored; what is written out by the reference is not."""
        return (self.result, item) in self.done.planner.kept_items

    def values(self, item: str, block: int) -> list[Value]:
        """The values of the rows from `block * BLOCK`; what is not known says no reason.

        Nothing is known of rows that the reference decides: whoever is in doubt, with their unit.
        """
        rows = _Rows(self, block * BLOCK, min((block + 1) * BLOCK, self.num_rows))
        units = self.done.in_doubt
        if units is None:
            return [UNKNOWN] * rows.num_rows
        reader = Reader(self.done.planner.facts, self._keys, rows)
        values = reader.values(self.done.planner.kept_items[self.result, item].cell)
        if not units:
            return values
        of_rows = self.done.units_of_rows(self.result, rows.column("_at").to_pylist())
        return [
            UNKNOWN if unit in units else one for one, unit in zip(values, of_rows, strict=True)
        ]

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.done.planner.facts, self._keys, self)

    @cached_property
    def _keys(self) -> Mapping[str, Sequence[str]]:
        return _Keys(self.done)


@dataclass(frozen=True)
class _Rows:
    """Some rows of a stored result, as a reader of cells takes them."""

    stored: StoredResult
    first: int
    end: int

    @property
    def num_rows(self) -> int:
        return self.end - self.first

    def column(self, name: str) -> pa.Array:
        return self.stored.column(name).slice(self.first, self.num_rows)


@dataclass(eq=False)
class _Keys(Mapping[str, Sequence[str]]):
    """The keys of every keyed table by position; those of a table are read when asked for."""

    done: ColumnarRun
    _read: dict[str, Sequence[str]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> Sequence[str]:
        if table not in self._read:
            self._read[table] = keys_of(self.done.planner.facts.tables[table])
        return self._read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.done.planner.facts.tables)

    def __len__(self) -> int:
        return len(self.done.planner.facts.tables)
