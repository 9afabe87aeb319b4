"""What a mechanism sees while its item is lowered: the columnar counterpart of `Frame`.

A mechanism says its value with cells as its `outcome` says it with values. What it flags is a
condition and the words; figures in the words are cells, filled in where somebody is flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kaocheng.engine.binding.aggregates import reads_only
from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.aggregates import Source, taken
from kaocheng.engine.columnar.cells import Cell, boolean, by_case, missing, number
from kaocheng.engine.columnar.expressions import Place, lower, same_value
from kaocheng.engine.columnar.facts import LINE, MOST_LINES, ORDER
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Const,
    Node,
    Over,
    Ref,
    SortKey,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.columnar.rows import Unlowered, key_of, moved
from kaocheng.engine.compile import Column, Compiled
from kaocheng.engine.expressions.bound import BAggregate, BField, BItem, walk_bound
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Item, Result, children_of
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.language.types import NUMBER, Type

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner
    from kaocheng.engine.columnar.rows import View


@dataclass
class Lowering:
    """One item of a result while it is lowered. `asked`: the rows for which it is computed."""

    planner: Planner
    result: Result
    item: Item
    want_low: bool
    asked: Node = TRUE

    @property
    def view(self) -> View:
        return self.planner.subject(self.result)

    def value(
        self,
        expr: Expr,
        *,
        period: Period | None = None,
        row: View | None = None,
        special: Mapping[str, Cell] | None = None,
    ) -> Cell:
        """The cell of `expr`; `period` narrows it, `row` is the entry it is read on."""
        rows = (self.view,) if row is None else (self.view, row)
        place = Place(self.planner.reader, rows, period, special or {})
        return lower(self.planner.compiled.bound[expr], place)

    def other(self, item: str) -> Cell:
        """Another item of the same result."""
        return self.planner.item(self.result.id, item)

    def by_case(self, branches: Sequence[tuple[Node, Cell]], otherwise: Cell) -> Cell:
        """`cells.by_case` for values that become the item's: of one coding where texts differ."""
        found = self.planner.alike([*(cell for _, cell in branches), otherwise])
        return by_case(list(zip((when for when, _ in branches), found, strict=False)), found[-1])

    def type_of(self, item: Item) -> Type:
        return self.planner.compiled.types[self.result.id, item.id]

    def let(self, name: str, node: Node) -> Node:
        """The node as a column, so that it is computed once."""
        return self.planner.let(f"{self.item.id}_{name}", node)

    def keep(self, name: str, cell: Cell) -> Cell:
        """The cell as columns, so that it is computed once."""
        return self.planner.kept(f"_{self.item.id}_{name}", cell, self.planner.chain)

    def window(
        self,
        function: str,
        args: Sequence[Node],
        partition: Sequence[Node],
        order: Sequence[SortKey] = (),
        where: Node | None = None,
    ) -> Node:
        """A window as a column. The rows of one period stand apart."""
        own = self.view.period()
        given = (*partition, *(() if own is None else (own,)))
        parts = dict.fromkeys(one for one in given if not isinstance(one, Const))
        order = [one for one in order if not isinstance(one.node, Const)]
        over = Over(function, tuple(args), tuple(parts), tuple(order), where)
        return self.let("w", over)

    @property
    def order(self) -> Node:
        """The place of the subject's id among all ids, as plain strings."""
        return Ref(ORDER)

    @property
    def line(self) -> Node:
        """The line of the subject in its roster."""
        return Ref(LINE)

    def setting(self, setting: SettingValue) -> str:
        """The word that a setting has; parameters are constants of the plan."""
        if setting.word:
            return setting.word
        return str(self.planner.facts.parameters[setting.parameter])

    def periods(self, kind: str) -> list[tuple[Period, Node]]:
        """Every period of `kind`, and for which rows it lies within their own (never null)."""
        calendar = self.planner.reader.calendar
        own = self.view.period()
        return [
            (one, TRUE if own is None else calendar.contained_in(own, one))
            for _, one in calendar.of_kind(kind)
        ]

    @property
    def most_rows(self) -> int:
        """How many rows the result can have."""
        result = self.result
        kinds = self.planner.reader.calendar.of_kind(result.each) if result.each else [0]
        return max(1, self.planner.facts.tables[result.of].rows * max(1, len(kinds)))

    def number_of(self, where: Node, partition: Sequence[Node]) -> Num:
        """How many rows of the partition `where` (never null) holds for."""
        if where == FALSE:
            return numbers.whole(ZERO, 0, 0)
        condition = None if where == TRUE else where
        found = self.window("count", [], partition, where=condition)
        return numbers.whole(found, 0, self.most_rows)

    def somewhere(self, where: Node, partition: Sequence[Node]) -> Node:
        """Whether `where` (never null) holds for any row of the partition."""
        if isinstance(where, Const):
            return where
        return self.window("any", [where], partition)

    def earliest(self, where: Node, partition: Sequence[Node]) -> Cell:
        """The line of the first row of the partition for which `where` (never null) holds."""
        if where == FALSE:
            return missing(NUMBER)
        condition = None if where == TRUE else where
        found = self.window("min", [self.line], partition, where=condition)
        return replace(number(numbers.whole(found, 0, MOST_LINES)), open=True)

    def kept_number(self, name: str, num: Num) -> Num:
        """The number as columns, so that it is computed once."""
        node, over = self.let(name, num.node), self.let(f"{name}_over", num.over)
        return replace(num, node=node, over=over)

    def key(self, cell: Cell) -> Node:
        """A cell as a key of grouping."""
        return key_of(cell)

    def typed(self, cell: Cell, type_: Type) -> Cell:
        """Texts in the coding of `type_`."""
        return self.planner.typed(cell, type_)

    def first(self, cell: Cell, partition: Sequence[Node], order: Sequence[SortKey]) -> Cell:
        """The cell of the first row of the partition, for all of its rows."""
        nodes = [cell.node, cell.na, *(() if cell.num is None else (cell.num.over,))]
        if all(self.planner.chain.settled_by(one, partition) for one in nodes):
            return cell
        kept = self.keep("first", cell)

        def of_first(node: Node) -> Node:
            return (
                node
                if isinstance(node, Const)
                else self.window("first_value", [node], partition, order)
            )

        node = of_first(kept.node)
        num = kept.num
        if num is not None:
            num = replace(num, node=node, over=of_first(num.over))
        return replace(kept, node=node, num=num, na=of_first(kept.na), low=None, gap=None)

    def added_up(
        self,
        num: Num,
        partition: Sequence[Node],
        where: Node | None = None,
        most: int | None = None,
    ) -> Num:
        """The sum of a number over the partition, exact; its node is known to be at most `most`.

        Divisors of the data must be the same for the whole partition (as that of a mean is); a
        partition where they are not is decided by the reference.
        """
        same = self.planner.chain.settled_by(num.over, partition)
        num = num if same else numbers.settled(num)
        node, over = self.let("part", num.node), num.over
        rows = self.most_rows
        low, high = min(0, num.low * rows), max(0, num.high * rows)
        high = high if most is None else min(high, most)
        wide = max(abs(low), abs(high)) >= numbers.NARROW
        numbers.refuse_beyond(low, high)
        if not same and over != ONE:
            over = self.let("over", over)
            least = self.window("min", [over], partition, where=where)
            over = self.window("max", [over], partition, where=where)
            self.unsure(op("<>", least, over))
        column = self.window("huge_sum" if wide else "sum", [node], partition, where=where)
        found = op("coalesce", column, ZERO)
        over = over if over == ONE else op("coalesce", over, ONE)
        return replace(num, node=found, low=low, high=high, over=over, huge=wide, small=False)

    def unsure(self, when: Node) -> None:
        """Rows for which the plan cannot decide: the reference decides their whole group."""
        self.planner.unsure(self.result, op("holds", when))

    def entries(self, register: str, exprs: Sequence[Expr] = ()) -> Entries:
        """The counted rows of `register` that belong to the subject (and its period).

        `exprs` are what will be read on them.
        """
        pack = self.planner.pack
        described = pack.registers[register]
        links = [name for name, one in described.fields.items() if one.type == self.result.of]
        type_ = Type("ref", table=self.result.of)
        link = BField(1, links[0], type_, described.fields[links[0]].title)
        node = BAggregate(
            function="count", source=register, is_result=False, title=described.title, value=None,
            where=None, link=(link,), scope=None, whole=False, level=1, alone=self._alone(exprs),
            timed=bool(described.date or described.period), type=NUMBER,
        )  # fmt: skip
        place = Place(self.planner.reader, (self.view,))
        read = [self.planner.compiled.bound[expr] for expr in exprs]
        source, row = self.planner.sources.opened(node, place, read)
        # All that they join has to stand before the first of them is taken.
        cells = {expr: lower(bound, source.inner) for expr, bound in zip(exprs, read, strict=True)}
        return Entries(self, source, row, cells)

    def _alone(self, exprs: Sequence[Expr]) -> bool:
        return all(reads_only(self.planner.compiled.bound[expr], 1) for expr in exprs)


@dataclass(frozen=True)
class Entries:
    """The subject's rows of a register, to be read and taken together by a mechanism."""

    low: Lowering
    source: Source
    row: View
    cells: Mapping[Expr, Cell]

    def field(self, name: str) -> Cell:
        return self.row.field(name)

    def value(self, expr: Expr) -> Cell:
        """An expression read on each row, one of those that were named."""
        return self.cells[expr]

    def take(self, function: str, where: Node = TRUE, value: Cell | None = None) -> Cell:
        """An aggregate over the rows for which `where` (never null) holds."""
        return taken(function, self.source, boolean(where), value)

    def same(self, field: Cell, asked: Cell) -> Node:
        """Whether a field of the row equals what the subject asks for (null where unknown)."""
        moved_in = asked if asked.const is not None else moved(asked, "s")
        if asked.const is None and not self.row.asks:
            raise Unlowered("必选项因对象而异")
        return same_value(field, moved_in, self.low.planner.reader)

    def any(self, where: Node) -> Node:
        """Whether there is a row for which `where` holds; never null."""
        return self.take("any", where).node


def ranked(compiled: Compiled) -> set[Column]:
    """The items whose least value seats may ask for, and the parts these are made of."""
    from kaocheng.engine.mechanisms.seats import Seats

    found: set[Column] = set()
    for item in compiled.pack.items.values():
        if isinstance(item.spec, Seats):
            for expr in (item.spec.rank, *item.spec.then_by):
                for node in walk_bound(compiled.bound[expr]):
                    if isinstance(node, BItem):
                        _reach(compiled, (node.result, node.item), found)
    return found


def _reach(compiled: Compiled, column: Column, found: set[Column]) -> None:
    if column in found:
        return
    found.add(column)
    item = compiled.pack.items[column]
    for part in children_of(item):
        _reach(compiled, (column[0], part.id), found)
    for slot_expr in _exprs(item):
        for node in walk_bound(compiled.bound[slot_expr]):
            if isinstance(node, BItem) and (node.result, node.item) in compiled.pack.items:
                _reach(compiled, (node.result, node.item), found)


def _exprs(item: Item) -> list[Expr]:
    from kaocheng.engine.mechanisms import MECHANISMS

    return [slot.expr for slot in MECHANISMS[item.mechanism].slots(item)]
