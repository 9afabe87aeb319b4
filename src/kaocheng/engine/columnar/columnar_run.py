"""What a plan has computed, read as a run: members and outcomes like those of the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kaocheng.engine.columnar.decoding import decode_facts, decode_table, keys_of
from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.nodes import Const, Ref
from kaocheng.engine.columnar.outcomes import Reader
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.columnar.stages import Stages
from kaocheng.engine.compile import MEMBERS, Column, Compiled
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BField,
    BFollow,
    BFollowItem,
    Bound,
    bound_parts,
)
from kaocheng.engine.facts import Facts
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import Pack
from kaocheng.engine.reference.evaluate import ResultRow
from kaocheng.engine.reference.run import Member, RowKey, Run, fill, find_members, run_reference
from kaocheng.engine.trace import Outcome
from kaocheng.engine.values import Missing

# The rows of a stored table: of one unit (by position), or all of them.
Fetch = Callable[[str, int | None], Any]


@dataclass(frozen=True)
class Share:
    """How many of the rows of all results the reference has decided, and why."""

    decided: int
    rows: int
    reasons: tuple[str, ...] = ()


@dataclass(eq=False)
class ColumnarRun:
    """What a plan has computed: one Arrow table per result, read as outcomes where asked.

    `fetch` gives the rows of a stored table, all of them or those of a unit. What the plan has left
    to the reference, or could not decide, is filled in by the reference evaluator.
    """

    planner: Planner
    tables: Mapping[str, Any]
    stages: Stages
    fetch: Fetch

    @property
    def pack(self) -> Pack:
        return self.planner.pack

    @property
    def compiled(self) -> Compiled:
        return self.planner.compiled

    @cached_property
    def members(self) -> Mapping[str, Mapping[RowKey, Member]]:
        return self._whole.members

    @cached_property
    def outcomes(self) -> Mapping[Column, Mapping[RowKey, Outcome]]:
        return self._whole.outcomes

    @cached_property
    def _whole(self) -> Run:
        """The run with every column: from the tables, and where they fall short, by the reference.

        Rows in doubt are decided with their whole unit; where columns need the whole round, or
        rows of no unit are in doubt, with everybody.
        """
        units = self.in_doubt
        if units is None:
            return run_reference(self.compiled, self._facts(None))
        run = Run(self.compiled, self._facts(None) if self.planner.left else Facts({}))
        run.members.update({name: self._members(self.pack.results[name]) for name in self.tables})
        self._read(run)
        for unit in sorted(units):
            alone = run_reference(self.compiled, self._facts(unit))
            for column, found in alone.outcomes.items():
                run.outcomes[column] = {**run.outcomes[column], **found}
        for result, item in self.compiled.order:
            if (result, item) in self.planner.left:
                described = self.pack.results[result]
                if item == MEMBERS:
                    run.members[result] = find_members(run, described)
                else:
                    run.outcomes[result, item] = fill(run, described, item)
        return run

    @cached_property
    def in_doubt(self) -> frozenset[int] | None:
        """The units that the reference decides; None when it decides everybody."""
        units = frozenset().union(*(self._doubted(result) for result in self.tables))
        everybody = units and (
            self.stages.wide or self.planner.left or -1 in units or self._reads_other_units
        )
        return None if everybody else units

    @cached_property
    def _reads_other_units(self) -> bool:
        """Whether a rule may follow a reference out of the unit: its facts alone do not do then."""
        return any(self._leaves(node) for node in self.compiled.bound.values())

    def _leaves(self, node: Bound, *, is_subject: bool = True) -> bool:
        fields = self.stages.units.fields
        if isinstance(node, BFollow | BFollowItem):
            table = node.table if isinstance(node, BFollow) else self.pack.results[node.result].of
            if table in fields and not (is_subject and self._is_own_unit(node.base, table)):
                return True
        is_subject = is_subject and not isinstance(node, BAggregate)
        return any(self._leaves(part, is_subject=is_subject) for part in bound_parts(node))

    def _is_own_unit(self, base: Bound, table: str) -> bool:
        """Whether it is the field of a subject that says which unit they belong to."""
        fields = self.stages.units.fields
        if not isinstance(base, BField) or base.level or fields[table] != AT:
            return False
        having = [name for name in fields if base.field in self.pack.registers[name].fields]
        return all(fields[name] == base.field for name in having)

    def units_of_rows(self, result: str, places: Sequence[int]) -> list[int]:
        """The unit of each row of a result, by its subject's position; -1 for those of none."""
        name = self.stages.units.fields.get(self.pack.results[result].of)
        if name is None:
            return [-1] * len(places)
        if name == AT:
            return list(places)
        column = self._taken(self.pack.results[result].of, name, places)
        return [-1 if unit is None else unit for unit in column]

    def _read(self, run: Run) -> None:
        keys = {
            name: keys_of(table)
            for name, table in self.planner.facts.tables.items()
            if table.register.key
        }
        for column, kept in self.planner.kept_items.items():
            with_lows = bool(self.planner.left)  # seats that the reference fills rank by them
            reader = Reader(self.planner.facts, keys, self.tables[column[0]], with_lows)
            rows = run.members[column[0]]
            run.outcomes[column] = dict(zip(rows, reader.outcomes(kept), strict=True))

    def _doubted(self, result: str) -> set[int]:
        """The units with rows that the plan could not decide."""
        found: set[int] = set()
        arrow = self.tables[result]
        for node in self.planner.doubts.get(result, ()):
            if isinstance(node, Ref):
                rows = arrow.filter(arrow.column(node.name))
                found.update(self.units_of_rows(result, rows.column("_at").to_pylist()))
        return found

    def _taken(self, roster: str, name: str, places: Sequence[int]) -> list[Any]:
        import pyarrow as pa

        column = self.planner.facts.tables[roster].arrow.column(name)
        return list(column.take(pa.array(places, pa.int64())).to_pylist())

    def _facts(self, unit: int | None) -> Facts:
        """The facts by rows, of everybody or of one unit."""
        facts = self.planner.facts
        arrows = {name: self.fetch(name, unit) for name in facts.tables}
        return decode_facts(facts, arrows)

    @cached_property
    def share_by_reference(self) -> Share:
        rows = sum(table.num_rows for table in self.tables.values())
        reasons = tuple(dict.fromkeys(self.planner.left.values()))
        doubted = {result: self._doubted(result) for result in self.tables}
        units = set().union(*doubted.values())
        if self.planner.left or self.in_doubt is None:
            return Share(rows, rows, reasons)
        decided = 0
        for result, arrow in self.tables.items():
            places = arrow.column("_at").to_pylist()
            of = self.pack.results[result].of
            name = self.stages.units.fields[of] if units else AT
            if units and name == AT:
                decided += sum(place in units for place in places)
            elif units:
                decided += sum(unit in units for unit in self._taken(of, name, places))
        return Share(decided, rows, reasons)

    def _members(self, result: Result) -> dict[RowKey, Member]:
        facts, arrow = self.planner.facts, self.tables[result.id]
        table = facts.tables[result.of]
        places = arrow.column("_at")
        rows = decode_table(facts, table, table.arrow.take(places)).rows
        by_key = {row.ref.key: row for row in rows}
        keys = keys_of(table)
        exempt = self._exempt(result, arrow)
        periods = arrow.column(PERIOD).to_pylist() if result.each else [None] * len(places)
        found = {}
        for at, period, standing in zip(places.to_pylist(), periods, exempt, strict=True):
            row = ResultRow(by_key[keys[at]], None if period is None else facts.periods[period])
            found[row.key] = Member(
                row,
                result.exempt[standing - 1] if standing > 0 else None,
                Missing("") if standing < 0 else None,
            )
        return found

    def _exempt(self, result: Result, arrow: Any) -> list[int]:
        node = self.planner.members[result.id].exempt
        if isinstance(node, Const):
            return [int(str(node.value))] * int(arrow.num_rows)
        assert isinstance(node, Ref)
        return list(arrow.column(node.name).to_pylist())
