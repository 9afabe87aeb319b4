"""The rows of units as arrays, kept for the next time the same unit is computed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kaocheng.engine.columnar.array_tables import ArrayTable, Stretch, UnitRows
from kaocheng.engine.columnar.facts import AT, ColumnFacts
from kaocheng.engine.columnar.stages import Units

MOST_KEPT = 512  # tables of the rows of one unit; an old one is read again when it is asked for

Range = tuple[int, int]


@dataclass(eq=False)
class UnitTables:
    """What units are computed from. `fetch` reads the rows of a register that belong to a unit."""

    facts: ColumnFacts
    units: Units
    fetch: Callable[[str, int], Any]
    _whole: dict[str, ArrayTable] = field(default_factory=dict)
    _kept: OrderedDict[tuple[str, int], ArrayTable] = field(default_factory=OrderedDict)
    _ranges: dict[int, dict[str, Range]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._whole = {
            name: ArrayTable(table.arrow)
            for name, table in self.facts.tables.items()
            if AT in table.arrow.column_names
        }

    def rows(self, unit: int, changed: Mapping[str, ArrayTable]) -> UnitRows:
        """The rows of a unit, of the registers in `changed` these instead of its own."""
        found: dict[str, ArrayTable | Stretch] = {
            roster: Stretch(self._whole[roster], low, high + 1)
            for roster, (low, high) in self.ranges(unit).items()
        }
        for register in self.units.links:
            found[register] = changed.get(register) or self._of(register, unit)
        return UnitRows(found, self._whole)

    def ranges(self, unit: int) -> dict[str, Range]:
        """The positions of a unit's rows in every roster that is split (low > high: none)."""
        if unit not in self._ranges:
            self._ranges[unit] = {
                roster: self._range(roster, name, unit)
                for roster, name in self.units.fields.items()
            }
        return self._ranges[unit]

    def _range(self, roster: str, of: str, unit: int) -> Range:
        if of == AT:
            return (unit, unit)
        data, nulls = self._whole[roster].column(of)
        here = data == unit
        places = np.flatnonzero(here if nulls is None else here & ~nulls)
        return (int(places[0]), int(places[-1])) if len(places) else (0, -1)

    def _of(self, register: str, unit: int) -> ArrayTable:
        if (register, unit) not in self._kept:
            self.keep({register: ArrayTable(self.fetch(register, unit))}, unit)
        self._kept.move_to_end((register, unit))
        return self._kept[register, unit]

    def keep(self, tables: Mapping[str, ArrayTable], unit: int) -> None:
        """The rows of a unit are now these."""
        for register, table in tables.items():
            self._kept[register, unit] = table
            self._kept.move_to_end((register, unit))
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
