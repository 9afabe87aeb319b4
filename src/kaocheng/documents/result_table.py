"""A result of a run as a table to be written: exact values, one row per subject and period.

Columns are YAML ids: the subject's key and name fields, `period` (with `each`), every item followed
by `<id>.state` (scored, missing, not_applicable) and its own further columns as `<id>.<column>`, at
last `flags`. Rows are sorted by subject, then by period, so that equal facts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.mechanisms.pay import Pay
from kaocheng.engine.reference.run import Member, RowKey, Run
from kaocheng.engine.trace import unit_words
from kaocheng.engine.values import Value, is_known, state_of
from kaocheng.formats import OutCell, OutColumn, OutTable

STATE_WORDS = {"scored": "有结果", "missing": "缺数据", "not_applicable": "不适用"}


def result_table(run: Run, result: Result, *, unit: str | None = None) -> OutTable:
    """The table for programs: headers are ids, states are words of the format."""
    return _table(_Layout(run, result), unit=unit)


def titled_table(run: Run, result: Result, *, unit: str | None = None) -> OutTable:
    """The table for people: headers are titles with units, states are in Chinese."""
    return _table(_Layout(run, result, titled=True), unit=unit)


def rows_of(run: Run, result: Result, *, unit: str | None = None) -> list[tuple[RowKey, Member]]:
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


def _table(layout: _Layout, *, unit: str | None) -> OutTable:
    result = layout.result
    rows = tuple(
        (*layout.subject_cells(key, member), *layout.item_cells(key), layout.flags(key))
        for key, member in rows_of(layout.run, result, unit=unit)
    )
    return OutTable(result.id, result.title, layout.columns(), rows)


@dataclass(frozen=True)
class _Layout:
    """Which columns a result has, and what stands in them for a row."""

    run: Run
    result: Result
    titled: bool = False

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(items_below(self.result.items))

    @cached_property
    def extras(self) -> dict[str, tuple[str, ...]]:
        """The further columns of each item: those that it has for anybody, in their order."""
        return {item.id: tuple(self._extra_ids(item)) for item in self.items}

    def _extra_ids(self, item: Item) -> Iterable[str]:
        if isinstance(item.spec, Pay):
            return [step.id for step in item.spec.take]
        column = self.run.outcomes[self.result.id, item.id]
        return dict.fromkeys(name for outcome in column.values() for name in outcome.columns)

    def columns(self) -> tuple[OutColumn, ...]:
        """Ids that differ: one that is taken gets a dash behind it."""
        taken: set[str] = set()
        columns = []
        for id, title in (*self._subject_columns(), *self._item_columns(), ("flags", "提示")):
            free = id
            while free in taken:
                free += "_"
            taken.add(free)
            columns.append(OutColumn(free, title if self.titled else free))
        return tuple(columns)

    def _subject_columns(self) -> Iterator[tuple[str, str]]:
        register = self.run.pack.subject_of(self.result)
        for name in self._subject_fields():
            yield name, register.fields[name].title
        if self.result.each:
            yield "period", self.run.pack.period_kinds.get(self.result.each, "周期")

    def _subject_fields(self) -> list[str]:
        register = self.run.pack.subject_of(self.result)
        return list(dict.fromkeys(name for name in (register.key, register.name) if name))

    def _item_columns(self) -> Iterator[tuple[str, str]]:
        for item in self.items:
            unit = unit_words(unit_of(item))
            yield item.id, f"{item.title}（{unit}）" if unit else item.title
            yield f"{item.id}.state", f"{item.title}·状态"
            for name in self.extras[item.id]:
                yield f"{item.id}.{name}", f"{item.title}·{_extra_title(item, name)}"

    def subject_cells(self, key: RowKey, member: Member) -> Iterator[OutCell]:
        for name in self._subject_fields():
            yield _cell(member.row.fact.values[name])
        if member.row.period is not None:
            yield member.row.period.title if self.titled else key[1]

    def item_cells(self, key: RowKey) -> Iterator[OutCell]:
        for item in self.items:
            outcome = self.run.outcomes[self.result.id, item.id][key]
            state = state_of(outcome.value)
            yield _cell(outcome.value)
            yield STATE_WORDS[state] if self.titled else state
            for name in self.extras[item.id]:
                yield _cell(outcome.columns[name]) if name in outcome.columns else None

    def flags(self, key: RowKey) -> str:
        return "；".join(
            f"{item.title}：{flag}"
            for item in self.items
            for flag in self.run.outcomes[self.result.id, item.id][key].flags
        )


def _extra_title(item: Item, name: str) -> str:
    if isinstance(item.spec, Pay):
        return next(step.title for step in item.spec.take if step.id == name)
    return {"rank": "位次"}.get(name, name)


def _cell(value: Value) -> OutCell:
    return value if is_known(value) else None
