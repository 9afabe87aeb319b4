"""The columns of a run, one at a time, whichever evaluator computed it.

A columnar run is read from its own tables: only where the reference had to decide some of it is the
whole run turned into objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.reference.run import RowKey, Run
from kaocheng.engine.trace import Outcome
from kaocheng.engine.values import NotApplicable, Value

if TYPE_CHECKING:
    from kaocheng.engine.columnar.columnar_run import ColumnarRun

_LEFT_OUT = NotApplicable("没有这一步")


@dataclass(frozen=True)
class Subject:
    """Who a row of a result is about, and in which period."""

    key: RowKey
    fact: FactRow
    period: Period | None
    is_exempt: bool


class Columns(Protocol):
    """Shape: `values` and `flags` have one entry for each of `subjects`, in the same order."""

    @property
    def compiled(self) -> Compiled: ...

    def subjects(self, result: str) -> Sequence[Subject]: ...

    def values(self, result: str, item: str) -> Sequence[Value]: ...

    def flags(self, result: str, item: str) -> Sequence[tuple[str, ...]]: ...


def columns_of(run: Run | ColumnarRun) -> Columns:
    """The columns of a run by either evaluator."""
    if isinstance(run, Run):
        return _ByRows(run)
    if run.share_by_reference.decided:
        return _ByRows(run)
    return _ByColumns(run)


@dataclass(frozen=True)
class _ByRows:
    run: Run | ColumnarRun

    @property
    def compiled(self) -> Compiled:
        return self.run.compiled

    def subjects(self, result: str) -> Sequence[Subject]:
        return [
            Subject(key, member.row.fact, member.row.period, member.exempt is not None)
            for key, member in self.run.members[result].items()
        ]

    def _outcomes(self, result: str, item: str) -> Sequence[Outcome]:
        column = self.run.outcomes[result, item]
        return [column[key] for key in self.run.members[result]]

    def values(self, result: str, item: str) -> Sequence[Value]:
        name, _, step = item.partition(".")
        outcomes = self._outcomes(result, name)
        if not step:
            return [outcome.value for outcome in outcomes]
        return [outcome.columns.get(step, _LEFT_OUT) for outcome in outcomes]

    def flags(self, result: str, item: str) -> Sequence[tuple[str, ...]]:
        return [outcome.flags for outcome in self._outcomes(result, item)]


@dataclass(frozen=True)
class _ByColumns:
    run: ColumnarRun

    @property
    def compiled(self) -> Compiled:
        return self.run.compiled

    def subjects(self, result: str) -> Sequence[Subject]:
        from kaocheng.engine.columnar.decoding import decode_rows
        from kaocheng.engine.columnar.facts import AT
        from kaocheng.engine.columnar.rows import PERIOD

        described, facts = self.run.pack.results[result], self.run.planner.facts
        arrow, table = self.run.tables[result], facts.tables[described.of]
        rows = decode_rows(facts, table, table.arrow.take(arrow.column(AT)))
        places = arrow.column(PERIOD).to_pylist() if described.each else [None] * len(rows)
        periods = [None if at is None else facts.periods[at] for at in places]
        return [
            Subject((row.ref.key, period.id if period else ""), row, period, exempt > 0)
            for row, period, exempt in zip(rows, periods, self._exempt(described), strict=True)
        ]

    def _exempt(self, result: Result) -> Sequence[int]:
        from kaocheng.engine.columnar.nodes import Const, Ref

        node, arrow = self.run.planner.members[result.id].exempt, self.run.tables[result.id]
        if isinstance(node, Const):
            return [int(str(node.value))] * int(arrow.num_rows)
        assert isinstance(node, Ref)
        return list(arrow.column(node.name).to_pylist())

    def values(self, result: str, item: str) -> Sequence[Value]:
        from kaocheng.engine.columnar.decoding import keys_of
        from kaocheng.engine.columnar.outcomes import Reader

        tables = self.run.planner.facts.tables
        keys = {name: keys_of(one) for name, one in tables.items() if one.register.key}
        reader = Reader(self.run.planner.facts, keys, self.run.tables[result])
        name, _, step = item.partition(".")
        kept = self.run.planner.kept_items[result, name]
        return reader.values(kept.columns[step] if step else kept.cell)

    def flags(self, result: str, item: str) -> Sequence[tuple[str, ...]]:
        from kaocheng.engine.columnar.outcomes import Reader

        kept = self.run.planner.kept_items[result, item]
        reader = Reader(self.run.planner.facts, {}, self.run.tables[result])
        said = [reader.said(flag) for flag in kept.flags]
        rows = int(self.run.tables[result].num_rows)
        return [tuple(words[at] for words in said if words[at]) for at in range(rows)]
