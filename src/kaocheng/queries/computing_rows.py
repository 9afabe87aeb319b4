"""The rows of a result in columns of exact text, whichever evaluator computed them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kaocheng.documents.result_columns import ResultRows, Spelled, result_columns
from kaocheng.documents.result_layout import fixed_extras
from kaocheng.documents.result_summary import headline_item
from kaocheng.documents.result_table import result_table, rows_of
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.outcomes import Reader
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.values import Value
from kaocheng.formats import OutColumns, OutTable, out_text
from kaocheng.formats.column_writers import write_csv_columns
from kaocheng.formats.writers import write_csv

if TYPE_CHECKING:
    from kaocheng.documents.result_table import AnyRun

Texts = Sequence[str | None]


def in_columns(run: AnyRun) -> ColumnarRun | None:
    """The run, where every cell of it stands in columns."""
    if isinstance(run, ColumnarRun) and not run.share_by_reference.decided:
        return run
    return None


@dataclass(frozen=True)
class Rows:
    """The rows of one result, sorted by subject, then by period.

    Every list has one entry for each row. A value is its exact text (None: there is none), a state
    one of `scored`, `missing`, `not_applicable`.
    """

    run: AnyRun
    result: Result
    spelled: Spelled = field(default_factory=Spelled)

    @cached_property
    def _columns(self) -> ResultRows | None:
        run = in_columns(self.run)
        return None if run is None else ResultRows(run, self.result)

    @cached_property
    def table(self) -> OutTable | OutColumns:
        """The table for programs, as `kaocheng score` writes it."""
        run = in_columns(self.run)
        if run is None:
            return result_table(self.run, self.result)
        return result_columns(run, self.result, spelled=self.spelled)

    def csv(self) -> bytes:
        """The bytes that `kaocheng score --out FOLDER` writes for this result."""
        stream = io.BytesIO()
        if isinstance(self.table, OutTable):
            write_csv(stream, self.table)
        else:
            write_csv_columns(stream, self.table)
        return stream.getvalue()

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """Where the columns stand in the table, by item and what they say of it."""
        register = self.run.pack.subject_of(self.result)
        subject = list(dict.fromkeys(name for name in (register.key, register.name) if name))
        found = {("", name): at for at, name in enumerate(subject)}
        if self.result.each:
            found["", "period"] = len(found)
        for item in self.items:
            for name in ("value", "state", *self.extras(item)):
                found[item.id, name] = len(found)
        found["", "flags"] = len(found)
        return found

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(items_below(self.result.items))

    def extras(self, item: Item) -> list[str]:
        """The further columns of an item: a rank, the steps of a pay."""
        if (fixed := fixed_extras(item)) is not None:
            return fixed
        if self._columns is not None:
            return self._columns.extras_of(item)
        column = self.run.outcomes[self.result.id, item.id]
        return list(dict.fromkeys(name for outcome in column.values() for name in outcome.columns))

    @property
    def keys(self) -> Texts:
        return self._texts("", self.run.pack.subject_of(self.result).key)

    @property
    def periods(self) -> Texts:
        return self._texts("", "period") if self.result.each else [""] * len(self.keys)

    @property
    def flags(self) -> Texts:
        """What the scheme points out, joined by ；."""
        return self._texts("", "flags")

    def values(self, item: str) -> Texts:
        return self._texts(item, "value")

    def states(self, item: str) -> Texts:
        return self._texts(item, "state")

    def extra(self, item: str, name: str) -> Texts:
        return self._texts(item, name)

    @cached_property
    def exempt(self) -> list[str]:
        """The title of the exemption that each falls under, empty without one."""
        if self._columns is not None:
            run = self._columns.run
            codes = self._columns.column(run.planner.members[self.result.id].exempt).to_pylist()
            titles = [one.title for one in self.result.exempt]
            return [titles[code - 1] if code and code > 0 else "" for code in codes]
        members = (member for _, member in rows_of(self.run, self.result))
        return [member.exempt.title if member.exempt else "" for member in members]

    def typed(self, item: str, rows: Sequence[int]) -> list[Value]:
        """The values of some rows as the engine has them: with why they are missing, and bounds."""
        if self._columns is not None:
            described = next(one for one in self.items if one.id == item)
            import pyarrow as pa

            few = self._columns.arrow.take(pa.array(rows, pa.int64()))
            facts = self._columns.run.planner.facts
            reader = Reader(facts, self._columns._all_keys, few)
            return [one.value for one in reader.outcomes(self._columns.kept(described))]
        ordered = self._ordered
        column = self.run.outcomes[self.result.id, item]
        return [column[ordered[row]].value for row in rows]

    @cached_property
    def _ordered(self) -> list[tuple[str, str]]:
        return [key for key, _ in rows_of(self.run, self.result)]

    @property
    def headline(self) -> Item:
        return headline_item(self.result)

    def _texts(self, item: str, name: str) -> Texts:
        at = self._places[item, name]
        if at not in self._read:
            self._read[at] = list(self._column(at))
        return self._read[at]

    @cached_property
    def _read(self) -> dict[int, Texts]:
        return {}

    def _column(self, at: int) -> Iterator[str | None]:
        table = self.table
        if isinstance(table, OutColumns):
            yield from table.cells[at].texts.to_pylist()
            return
        for row in table.rows:
            yield None if row[at] is None else out_text(row[at])
