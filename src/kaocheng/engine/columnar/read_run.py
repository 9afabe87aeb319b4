"""A columnar run as the reference reads one: row by row, and only what is asked for.

Values of everybody come from the stored results. What the reference alone can say is computed by
its own mechanisms where it is asked for: the lines and texts of an outcome, and why a value is
missing or not applicable. Whoever a group-wide mechanism compares is taken from one group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.facts import LINE, MOST_LINES, SEQ
from kaocheng.engine.columnar.finding import Finder, Numbers, is_read_at
from kaocheng.engine.columnar.read_results import Members, Outcomes
from kaocheng.engine.columnar.stored import BLOCK, SharedValue, StoredResult
from kaocheng.engine.compile import MEMBERS
from kaocheng.engine.expressions.bound import BAggregate
from kaocheng.engine.facts import FactRow, Facts
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import items_below
from kaocheng.engine.reference.evaluate import (
    AnyRow,
    Environment,
    ResultRow,
    in_order_of_time,
)
from kaocheng.engine.reference.run import (
    RowKey,
    Run,
    SharedKey,
)
from kaocheng.engine.values import Known, Missing, Value, is_known, is_number


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
        shared: Mapping[SharedKey, Value],
    ) -> None:
        """`facts` are whole tables, for what cannot be asked of a few rows."""
        super().__init__(done.compiled, facts, shared={**shared})
        self.done, self.finder, self.stored = done, finder, stored
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
        self._ordered: dict[tuple[str, bool, range, str], list[AnyRow]] = {}

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
            telling = self._telling_row(node, env)
            numbers = self._numbers_of(node, group)
            if telling is not None:
                self._found[at] = telling
            elif numbers is None:  # a group that only looking at every row can find
                return super().rows_of(node, group, period, env)
            else:
                self._found[at] = self._rows_at(node, numbers, period)
        return self._found[at]

    # What a group has in common

    def shared_value(self, node: BAggregate, group: Known, env: Environment) -> Value | None:
        """As stored, where it is known; why it is not is found by looking at rows."""
        found = super().shared_value(node, group, env)
        if found is None:
            told = self._told_of(node, env)
            found = told.value if told is not None and is_known(told.value) else None
        return found

    def _told_of(self, node: BAggregate, env: Environment) -> SharedValue | None:
        """What was told of a node to the row that asks, if it asks in its own period."""
        asker, told = env.rows[0], self.done.planner.shared.get(id(node))
        if told is None or not isinstance(asker, ResultRow) or env.period != asker.period:
            return None
        place = self.read_members[told.result].place(asker.key)
        return None if place is None else self.stored[told.result].shared(node, place)

    def _telling_row(self, node: BAggregate, env: Environment) -> list[AnyRow] | None:
        """The one row that leaves a node open or, where it takes no value at all, the first.

        None where it takes more than that to say why the node has no value.
        """
        told = self._told_of(node, env)
        if told is None or is_known(told.value):
            return None
        if is_number(told.blamed):
            return [self._row_in_time(node, int(told.blamed))]
        if not is_number(told.held):
            return []
        return (
            None if isinstance(told.value, Missing) else [self._row_in_time(node, int(told.held))]
        )

    def _row_in_time(self, node: BAggregate, place: int) -> AnyRow:
        """The row of the node's source at a place in time (`source_rows.time_of`)."""
        if not node.is_result:
            return self.facts_at(node.source, self.finder.rows_at(node.source, SEQ, place))[0]
        result = self.pack.results[node.source]
        column, number, period = SEQ, place, None
        if result.each:
            at, number = divmod(place, MOST_LINES)
            column, period = LINE, self.facts.periods[at]
        numbers = self.finder.rows_at(result.of, column, number)
        rows = [member.row for member in self.read_members[result.id].at(numbers)]
        return next(row for row in rows if row.period == period)

    def _numbers_of(self, node: BAggregate, group: Known) -> Numbers | None:
        """The rows of the source's register that belong to `group`; None where that is open."""
        table = self.pack.results[node.source].of if node.is_result else node.source
        path = node.scope[1] if node.scope is not None else next(iter(node.link), None)
        if node.whole or (path is not None and not is_read_at(path, node.level)):
            return None
        if path is not None:
            return self.finder.rows_with(table, path, group)
        position = self.finder.position(table, str(group))
        return [] if position is None else [position]

    def _rows_at(self, node: BAggregate, numbers: Numbers, period: Period | None) -> list[AnyRow]:
        """These rows of the node's source, as far as they count, in order of time."""
        if not isinstance(numbers, range):
            return self._in_order(node, numbers, period)
        # Most nodes look at all the rows that a register holds of the subject.
        at = (node.source, node.is_result, numbers, period.id if period else "")
        if at not in self._ordered:
            self._ordered[at] = self._in_order(node, numbers, period)
        return self._ordered[at]

    def _in_order(self, node: BAggregate, numbers: Numbers, period: Period | None) -> list[AnyRow]:
        rows: list[AnyRow]
        if node.is_result:
            described = self.pack.registers[self.pack.results[node.source].of]
            rows = [member.row for member in self.read_members[node.source].at(numbers)]
        else:
            described = self.pack.registers[node.source]
            rows = [*self._counted_at(node.source, numbers)]
        within = [row for row in rows if period is None or self.is_within(row, period)]
        return in_order_of_time(within, described.date)
