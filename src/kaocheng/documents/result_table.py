"""A result of a run as a table to be written: exact values, one row per subject and period.

Columns are YAML ids: the subject's key and name fields, `period` (with `each`), every item followed
by `<id>.state` (scored, missing, not_applicable) and its own further columns as `<id>.<column>`, at
last `flags`. Rows are sorted by subject, then by period, so that equal facts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.documents.result_layout import Layout, fixed_extras
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.reference.run import Member, RowKey, Run
from kaocheng.engine.values import Value, is_known, state_of
from kaocheng.formats import OutCell, OutTable

if TYPE_CHECKING:
    from kaocheng.engine.columnar.columnar_run import ColumnarRun

    AnyRun = Run | ColumnarRun


def result_table(run: AnyRun, result: Result, *, unit: str | None = None) -> OutTable:
    """The table for programs: headers are ids, states are words of the format."""
    return _table(_Rows(run, _layout(run, result)), unit=unit)


def titled_table(run: AnyRun, result: Result, *, unit: str | None = None) -> OutTable:
    """The table for people: headers are titles with units, states are in Chinese."""
    return _table(_Rows(run, _layout(run, result, titled=True)), unit=unit)


def rows_of(run: AnyRun, result: Result, *, unit: str | None = None) -> list[tuple[RowKey, Member]]:
    """The rows of a result in the order of the table; with `unit`, only those of that unit."""
    register = run.pack.registers[result.of]
    rows = [
        (key, member)
        for key, member in run.members[result.id].items()
        if unit is None or member.row.fact.values[register.unit] == unit
    ]
    return sorted(rows, key=_in_order)


def _in_order(row: tuple[RowKey, Member]) -> tuple[str, str, str]:
    key, member = row
    period = member.row.period
    return (key[0], period.first.isoformat() if period else "", key[1])


def _layout(run: AnyRun, result: Result, *, titled: bool = False) -> Layout:
    extras = {item.id: _extras(run, result, item) for item in items_below(result.items)}
    return Layout(run.pack, result, extras, titled)


def _extras(run: AnyRun, result: Result, item: Item) -> list[str]:
    """Those that the item has for anybody, in their order."""
    if (fixed := fixed_extras(item)) is not None:
        return fixed
    column = run.outcomes[result.id, item.id]
    return list(dict.fromkeys(name for outcome in column.values() for name in outcome.columns))


def _table(rows: _Rows, *, unit: str | None) -> OutTable:
    result = rows.layout.result
    cells = tuple(
        (*rows.subject_cells(key, member), *rows.item_cells(key), rows.flags(key))
        for key, member in rows_of(rows.run, result, unit=unit)
    )
    return OutTable(result.id, result.title, rows.layout.columns(), cells)


@dataclass(frozen=True)
class _Rows:
    """What stands in the columns for a row."""

    run: AnyRun
    layout: Layout

    def subject_cells(self, key: RowKey, member: Member) -> Iterator[OutCell]:
        for name in self.layout.subject_fields:
            yield _cell(member.row.fact.values[name])
        if member.row.period is not None:
            yield member.row.period.title if self.layout.titled else key[1]

    def item_cells(self, key: RowKey) -> Iterator[OutCell]:
        for item in self.layout.items:
            outcome = self.run.outcomes[self.layout.result.id, item.id][key]
            yield _cell(outcome.value)
            yield self.layout.state(state_of(outcome.value))
            for name in self.layout.extras[item.id]:
                yield _cell(outcome.columns[name]) if name in outcome.columns else None

    def flags(self, key: RowKey) -> str:
        return "；".join(
            f"{item.title}：{flag}"
            for item in self.layout.items
            for flag in self.run.outcomes[self.layout.result.id, item.id][key].flags
        )


def _cell(value: Value) -> OutCell:
    return value if is_known(value) else None
