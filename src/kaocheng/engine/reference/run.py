"""The run: columns filled one after the other, in the order that compiling has found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from kaocheng.engine.compile import MEMBERS, Column, Compiled
from kaocheng.engine.expressions.bound import BAggregate, Bound, bound_parts, reads_period
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.facts import FactRow, Facts
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Exemption, Item, Result
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.mechanisms import MECHANISMS, Row
from kaocheng.engine.mechanisms.mechanism import unset_setting
from kaocheng.engine.model import Pack
from kaocheng.engine.reference.evaluate import (
    AnyRow,
    Environment,
    ResultRow,
    Taken,
    evaluate,
    in_order_of_time,
)
from kaocheng.engine.reference.limits import bounded, clamped
from kaocheng.engine.reference.spell import name_of, spell
from kaocheng.engine.trace import Line, Outcome, RowRef, shown
from kaocheng.engine.values import Known, Missing, NotApplicable, Value, is_known

RowKey = tuple[str, str]
SharedKey = tuple[int, Known, str]


@dataclass(frozen=True)
class Member:
    """A row of a result, with the exemption it falls under, or what leaves that open."""

    row: ResultRow
    exempt: Exemption | None = None
    unsettled: Missing | None = None


@dataclass
class Run:
    """A computation under way: the facts, and every column filled so far."""

    compiled: Compiled
    facts: Facts
    members: dict[str, Mapping[RowKey, Member]] = field(default_factory=dict)
    outcomes: dict[Column, Mapping[RowKey, Outcome]] = field(default_factory=dict)
    shared: dict[SharedKey, Value] = field(default_factory=dict)
    _indexes: dict[tuple[object, ...], dict[Known, list[AnyRow]]] = field(default_factory=dict)
    _counted: dict[str, list[FactRow]] = field(default_factory=dict)
    _in_time: dict[str, list[FactRow]] = field(default_factory=dict)
    _unset: dict[int, Missing | None] = field(default_factory=dict)
    _reading_period: dict[int, bool] = field(default_factory=dict)

    @property
    def pack(self) -> Pack:
        return self.compiled.pack

    def unset(self, item: Item) -> Missing | None:
        """What a setting of the item lacks, where its parameter has no value."""
        if id(item) not in self._unset:
            settings = MECHANISMS[item.mechanism].settings(item)
            self._unset[id(item)] = unset_setting(settings, self.facts.parameters)
        return self._unset[id(item)]

    def value(self, result: str, item: str, key: RowKey) -> Value:
        """The value of an item for a row of its result; not applicable for whoever is not in it."""
        outcome = self.outcomes[result, item].get(key)
        if outcome is None:
            title = self.pack.results[result].title
            return NotApplicable(f"不在“{title}”的范围内")
        return outcome.value

    @cached_property
    def _rows(self) -> dict[str, dict[str, FactRow]]:
        return {name: table.by_key() for name, table in self.facts.tables.items()}

    def row(self, table: str, key: str) -> FactRow | None:
        return self._rows[table].get(key)

    def counted(self, table: str) -> list[FactRow]:
        """The rows that count: those for which the register's `counts_when` holds."""
        if table not in self._counted:
            rows = self.facts.tables[table].rows
            self._counted[table] = [row for row in rows if self.counts(row)]
        return self._counted[table]

    def counts(self, row: FactRow) -> bool:
        expr = self.pack.registers[row.ref.table].counts_when
        bound = None if expr is None else self.compiled.bound[expr]
        return bound is None or evaluate(bound, Environment(self, (row,))) is True

    def rows_about(self, subject: str, table: str, *, by: str) -> list[FactRow]:
        """The rows that count of `table` whose field `by` names the subject, in order of time."""
        rows = [row for row in self.counted(table) if row.values[by] == subject]
        return in_order_of_time(rows, self.pack.registers[table].date)

    def shared_value(self, node: BAggregate, group: Known, env: Environment) -> Value | None:
        """What a node is for everybody of the group; None where that has not been asked for."""
        return self.shared.get(self.shared_key(node, group, env))

    def shared_key(self, node: BAggregate, group: Known, env: Environment) -> SharedKey:
        asked_in = env.period if node.timed or self.reads_period(node) else None
        return (id(node), group, asked_in.id if asked_in else "")

    def rows_of(
        self, node: BAggregate, group: Known, period: Period | None, env: Environment
    ) -> Sequence[AnyRow]:
        """The rows of the node's source that belong to `group`, in order of time."""
        asked_in = period or (env.period if self.reads_period(node) else None)
        index_key = (id(node), asked_in.id if asked_in else "")
        if index_key not in self._indexes:
            self._indexes[index_key] = self._index(node, period, env)
        return self._indexes[index_key].get(group, [])

    def reads_period(self, node: BAggregate) -> bool:
        """Whether what a node reads depends on the period of who asks, besides its rows."""
        if id(node) not in self._reading_period:
            periodic = {one.id for one in self.pack.results.values() if one.each}
            parts = bound_parts(node)
            self._reading_period[id(node)] = any(reads_period(one, periodic) for one in parts)
        return self._reading_period[id(node)]

    def _index(
        self, node: BAggregate, period: Period | None, env: Environment
    ) -> dict[Known, list[AnyRow]]:
        found: dict[Known, list[AnyRow]] = {}
        outer = env.rows[: node.level]
        inner = Environment(self, outer, env.period)  # one place that moves from row to row
        for row in self._source_rows(node, period):
            inner.rows = (*outer, row)
            group = self._group_of(node, row, inner)
            if is_known(group):
                found.setdefault(group, []).append(row)
        return found

    def _group_of(self, node: BAggregate, row: AnyRow, env: Environment) -> Value:
        if node.whole:
            return ""
        if node.scope is not None:
            return evaluate(node.scope[1], env)
        if node.link:
            return evaluate(node.link[0], env)
        return row.fact.ref.key if isinstance(row, ResultRow) else row.ref.key

    def _source_rows(self, node: BAggregate, period: Period | None) -> list[AnyRow]:
        rows: list[AnyRow]
        if node.is_result:
            rows = [member.row for member in self.members[node.source].values()]
            described = self.pack.registers[self.pack.results[node.source].of]
            rows = in_order_of_time(rows, described.date)
        else:
            rows = list[AnyRow](self._counted_in_time(node.source))
        if period is None:
            return rows
        return [row for row in rows if self.is_within(row, period)]

    def _counted_in_time(self, table: str) -> list[FactRow]:
        if table not in self._in_time:
            date_field = self.pack.registers[table].date
            self._in_time[table] = in_order_of_time(self.counted(table), date_field)
        return self._in_time[table]

    def is_within(self, row: AnyRow, period: Period) -> bool:
        """Whether a row lies in `period`: by its date, else by its own period.

        A row of a result without periods lies where the entry lies that it is about.
        """
        if isinstance(row, ResultRow):
            if row.period is not None:
                return period.contains(row.period)
            row = row.fact
        register = self.pack.registers[row.ref.table]
        if register.date:
            day = row.values[register.date]
            if not is_known(day):
                return False
            assert isinstance(day, date)
            return period.holds(day.date() if isinstance(day, datetime) else day)
        own = self._periods.get(str(row.values[register.period])) if register.period else None
        return own is not None and period.contains(own)

    @cached_property
    def _periods(self) -> dict[str, Period]:
        return {period.id: period for period in self.facts.periods}


def run_reference(
    compiled: Compiled, facts: Facts, *, progress: Callable[[int, int], None] | None = None
) -> Run:
    """Compute every result of the pack from `facts`. `progress` is told (done, all) columns."""
    run = Run(compiled, facts)
    for done, (result, item) in enumerate(compiled.order, start=1):
        if item == MEMBERS:
            run.members[result] = find_members(run, compiled.pack.results[result])
        else:
            run.outcomes[result, item] = fill(run, compiled.pack.results[result], item)
        if progress is not None:
            progress(done, len(compiled.order))
    return run


def find_members(run: Run, result: Result) -> dict[RowKey, Member]:
    """Who is assessed, in order of the roster, and who is exempt and why."""
    periods = run.facts.periods_of(result.each) if result.each else [None]
    members: dict[RowKey, Member] = {}
    for fact in run.counted(result.of):
        for period in periods:
            row = ResultRow(fact, period)
            frame = RowFrame(run, result, row)
            if (member := member_of(result, row, frame)) is not None:
                members[row.key] = member
    return members


def member_of(result: Result, row: ResultRow, frame: RowFrame) -> Member | None:
    """Nobody is left out, and nobody exempt, for want of a value: then everything is missing."""
    taken: Value = True if result.where is None else frame.value(result.where)
    if isinstance(taken, Missing):
        return Member(row, unsettled=taken)
    if taken is not True:
        return None
    for exemption in result.exempt:
        holds = frame.value(exemption.when)
        if isinstance(holds, Missing):
            why = f"还不能判断是否“{exemption.title}”：{holds.why}"
            return Member(row, unsettled=Missing(why))
        if holds is True:
            return Member(row, exemption)
    return Member(row)


def fill(run: Run, result: Result, item_id: str) -> dict[RowKey, Outcome]:
    """One column: the outcome of an item for every row of its result."""
    item = run.pack.items[result.id, item_id]
    mechanism = MECHANISMS[item.mechanism]
    column: dict[RowKey, Outcome] = {}
    run.outcomes[result.id, item_id] = column
    asked: list[RowFrame] = []
    for key, member in run.members[result.id].items():
        frame = RowFrame(run, result, member.row)
        early = without_computing(item, member, frame)
        if early is None:
            asked.append(frame)
        else:
            column[key] = early
    if mechanism.outcomes is not None:
        outcomes = _by_period(mechanism.outcomes, item, asked)
    else:
        assert mechanism.outcome is not None
        outcomes = [mechanism.outcome(item, frame) for frame in asked]
    for frame, outcome in zip(asked, outcomes, strict=True):
        column[frame.row.key] = finished(item, outcome, frame)
    for frame in asked if item.flags else ():
        column[frame.row.key] = flagged(item, column[frame.row.key], frame)
    return column


def _by_period(
    outcomes: Callable[[Item, Sequence[RowFrame], Sequence[RowFrame]], list[Outcome]],
    item: Item,
    frames: Sequence[RowFrame],
) -> list[Outcome]:
    """Group-wide mechanisms look at one period at a time."""
    groups: dict[str, list[RowFrame]] = {}
    for frame in frames:
        groups.setdefault(frame.row.key[1], []).append(frame)
    found: dict[RowKey, Outcome] = {}
    for members in groups.values():
        for frame, outcome in zip(members, outcomes(item, members, members), strict=True):
            found[frame.row.key] = outcome
    return [found[frame.row.key] for frame in frames]


def without_computing(item: Item, member: Member, frame: RowFrame) -> Outcome | None:
    """The outcome of whoever is exempt or for whom the item does not apply; otherwise None."""
    if member.unsettled is not None:
        return bounded(item, Outcome(member.unsettled), frame)
    if member.exempt is not None:
        gives = member.exempt.gives.get(item.id)
        if gives is None:
            return Outcome(NotApplicable(member.exempt.title))
        value = frame.value(gives)
        text = f"{member.exempt.title}：沿用 {shown(value)}"
        return Outcome(
            value, (Line(member.exempt.title, value, text, member.exempt.clauses),), text
        )
    for condition in (*item.conditions, item.when):
        holds = True if condition is None else frame.value(condition)
        if isinstance(holds, Missing):
            return bounded(item, Outcome(holds), frame)
        if holds is not True:
            return Outcome(NotApplicable("不属于本项的范围"))
    unset = frame.run.unset(item)
    return None if unset is None else bounded(item, Outcome(unset), frame)


def finished(item: Item, outcome: Outcome, frame: RowFrame) -> Outcome:
    """Floor, cap and bounds for the preview: the same for every mechanism."""
    return bounded(item, clamped(item, outcome, frame), frame)


def flagged(item: Item, outcome: Outcome, frame: RowFrame) -> Outcome:
    """With the item's own flags, which may read the item itself."""
    said = tuple(flag.say for flag in item.flags if frame.value(flag.when) is True)
    return replace(outcome, flags=(*outcome.flags, *said)) if said else outcome


@dataclass
class RowFrame:
    """A row of a result as its items see it while it is computed."""

    run: Run
    result: Result
    row: ResultRow
    _used: list[RowRef] = field(default_factory=list)
    _taken: Taken = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return self.row.fact.ref.key

    def _environment(
        self, period: Period | None, row: Row | None, special: Mapping[str, Value] | None
    ) -> Environment:
        rows: tuple[AnyRow, ...] = (self.row,)
        if row is not None:
            assert isinstance(row, FactRow)
            rows = (self.row, row)
        narrowed = period or self.row.period
        return Environment(self.run, rows, narrowed, special or {}, self._used, self._taken)

    def value(
        self,
        expr: Expr,
        *,
        period: Period | None = None,
        row: Row | None = None,
        special: Mapping[str, Value] | None = None,
    ) -> Value:
        return evaluate(self.run.compiled.bound[expr], self._environment(period, row, special))

    def spell(self, expr: Expr) -> str:
        return self.spell_bound(self.run.compiled.bound[expr], None)

    def name_of(self, expr: Expr) -> str:
        env = Environment(self.run, (self.row,), self.row.period)
        return name_of(self.run.compiled.bound[expr], env)

    def spell_on(self, expr: Expr, row: Row) -> str:
        return self.spell_bound(self.run.compiled.bound[expr], row)

    def spell_bound(self, bound: Bound, row: Row | None) -> str:
        return spell(bound, self._environment(None, row, None).using([]))

    def rows_used(self) -> tuple[RowRef, ...]:
        used = tuple(dict.fromkeys(self._used))
        self._used.clear()
        return used

    def item(self, item: str) -> Outcome:
        return self.run.outcomes[self.result.id, item][self.row.key]

    def rows(self, register: str) -> Sequence[FactRow]:
        described = self.run.pack.registers[register]
        links = [name for name, one in described.fields.items() if one.type == self.result.of]
        own = self.run.rows_about(self.subject, register, by=links[0]) if links else []
        period = self.row.period
        if period is None or not (described.date or described.period):
            return own
        return [row for row in own if self.run.is_within(row, period)]

    def setting(self, setting: SettingValue) -> str:
        if setting.word:
            return setting.word
        return str(self.run.facts.parameters[setting.parameter])

    def periods(self, kind: str) -> Sequence[Period]:
        periods = self.run.facts.periods_of(kind)
        own = self.row.period
        return [one for one in periods if own is None or own.contains(one)]
