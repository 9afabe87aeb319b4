"""Compile: a pack becomes an ordered set of columns with every expression bound.

Nothing is computed here, and nothing that compiles can fail for want of a name later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from kaocheng.engine.binding import Level, Scope, bind
from kaocheng.engine.declarations import check_declarations
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BFollowItem,
    BItem,
    Bound,
    walk_bound,
)
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.hints import near
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Item, Result, children_of, items_below
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type, either
from kaocheng.engine.mechanisms import MECHANISMS, Slot
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.process.checks import check_names, check_numbers
from kaocheng.engine.process.slots import settings_of, slots, tables_named

Column = tuple[str, str]
MEMBERS = ""  # the column of a result that says who is in it


@dataclass(frozen=True)
class Compiled:
    """A pack ready to run. `order` lists the columns so that each comes after what it reads."""

    pack: Pack
    bound: Mapping[Expr, Bound]
    types: Mapping[Column, Type]
    order: tuple[Column, ...]

    @cached_property
    def looks_at(self) -> Mapping[Column, tuple[BAggregate | BFollowItem | BItem, ...]]:
        """The nodes by which an item's mechanism reads other columns of its row, and results."""
        return {
            (result.id, item.id): tuple(
                node
                for slot in MECHANISMS[item.mechanism].slots(item)
                for node in walk_bound(self.bound[slot.expr])
                if isinstance(node, BFollowItem)
                or (isinstance(node, BAggregate) and node.is_result)
                or (isinstance(node, BItem) and node.level == 0)
            )
            for result in self.pack.results.values()
            for item in items_below(result.items)
        }


def compile_pack(pack: Pack, *, problems: Problems) -> Compiled | None:
    """The compiled pack, or None after noting every problem."""
    before = len(problems.errors)
    check_declarations(pack, problems=problems)
    if len(problems.errors) > before:
        return None
    compiler = _Compiler(pack, problems)
    compiler.bind_everything()
    if len(problems.errors) > before:
        return None
    order = compiler.order()
    if order is None:
        return None
    return Compiled(pack, compiler.bound, compiler.types, order)


@dataclass
class _Compiler:
    pack: Pack
    problems: Problems
    bound: dict[Expr, Bound] = field(default_factory=dict)
    types: dict[Column, Type] = field(default_factory=dict)
    reads: dict[Column, set[Column]] = field(default_factory=dict)
    asked: set[Column] = field(default_factory=set)

    def bind_everything(self) -> None:
        for register in self.pack.registers.values():
            if register.counts_when is not None:
                scope = Scope(self.pack, self.item_type, (Level(register),))
                self._bind(register.counts_when, scope, BOOLEAN, None)
                self._check_counting(register, register.counts_when)
        for result in self.pack.scheme.results:
            self._bind_result(result)
        self._bind_process()
        self._bind_documents()

    def _check_counting(self, register: Register, expr: Expr) -> None:
        """What counts is settled before any result: results are made of what counts."""
        if expr in self.bound:
            for result, item in _columns_read(self.bound[expr]):
                known = (
                    self.pack.results[result].title
                    if item == MEMBERS
                    else self._title((result, item))
                )
                self.problems.add("E34", expr.place, title=register.title, name=known)
                return

    def item_type(self, result: str, item: str) -> Type:
        """The type of an item; a circle of types is reported as a circle of columns later."""
        column = (result, item)
        if column not in self.types:
            if column in self.asked:
                return NUMBER
            self.asked.add(column)
            described = self.pack.items[column]
            slots = {slot.expr: slot for slot in _slots_of(described)}
            scope = self._scope(self.pack.results[result])

            def type_of(expr: Expr) -> Type:
                bound = bind(
                    expr, self._slot_scope(slots[expr], scope), want=None, problems=Problems()
                )
                return NUMBER if bound is None else bound.type

            own = MECHANISMS[described.mechanism].type_of(described, type_of)
            self.types[column] = either([own, *self._carried_types(result, item, scope)])
        return self.types[column]

    def _carried_types(self, result: str, item: str, scope: Scope) -> Iterator[Type]:
        """The types of what exemptions carry over to an item: texts add to what it can be."""
        for exemption in self.pack.results[result].exempt:
            if item in exemption.gives:
                bound = bind(exemption.gives[item], scope, want=None, problems=Problems())
                if bound is not None:
                    yield bound.type

    def _scope(self, result: Result) -> Scope:
        level = Level(self.pack.registers[result.of], result)
        return Scope(self.pack, self.item_type, (level,), each=result.each)

    def _slot_scope(self, slot: Slot, scope: Scope) -> Scope:
        each = slot.each or scope.each
        changed = Scope(scope.pack, scope.item_type, scope.levels, each, slot.special)
        if slot.table and slot.table in self.pack.registers:
            changed = changed.inside(Level(self.pack.registers[slot.table]))
        return changed

    def _bind_result(self, result: Result) -> None:
        scope = self._scope(result)
        members: Column = (result.id, MEMBERS)
        self.reads.setdefault(members, set())
        if result.where is not None:
            self._bind(result.where, scope, BOOLEAN, members)
        for exemption in result.exempt:
            self._bind(exemption.when, scope, BOOLEAN, members)
            for name, expr in exemption.gives.items():
                want = self.item_type(result.id, name)
                self._bind(expr, scope, want, (result.id, name))
        for item in items_below(result.items):
            self._bind_item(result, item, scope)
        for item in items_below(result.items):
            known = [self.bound[one] for one in item.conditions if one in self.bound]
            read = {column for bound in known for column in _columns_read(bound)}
            self.reads[result.id, item.id].update(read)

    def _bind_item(self, result: Result, item: Item, scope: Scope) -> None:
        column: Column = (result.id, item.id)
        self.reads.setdefault(column, set()).add((result.id, MEMBERS))
        self.reads[column].update((result.id, part.id) for part in children_of(item))
        mechanism = MECHANISMS[item.mechanism]
        for slot in _slots_of(item):
            self._check_slot(slot, item)
            want = self.item_type(*column) if slot.gives else slot.want
            self._bind(slot.expr, self._slot_scope(slot, scope), want, column)
        self._check_rows(result, item)
        if item.when is not None:
            self._bind(item.when, scope, BOOLEAN, column)
        for limit in (item.floor, item.cap):
            if limit is not None:
                self._bind(limit.at, scope, NUMBER, column)
                if limit.when is not None:
                    self._bind(limit.when, scope, BOOLEAN, column)
        for flag in item.flags:
            self._bind(flag.when, scope, BOOLEAN, column, beside=True)
        for setting in mechanism.settings(item):
            self._check_setting(setting)
        if mechanism.needs_points and item.points is None:
            self.problems.add("S28", item.place, title=item.title)
        if mechanism.check is not None:
            mechanism.check(item, self.problems)
        if self.item_type(result.id, item.id) == NUMBER:
            self._check_parts(result, item)

    def _check_parts(self, result: Result, item: Item) -> None:
        """Only numbers can be put together; a yes or no takes part when it has points."""
        for part in children_of(item):
            found = self.item_type(result.id, part.id)
            if found != NUMBER:
                why = f"“{part.title}”是{found.zh}，不能参加合成；是/否的指标请写 points"
                self.problems.add("S30", part.place, title=item.title, why=why, page="parts")

    def _check_rows(self, result: Result, item: Item) -> None:
        """The registers whose rows an item reads: they exist, and belong to the subject."""
        fields = tuple(MECHANISMS[item.mechanism].fields(item))
        read = (*(slot.table for slot in _slots_of(item)), *(table for table, _ in fields))
        for table in dict.fromkeys(name for name in read if name):
            register = self.pack.registers.get(table)
            if register is None:
                hint = near(table, self.pack.registers)
                self.problems.add("S21", item.place, name=table, what="表", hint=hint)
                continue
            links = [name for name, one in register.fields.items() if one.type == result.of]
            if len(links) != 1:
                listed = "、".join(links)
                why = f"有几个对应的字段（{listed}）" if links else "没有对应的字段"
                subject = self.pack.registers[result.of].title
                self.problems.add("E27", item.place, table=table, subject=subject, why=why)
        for table, name in fields:
            known = self.pack.registers[table].fields if table in self.pack.registers else {}
            if known and name not in known:
                hint = near(name, known)
                self.problems.add("S21", item.place, name=name, what="字段", hint=hint)

    def _check_slot(self, slot: Slot, item: Item) -> None:
        if slot.each and slot.each not in self.pack.period_kinds:
            hint = near(slot.each, self.pack.period_kinds)
            self.problems.add("S21", item.place, name=slot.each, what="周期种类", hint=hint)

    def _check_setting(self, setting: SettingValue) -> None:
        if not setting.parameter:
            return
        parameter = self.pack.parameters.get(setting.parameter)
        if parameter is None:
            known = [*setting.options, *self.pack.parameters]
            hint = near(setting.parameter, known)
            name = setting.parameter
            self.problems.add("S21", setting.place, name=name, what="选项或参数", hint=hint)
        elif parameter.type != "choice" or not set(parameter.options) <= set(setting.options):
            options = "、".join(setting.options)
            self.problems.add("S09", setting.place, found=setting.parameter, options=options)

    def _bind_process(self) -> None:
        process = self.pack.process
        check_names(process, problems=self.problems)
        check_numbers(process, problems=self.problems)
        known = [*self.pack.registers, *self.pack.results]
        for name, place in tables_named(process):
            if name not in known:
                hint = near(name, known)
                self.problems.add("S21", place, name=name, what="表或结果", hint=hint)
        for setting in settings_of(process):
            self._check_setting(setting)
        for slot in slots(process):
            scope = self._row_scope(slot.of)
            if scope is not None:
                self._bind(slot.expr, scope, slot.want, None)

    def _row_scope(self, of: str) -> Scope | None:
        """What can be said of a row of the result or table `of`; None where there is no such."""
        result = self.pack.results.get(of)
        register = self.pack.registers.get(result.of if result else of)
        if register is None:
            return None
        each = result.each if result else ""
        return Scope(self.pack, self.item_type, (Level(register, result),), each)

    def _bind_documents(self) -> None:
        for document in self.pack.documents.values():
            scope = self._row_scope(document.of)
            if scope is not None:
                if document.where is not None:
                    self._bind(document.where, scope, BOOLEAN, None)
                shown = [column.show for column in document.columns]
                for expr in (*shown, document.sort):
                    if expr is not None:
                        self._bind(expr, scope, None, None)

    def _bind(
        self,
        expr: Expr,
        scope: Scope,
        want: Type | None,
        column: Column | None,
        *,
        beside: bool = False,
    ) -> None:
        """Bind `expr`; what it reads must come before `column`. A flag may read its own item."""
        bound = bind(expr, scope, want=want, problems=self.problems)
        if bound is None:
            return
        self.bound[expr] = bound
        if column is not None:
            read = set(_columns_read(bound)) - ({column} if beside else set())
            self.reads.setdefault(column, set()).update(read)

    def order(self) -> tuple[Column, ...] | None:
        """Columns in an order in which each comes after what it reads; None when they circle."""
        try:
            return tuple(TopologicalSorter(self.reads).static_order())
        except CycleError as fault:
            cycle: list[Column] = fault.args[1]
            names = " → ".join(self._title(column) for column in cycle)
            first = next((one for one in cycle if one[1]), cycle[0])
            described = self.pack.items.get(first)
            place = described.place if described else self.pack.results[first[0]].place
            self.problems.add("S22", place, cycle=names)
            return None

    def _title(self, column: Column) -> str:
        described = self.pack.items.get(column)
        return described.title if described else self.pack.results[column[0]].title


def _slots_of(item: Item) -> Iterable[Slot]:
    return MECHANISMS[item.mechanism].slots(item)


def _columns_read(bound: Bound) -> Iterator[Column]:
    for node in walk_bound(bound):
        match node:
            case BItem() | BFollowItem():
                yield (node.result, node.item)
            case BAggregate() if node.is_result:
                yield (node.source, MEMBERS)
