"""Facts dealt by ranges of units, so that the unit stage of each range can be computed elsewhere.

A range holds subjects of one roster, whole units of them: no result of the unit stage reads the
entries of another roster's subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.facts import AT

if TYPE_CHECKING:
    import pyarrow as pa

    from kaocheng.engine.columnar.facts import ColumnFacts
    from kaocheng.engine.columnar.stages import Units

    Tables = Mapping[str, pa.Table]

Span = tuple[int, int]


@dataclass(frozen=True)
class Range:
    """The subjects at the positions `low` to `high` - 1 (`_at` of `roster`): whole units."""

    number: int
    roster: str
    low: int
    high: int

    def __str__(self) -> str:
        return f"第 {self.number + 1} 段（{self.roster} 第 {self.low + 1}—{self.high} 个）"


@dataclass(frozen=True)
class DealtFacts:
    """Facts whose entries are dealt into `ranges`.

    `read` gives those of a range, of the registers asked for. `links` names the dealt registers,
    each with the reference to its subject and the roster of that; every entry is in one range,
    also where it has no subject. `facts` holds all other tables
    as a whole, those with keys among them, and of the dealt registers what is promised of them.
    """

    facts: ColumnFacts
    units: Units
    links: Mapping[str, tuple[str, str]]
    ranges: tuple[Range, ...]
    read: Callable[[Range, Collection[str]], Tables]

    def ranges_of(self, roster: str) -> tuple[Range, ...]:
        return tuple(one for one in self.ranges if one.roster == roster)

    def parts(self, register: str) -> list[pa.Table]:
        """The rows of a dealt register, range by range."""
        _, roster = self.links[register]
        return [self.read(one, (register,))[register] for one in self.ranges_of(roster)]

    def spans(self, one: Range) -> dict[str, Span]:
        """Which rows the unit stage of a range reads of each roster that is split, ends included.

        Of the units, those from its first to its last: others in between have no subjects here.
        """
        found = {name: (0, self.facts.tables[name].rows - 1) for name in self.units.fields}
        found[one.roster] = (one.low, one.high - 1)
        if one.roster != self.units.table:
            found[self.units.table] = self._units_in(one)
        return found

    def _units_in(self, one: Range) -> Span:
        import pyarrow.compute as pc

        units = self.facts.tables[one.roster].arrow.column(self.units.fields[one.roster])
        ends = pc.min_max(units.slice(one.low, one.high - one.low)).as_py()
        return (0, -1) if ends["min"] is None else (ends["min"], ends["max"])


def unit_ranges(
    facts: ColumnFacts, units: Units, *, count: int, subjects: Collection[str]
) -> tuple[Range, ...]:
    """About `count` ranges of equally many subjects, cut only between units.

    Every roster that is split has ranges of its own; only those of results (`subjects`) more than
    one.
    """
    rosters = [name for name in units.fields if AT in facts.tables[name].arrow.schema.names]
    people = {name: facts.tables[name].rows for name in rosters if name in subjects}
    of_all = max(sum(people.values()), 1)
    found: list[Range] = []
    for roster in rosters:
        share = max(1, round(count * people.get(roster, 0) / of_all))
        column = facts.tables[roster].arrow.column(units.fields[roster])
        for low, high in pairwise(_cuts(column, count=share)):
            found.append(Range(len(found), roster, low, high))
    return tuple(found)


def _cuts(units: pa.ChunkedArray, *, count: int) -> Sequence[int]:
    """Where ranges begin and end; `units` holds the unit of each subject, in the order of `_at`."""
    import pyarrow.compute as pc

    size = len(units)
    if size == 0:
        return (0, 0)
    # People without a unit come first and stay together.
    known = pc.fill_null(units, -1)
    lasts = pc.indices_nonzero(pc.not_equal(known.slice(1), known.slice(0, size - 1)))
    cuts = {0, size}
    wanted = [size * number // count for number in range(1, count)]
    for cut in (last + 1 for last in lasts.to_pylist()):
        # The unit that ends here holds every wanted cut not yet passed, down to its own start.
        if wanted and wanted[0] <= cut:
            cuts.add(cut)
            wanted = [place for place in wanted if place > cut]
    return sorted(cuts)


def dealt_links(facts: ColumnFacts, units: Units) -> dict[str, tuple[str, str]]:
    """The registers to deal: what has keys is read as a whole, since anything may refer to it."""
    return {
        name: link
        for name, link in units.links.items()
        if AT not in facts.tables[name].arrow.schema.names
    }


def without_rows(facts: ColumnFacts, registers: Iterable[str]) -> ColumnFacts:
    """The facts with the promises of these registers, but without their rows."""
    tables = dict(facts.tables)
    for name in registers:
        table = tables[name]
        tables[name] = replace(table, arrow=table.arrow.schema.empty_table(), count=table.rows)
    return replace(facts, tables=tables)
