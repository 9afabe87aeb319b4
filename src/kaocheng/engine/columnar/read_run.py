"""A columnar run as the reference reads one: row by row, and only what is asked for.

Values of everybody come from the stored results. What the reference alone can say is computed by
its own mechanisms where it is asked for: the lines and texts of an outcome, and why a value is
missing or not applicable. Whoever a group-wide mechanism compares is taken from one group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.finding import Finder, Numbers
from kaocheng.engine.columnar.stored import BLOCK, StoredResult
from kaocheng.engine.compile import MEMBERS
from kaocheng.engine.expressions.bound import BAggregate, BField, BFollow, Bound
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.facts import FactRow, Facts
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.reference.evaluate import (
    AnyRow,
    Environment,
    ResultRow,
    in_order_of_time,
)
from kaocheng.engine.reference.run import (
    Member,
    RowFrame,
    RowKey,
    Run,
    finished,
    flagged,
    member_of,
    without_computing,
)
from kaocheng.engine.trace import Outcome
from kaocheng.engine.values import Known, Value, is_known


class ReadRun(Run):
    """A finished run, read where the reference's is filled.

    A value is the stored one where that is known; the others, and what is said of a value, are
    computed when asked for. It serves one subject: what it has read of the facts goes with it.
    """

    def __init__(
        self,
        done: ColumnarRun,
        facts: Facts,
        *,
        finder: Finder,
        stored: Mapping[str, StoredResult],
        shared: Mapping[tuple[int, Known, str], Value],
    ) -> None:
        """`facts` are whole tables, for what cannot be asked of a few rows."""
        super().__init__(done.compiled, facts, shared={**shared})
        self.finder, self.stored = finder, stored
        self.read_members = {
            result.id: Members(self, result) for result in self.pack.results.values()
        }
        self.read_outcomes = {
            (result.id, item.id): Outcomes(self, result, item)
            for result in self.pack.results.values()
            for item in items_below(result.items)
        }
        self.members.update(self.read_members)
        self.outcomes.update(self.read_outcomes)
        self._blocks: dict[tuple[str, str, int], list[Value]] = {}
        self._facts_read: dict[tuple[str, int], FactRow] = {}
        self._found: dict[tuple[int, Known, str], list[AnyRow]] = {}

    def rows_about_subject(self, subject: str) -> dict[str, list[RowKey]]:
        """The rows of every result about `subject`, each with its outcomes computed."""
        keys = {result: members.of(subject) for result, members in self.read_members.items()}
        # In the order in which the reference fills them, so that none waits for a chain of others.
        for result, item in self.compiled.order:
            for key in keys[result] if item != MEMBERS else ():
                self.read_outcomes[result, item].unflagged(key)
        return keys

    def rows_read(self) -> dict[str, list[FactRow]]:
        """The rows of facts that have been asked for, and those that they refer to, by register."""
        tables = self.pack.registers
        for (table, _), row in list(self._facts_read.items()):
            for name, described in tables[table].fields.items():
                key = row.values[name]
                if described.type in tables and is_known(key):
                    self.row(described.type, str(key))
        found: dict[str, list[FactRow]] = {table: [] for table in tables}
        for (table, _), row in self._facts_read.items():
            found[table].append(row)
        return found

    def value(self, result: str, item: str, key: RowKey) -> Value:
        column = self.read_outcomes[result, item]
        if key in column.computed:
            return column.computed[key].value
        if not self.stored[result].keeps(item):
            return column.unflagged(key).value
        place = self.read_members[result].place(key)
        if place is None:
            return super().value(result, item, key)
        block, within = divmod(place, BLOCK)
        at = (result, item, block)
        if at not in self._blocks:
            self._blocks[at] = self.stored[result].values(item, block)
        value = self._blocks[at][within]
        return value if is_known(value) else column.unflagged(key).value

    # Rows of facts

    def facts_at(self, table: str, numbers: Numbers) -> list[FactRow]:
        """The rows of a register by their numbers, those not yet read all at once."""
        read = self._facts_read
        new = [number for number in numbers if (table, number) not in read]
        wanted = numbers if len(new) == len(numbers) else new
        if new:
            rows = self.finder.decoded(table, wanted)
            read.update(((table, at), row) for at, row in zip(wanted, rows, strict=True))
        return [read[table, number] for number in numbers]

    def row(self, table: str, key: str) -> FactRow | None:
        position = self.finder.position(table, key)
        return None if position is None else self.facts_at(table, [position])[0]

    def rows_about(self, subject: str, table: str, *, by: str) -> list[FactRow]:
        rows = self._counted_at(table, self.finder.rows_where(table, by, subject))
        return in_order_of_time(rows, self.pack.registers[table].date)

    def _counted_at(self, table: str, numbers: Numbers) -> list[FactRow]:
        rows = self.facts_at(table, numbers)
        if self.pack.registers[table].counts_when is None:
            return rows
        return [row for row in rows if self.counts(row)]

    def rows_of(
        self, node: BAggregate, group: Known, period: Period | None, env: Environment
    ) -> Sequence[AnyRow]:
        at = (id(node), group, period.id if period else "")
        if at not in self._found:
            numbers = self._numbers_of(node, group)
            if numbers is None:  # a group that only looking at every row can find
                return super().rows_of(node, group, period, env)
            self._found[at] = self._rows_at(node, numbers, period)
        return self._found[at]

    def _numbers_of(self, node: BAggregate, group: Known) -> Numbers | None:
        """The rows of the source's register that belong to `group`; None where that is open."""
        table = self.pack.results[node.source].of if node.is_result else node.source
        path = node.scope[1] if node.scope is not None else next(iter(node.link), None)
        if node.whole or (path is not None and not _is_read_at(path, node.level)):
            return None
        if path is not None:
            return self.finder.rows_with(table, path, group)
        position = self.finder.position(table, str(group))
        return [] if position is None else [position]

    def _rows_at(self, node: BAggregate, numbers: Numbers, period: Period | None) -> list[AnyRow]:
        rows: list[AnyRow]
        if node.is_result:
            described = self.pack.registers[self.pack.results[node.source].of]
            rows = [member.row for member in self.read_members[node.source].at(numbers)]
        else:
            described = self.pack.registers[node.source]
            rows = [*self._counted_at(node.source, numbers)]
        within = [row for row in rows if period is None or self.is_within(row, period)]
        return in_order_of_time(within, described.date)


def _is_read_at(path: Bound, level: int) -> bool:
    """Whether a path starts from a field of the row at `level`."""
    while isinstance(path, BFollow):
        path = path.base
    return isinstance(path, BField) and path.level == level


@dataclass(eq=False)
class Members(Mapping[RowKey, Member]):
    """Who is in a result, as stored."""

    run: ReadRun
    result: Result
    _places: dict[RowKey, int | None] = field(default_factory=dict)
    _read: dict[RowKey, Member] = field(default_factory=dict)
    _groups: dict[range, list[Member]] = field(default_factory=dict)

    def place(self, key: RowKey) -> int | None:
        """The row of the result's table; None for who is not in it."""
        if key not in self._places:
            position = self.run.finder.position(self.result.of, key[0])
            found = {} if position is None else self._places_at(position)
            self._places[key] = found.get(key[1])
        return self._places[key]

    def _places_at(self, position: int) -> dict[str, int]:
        """The places of a subject by period."""
        stored = self.run.stored[self.result.id]
        if not self.result.each:
            return dict(zip(("",), stored.places_of(position), strict=False))
        periods = {place: stored.period(place) for place in stored.places_of(position)}
        return {period.id if period else "": place for place, period in periods.items()}

    def __getitem__(self, key: RowKey) -> Member:
        if key not in self._read:
            place = self.place(key)
            if place is None:
                raise KeyError(key)
            fact = self.run.row(self.result.of, key[0])
            assert fact is not None
            self._read[key] = self._member(fact, place)
        return self._read[key]

    def _member(self, fact: FactRow, place: int) -> Member:
        stored = self.run.stored[self.result.id]
        row = ResultRow(fact, stored.period(place))
        exemption = stored.exemption(place)
        if exemption >= 0:
            return Member(row, self.result.exempt[exemption - 1] if exemption else None)
        return member_of(self.result, row, RowFrame(self.run, self.result, row)) or Member(row)

    def of(self, subject: str) -> list[RowKey]:
        """The rows about one subject."""
        position = self.run.finder.position(self.result.of, subject)
        return [] if position is None else [member.row.key for member in self.at([position])]

    def at(self, positions: Numbers) -> list[Member]:
        """The rows about the subjects at `positions`, in order of the roster and of periods."""
        if isinstance(positions, range) and positions in self._groups:
            return self._groups[positions]
        facts = self.run.facts_at(self.result.of, positions)
        found = []
        for position, fact in zip(positions, facts, strict=True):
            for period, place in self._places_at(position).items():
                key = (fact.ref.key, period)
                self._places[key] = place
                if key not in self._read:
                    self._read[key] = self._member(fact, place)
                found.append((fact.ref.line, self._order[period], self._read[key]))
        members = [member for *_, member in sorted(found, key=lambda one: one[:2])]
        if isinstance(positions, range):
            self._groups[positions] = members
        return members

    @cached_property
    def _order(self) -> dict[str, int]:
        return {"": 0, **{one.id: at for at, one in enumerate(self.run.facts.periods)}}

    @cached_property
    def everybody(self) -> list[Member]:
        """In order of the roster; of a large city this takes seconds."""
        stored = self.run.stored[self.result.id]
        return self.at([*dict.fromkeys(stored.column("_at").to_pylist())])

    def __iter__(self) -> Iterator[RowKey]:
        return (member.row.key for member in self.everybody)

    def __len__(self) -> int:
        return self.run.stored[self.result.id].rows


@dataclass(eq=False)
class Outcomes(Mapping[RowKey, Outcome]):
    """A column, computed as the reference fills it, but only the rows that are asked for.

    `computed` has them before their flags: a flag may read its own item.
    """

    run: ReadRun
    result: Result
    item: Item
    computed: dict[RowKey, Outcome] = field(default_factory=dict)
    _whole: dict[RowKey, Outcome] = field(default_factory=dict)
    _asked: dict[RowKey, RowFrame] = field(default_factory=dict)
    _in_group: dict[RowKey, tuple[RowFrame, Outcome]] = field(default_factory=dict)

    def __getitem__(self, key: RowKey) -> Outcome:
        if key not in self._whole:
            outcome = self.unflagged(key)
            if key in self._asked:
                outcome = flagged(self.item, outcome, self._asked[key])
            self._whole[key] = outcome
        return self._whole[key]

    def __iter__(self) -> Iterator[RowKey]:
        return iter(self.run.members[self.result.id])

    def __len__(self) -> int:
        return len(self.run.members[self.result.id])

    def unflagged(self, key: RowKey) -> Outcome:
        if key not in self.computed:
            member = self.run.members[self.result.id][key]
            frame = RowFrame(self.run, self.result, member.row)
            early = without_computing(self.item, member, frame)
            self.computed[key] = self._asked_of(member, frame) if early is None else early
        return self.computed[key]

    def _asked_of(self, member: Member, frame: RowFrame) -> Outcome:
        mechanism = MECHANISMS[self.item.mechanism]
        if mechanism.outcome is not None:
            outcome = mechanism.outcome(self.item, frame)
        else:
            frame, outcome = self._with_group(member, frame)
        self._asked[frame.row.key] = frame
        return finished(self.item, outcome, frame)

    def _with_group(self, member: Member, frame: RowFrame) -> tuple[RowFrame, Outcome]:
        """Group-wide mechanisms look at everybody of the group who is asked."""
        key = frame.row.key
        if key not in self._in_group:
            found = [frame if one is member else self._frame_of(one) for one in self._group(member)]
            frames = [one for one in found if one is not None]
            # Usually one is asked for; where a second is, the others will be too.
            asked = frames if self._in_group else [frame]
            outcomes = MECHANISMS[self.item.mechanism].outcomes
            assert outcomes is not None
            for one, outcome in zip(asked, outcomes(self.item, frames, asked), strict=True):
                self._in_group[one.row.key] = (one, outcome)
        return self._in_group[key]

    def _frame_of(self, member: Member) -> RowFrame | None:
        frame = RowFrame(self.run, self.result, member.row)
        return frame if without_computing(self.item, member, frame) is None else None

    def _group(self, member: Member) -> list[Member]:
        """Those of the same period and group, in order of the roster."""
        period = member.row.period
        return [one for one in self._of_any_period(member) if one.row.period == period]

    def _of_any_period(self, member: Member) -> list[Member]:
        members = self.run.read_members[self.result.id]
        within = MECHANISMS[self.item.mechanism].within(self.item)
        if within is None:
            return members.everybody
        # On frames of their own: what is read here is not what anybody's outcome rests on.
        group = self._value(within, member)
        if not is_known(group):
            return [member]
        path = self.run.compiled.bound[within]
        found = None
        if _is_read_at(path, 0):
            found = self.run.finder.rows_with(self.result.of, path, group)
        if found is None:
            return [one for one in members.everybody if self._value(within, one) == group]
        return members.at(found)

    def _value(self, expr: Expr, member: Member) -> Value:
        return RowFrame(self.run, self.result, member.row).value(expr)
