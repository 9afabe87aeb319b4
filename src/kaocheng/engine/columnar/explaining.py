"""One subject explained from a columnar run, exactly as the reference explains it.

The tree is made by `engine.explain` from a run that is read where the reference's is filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.decoding import decode_table
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.finding import Finder
from kaocheng.engine.columnar.read_run import ReadRun
from kaocheng.engine.columnar.stored import StoredResult
from kaocheng.engine.explain import Explanation, explain_row
from kaocheng.engine.facts import Facts, FactTable
from kaocheng.engine.reference.run import SharedKey
from kaocheng.engine.values import Value


@dataclass(frozen=True)
class Explained:
    """One subject's explanations. `facts` has the rows that they name, and hardly any others."""

    explanations: list[Explanation]
    facts: Facts


@dataclass(eq=False)
class Explainer:
    """Explains one subject after the other from the same run; what it looks up by is kept.

    It is quick where the plan of the run tells (`Planner.tells`). Where it does not, whoever is
    compared with others is explained by computing the whole group: of a large city this takes
    seconds.

    `shared` has what is the same for everybody: aggregates over all there is.
    """

    done: ColumnarRun
    shared: dict[SharedKey, Value] = field(default_factory=dict)

    @cached_property
    def columns(self) -> ColumnFacts:
        """The facts with the rows that the store holds."""
        facts = self.done.planner.facts
        tables = {
            name: table
            if table.count is None
            else replace(table, arrow=self.done.fetch(name, None), count=None)
            for name, table in facts.tables.items()
        }
        return replace(facts, tables=tables)

    @cached_property
    def finder(self) -> Finder:
        return Finder(self.columns)

    @cached_property
    def stored(self) -> dict[str, StoredResult]:
        return {name: StoredResult(self.done, name) for name in self.done.pack.results}

    @cached_property
    def facts(self) -> Facts:
        """The facts by rows; a table is decoded as a whole when it is asked for."""
        return self._facts_in(self._tables)

    @cached_property
    def _tables(self) -> _DecodedTables:
        return _DecodedTables(self.columns)

    @property
    def decoded(self) -> set[str]:
        """The tables that had to be decoded as a whole: of a large city this takes seconds."""
        return set(self._tables.read)

    def explain(self, subject: str) -> list[Explanation]:
        """Every row that results hold for `subject`, in the order of the scheme."""
        return self._explained(self._run(), subject)

    def explain_with_rows(self, subject: str) -> Explained:
        """As `explain`, with the rows of facts that the explanations rest on."""
        run = self._run()
        explanations = self._explained(run, subject)
        tables = {}
        for name, rows in run.rows_read().items():
            table = self.columns.tables[name]
            in_order = tuple(sorted(rows, key=lambda row: row.ref.line))
            is_whole = name in self.decoded
            tables[name] = (
                self._tables[name]
                if is_whole
                else FactTable(table.register, in_order, table.source)
            )
        return Explained(explanations, self._facts_in(tables))

    def _run(self) -> ReadRun:
        return ReadRun(
            self.done, self.facts, finder=self.finder, stored=self.stored, shared=self.shared
        )

    def _explained(self, run: ReadRun, subject: str) -> list[Explanation]:
        keys = run.rows_about_subject(subject)
        results = self.done.pack.scheme.results
        found = [explain_row(run, result, key) for result in results for key in keys[result.id]]
        self.shared.update({at: value for at, value in run.shared.items() if at[1] == ""})
        return found

    def _facts_in(self, tables: Mapping[str, FactTable]) -> Facts:
        facts = self.columns
        return Facts(tables, facts.periods, facts.parameters, facts.parameter_tables)


def explain_from_columns(done: ColumnarRun, subject: str) -> list[Explanation]:
    """As `engine.explain.explain_subject` on the reference's run of the same facts."""
    return Explainer(done).explain(subject)


@dataclass(eq=False)
class _DecodedTables(Mapping[str, FactTable]):
    """Whole tables by rows, for what cannot be asked of a few rows; decoded when asked for."""

    facts: ColumnFacts
    read: dict[str, FactTable] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FactTable:
        if name not in self.read:
            table = self.facts.tables[name]
            self.read[name] = decode_table(self.facts, table, table.arrow)
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts.tables)

    def __len__(self) -> int:
        return len(self.facts.tables)
