"""The planner: a compiled pack and the promises of its facts become a plan.

Columns are lowered in the order that compiling has found, as the reference fills them. The plan
rests on the parameters (they are constants in it), on the periods, and on what is promised of the
facts (`facts.Column`); with other promises it is made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.cells import (
    Cell,
    by_case,
    coded_as,
    guarded,
    literal,
    missing,
    not_applicable,
)
from kaocheng.engine.columnar.expressions import Place, Reader, comparable, lower
from kaocheng.engine.columnar.facts import AT, LINE, ORDER, ColumnFacts
from kaocheng.engine.columnar.following import follow_item
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.lowering import Lowering, ranked
from kaocheng.engine.columnar.nodes import (
    FALSE,
    NULL,
    TRUE,
    Const,
    Node,
    Ref,
    any_of,
    both,
    case,
    negated,
    op,
)
from kaocheng.engine.columnar.numbers import Num, TooWide
from kaocheng.engine.columnar.relation import Chain, Scan
from kaocheng.engine.columnar.rows import PERIOD, Calendar, ChainHost, Unlowered, View, stored
from kaocheng.engine.columnar.shared import Shared, shared_of
from kaocheng.engine.columnar.sources import Sources
from kaocheng.engine.compile import MEMBERS, Column, Compiled
from kaocheng.engine.language.scheme import Item, Limit, Result
from kaocheng.engine.language.types import Type
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.mechanism import unset_setting
from kaocheng.engine.model import Pack


@dataclass(frozen=True)
class Kept:
    """A column of a result: its item, its further columns and what is to be said of it.

    `told` is what its outcomes are explained by (`Lowered.told`).
    """

    cell: Cell
    columns: Mapping[str, Cell] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    told: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(eq=False)
class Members:
    """Who is in a result: the exemption each falls under (0: none), or that this is open."""

    exempt: Node
    unsettled: Node


@dataclass(eq=False)
class Planner:
    """`tells`: the plan also keeps what the outcomes of single subjects are explained by."""

    compiled: Compiled
    facts: ColumnFacts
    tells: bool = False
    chains: dict[str, Chain] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)
    items: dict[Column, Cell] = field(default_factory=dict)
    kept_items: dict[Column, Kept] = field(default_factory=dict)
    doubts: dict[str, list[Node]] = field(default_factory=dict)
    left: dict[Column, str] = field(default_factory=dict)
    shared: dict[int, Shared] = field(default_factory=dict)
    current: str = ""

    def __post_init__(self) -> None:
        self.sources = Sources(self)
        self.reader = Reader(
            self.pack,
            self.facts,
            Calendar(self.facts.periods),
            self.sources.aggregate,
            partial(follow_item, self),
            self.keys_of,
            lambda table: self.pack.registers[table].key,
        )

    @property
    def pack(self) -> Pack:
        return self.compiled.pack

    @property
    def chain(self) -> Chain:
        return self.chains[self.current]

    @cached_property
    def _keys(self) -> dict[str, dict[str, int]]:
        return {}

    def keys_of(self, table: str) -> Mapping[str, int]:
        """The positions of the rows of a keyed table by key; of the periods for ""."""
        if table not in self._keys:
            if table:
                register = self.pack.registers[table]
                column = self.facts.tables[table].arrow.column(register.key).to_pylist()
                self._keys[table] = {key: at for at, key in enumerate(column)}
            else:
                self._keys[table] = {one.id: at for at, one in enumerate(self.facts.periods)}
        return self._keys[table]

    def host(self, chain: Chain) -> ChainHost:
        return ChainHost(chain)

    def plan(self) -> None:
        """Lower every column; what cannot be is left to the reference, with all that reads it."""
        for result, item in self.compiled.order:
            self.current = result
            doubts = len(self.doubts.get(result, ()))
            try:
                if item == MEMBERS:
                    self._find_members(self.pack.results[result])
                else:
                    self._fill(self.pack.results[result], self.pack.items[result, item])
            except (Unlowered, TooWide) as reason:
                self.left[result, item] = str(reason)
                del self.doubts.get(result, [])[doubts:]

    def subject(self, result: Result) -> View:
        chain = self.chains[result.id]
        register = self.pack.registers[result.of]
        return View(self.facts, register, ChainHost(chain), "", result, chain, self.item)

    def unsure(self, result: Result, when: Node) -> None:
        """Note for which rows of `result` the reference has to decide."""
        self.doubts.setdefault(result.id, []).append(self.let("unsure", when))

    def item(self, result: str, item: str) -> Cell:
        """The cell of an item that has been lowered."""
        if (result, item) not in self.items:
            title = self.pack.items[result, item].title
            raise Unlowered(f"要用到“{title}”，而它由参照算法得出")
        return self.items[result, item]

    # Members

    def members_chain(self, result: str) -> Chain:
        """The chain of a result whose members have been found."""
        if result not in self.members:
            title = self.pack.results[result].title
            raise Unlowered(f"“{title}”的范围由参照算法得出")
        return self.chains[result]

    def _find_members(self, result: Result) -> None:
        periods = [at for at, _ in self.reader.calendar.of_kind(result.each)]
        chain = Chain(result.id, Scan(stored(result.of)))
        self.chains[result.id] = chain
        for name in (AT, ORDER, LINE):
            chain.base(name, Ref(name, "s"))
        if result.each:
            chain.scan.spans = tuple(periods)
            chain.standing[PERIOD] = 0
        chain.scan.unit = (AT, result.of)
        subject = self.subject(result)
        place = Place(self.reader, (subject,))
        counted = self.pack.registers[result.of].counts_when
        taken: Node = TRUE
        unsettled: Node = FALSE
        if counted is not None:
            taken = lower(self.compiled.bound[counted], place).true
        if result.where is not None:
            found = lower(self.compiled.bound[result.where], place)
            unsettled = self.let("unsettled", found.missing)
            taken = both(taken, any_of(found.true, unsettled))
        chain.filter(taken)
        states = [(unsettled, Const(-1))]
        for at, exemption in enumerate(result.exempt, start=1):
            found = lower(self.compiled.bound[exemption.when], place)
            states.extend([(found.missing, Const(-1)), (found.true, Const(at))])
        standing = case([one for one in states if one[0] != FALSE], Const(0))
        standing = self.let("exempt", standing)
        self.members[result.id] = Members(standing, op("=", standing, Const(-1)))

    def let(self, name: str, node: Node) -> Node:
        """The node as a column of the chain under work."""
        return self.chain.define(f"_{name}", node)

    # Items

    def _fill(self, result: Result, item: Item) -> None:
        self.members_chain(result.id)
        low = Lowering(self, result, item, self._want_low(result, item))
        early = self._early(result, item, low)
        asked = negated(any_of(*(when for when, _ in early)))
        low.asked = self.let(f"{item.id}_asked", asked) if early else TRUE
        mechanism = MECHANISMS[item.mechanism]
        if mechanism.lower is None:
            raise Unlowered(f"“{mechanism.title}”（{mechanism.key}）")
        unset = unset_setting(mechanism.settings(item), self.facts.parameters)
        if unset is None:
            lowered = mechanism.lower(item, low)
        else:
            lowered = Lowered(missing(self.compiled.types[result.id, item.id]))
            low.asked = FALSE  # nothing is computed, so that nothing is said either
        type_ = self.compiled.types[result.id, item.id]
        cell = self._clamped(item, self.typed(lowered.cell, type_), low)
        cells = self._aligned([*(one for _, one in early), cell], type_)
        branches = [(when, one) for (when, _), one in zip(early, cells, strict=False)]
        found = by_case(branches, cells[-1])
        if low.want_low:
            found = self._bounded(item, found, low)
        by_place = found.coded and not found.type.options
        kept = self.kept(item.id, found if by_place else replace(found, type=type_), self.chain)
        if not low.want_low:
            kept = replace(kept, low=None)
        self.items[result.id, item.id] = kept
        flags = [*lowered.flags, *self._item_flags(item, low)]
        columns = {
            name: self.kept(f"{item.id}_{name}", self._only(low.asked, one), self.chain)
            for name, one in lowered.columns.items()
        }
        said = tuple(self._flag(item, flag, low.asked) for flag in flags)
        told = self._told(item, lowered) if self.tells else {}
        self.kept_items[result.id, item.id] = Kept(kept, columns, said, told)
        if self.tells:
            self.shared.update(shared_of(self, result, item))

    def _told(self, item: Item, lowered: Lowered) -> dict[str, Cell]:
        """What an outcome is explained by; nothing where that is too much for columns."""
        try:
            return {
                name: self.kept(f"{item.id}_told_{name}", tell(), self.chain)
                for name, tell in lowered.told.items()
            }
        except (Unlowered, TooWide):
            return {}

    def _only(self, asked: Node, cell: Cell) -> Cell:
        return by_case([(negated(asked), not_applicable(cell.type))], cell)

    def typed(self, cell: Cell, type_: Type) -> Cell:
        """Texts of an item in the coding of its type."""
        if cell.node == NULL:
            num = Num(NULL, 0, 0) if type_.kind == "number" else None
            return replace(cell, type=type_, num=num, coded=type_.is_text and bool(type_.options))
        if cell.is_text and type_.options:
            return coded_as(cell, type_)
        return cell

    def alike(self, cells: Sequence[Cell]) -> list[Cell]:
        """Cells that may take each other's place; references to different tables as their ids."""
        return comparable(cells, self.reader)

    def _aligned(self, cells: Sequence[Cell], type_: Type) -> list[Cell]:
        typed = [self.typed(cell, type_) for cell in cells]
        return comparable(typed, self.reader)

    def _early(self, result: Result, item: Item, low: Lowering) -> list[tuple[Node, Cell]]:
        """For whom the item is not computed, and what they get instead."""
        members = self.members[result.id]
        type_ = self.compiled.types[result.id, item.id]
        early: list[tuple[Node, Cell]] = []
        if members.unsettled != FALSE:
            early.append((members.unsettled, missing(type_)))
        for at, exemption in enumerate(result.exempt, start=1):
            when = op("=", members.exempt, Const(at))
            gives = exemption.gives.get(item.id)
            cell = not_applicable(type_) if gives is None else low.value(gives)
            early.append((when, cell))
        for condition in (*item.conditions, item.when):
            if condition is None:
                continue
            found = low.value(condition)
            missing_when = self.let("when", found.missing)
            early.append((missing_when, missing(type_)))
            early.append((self.let("when", negated(found.true)), not_applicable(type_)))
        return [one for one in early if one[0] != FALSE]

    def _clamped(self, item: Item, cell: Cell, low: Lowering) -> Cell:
        """Floor, then cap."""
        if cell.num is None:
            return cell
        if cell.num.node != NULL:
            for bound, larger in self._limits(item, low):
                sure = cell.known == TRUE and bound.known == TRUE
                if not sure:
                    cell = low.keep("raw", cell)
                limited = numbers.extreme(cell.number, bound.number, larger=larger, sure=sure)
                held = replace(cell, node=limited.node, num=limited, const=None)
                branches = [(bound.na, cell)] if bound.na != FALSE else []
                held = by_case(branches, guarded(held, both(cell.known, bound.missing)))
                cell = replace(held, low=cell.low)
        return cell

    def _limits(self, item: Item, low: Lowering) -> list[tuple[Cell, bool]]:
        """Floor and cap as they hold: not applicable where they do not."""
        found = []
        floor = item.floor
        least = MECHANISMS[item.mechanism].least
        if floor is not None:
            found.append((self._limit(floor, low), True))
        elif least is not None:
            found.append((literal(least), True))
        if item.cap is not None:
            found.append((self._limit(item.cap, low), False))
        return found

    def _limit(self, limit: Limit, low: Lowering) -> Cell:
        at = low.value(limit.at)
        if limit.when is None:
            return at
        holds = low.value(limit.when)
        branches = [(holds.missing, missing(at.type)), (holds.true, at)]
        return by_case(branches, not_applicable(at.type))

    def _bounded(self, item: Item, cell: Cell, low: Lowering) -> Cell:
        """What a missing mark is at least: nothing, or what it has so far, within its bounds."""
        if cell.num is None or item.points is None or not cell.open:
            return cell
        least = cell.low or Num(NULL, 0, 0)
        at_least = replace(
            least,
            node=op("coalesce", least.node, Const(0)),
            low=min(0, least.low),
            high=max(0, least.high),
        )
        for bound, larger in self._limits(item, low):
            if bound.node == NULL:
                continue
            limited = numbers.extreme(at_least, bound.number, larger=larger)
            at_least = numbers.chosen([(bound.known, limited)], at_least)
        return replace(cell, low=at_least)

    def _want_low(self, result: Result, item: Item) -> bool:
        return (result.id, item.id) in self._ranked

    @cached_property
    def _ranked(self) -> set[Column]:
        """The items whose least value is asked for: what seats rank by and its parts."""
        return ranked(self.compiled)

    def kept(self, name: str, cell: Cell, chain: Chain) -> Cell:
        """The cell as columns of its own."""
        num, low = cell.num, cell.low
        if num is not None:
            num = numbers.settled(num)
        node = chain.define(name, cell.node if num is None else num.node)
        na = chain.define(f"{name}_na", cell.na)
        if num is not None:
            over = chain.define(f"{name}_over", num.over)
            num = replace(num, node=node, over=over)
        if low is not None:
            low = replace(
                low,
                node=chain.define(f"{name}_low", low.node),
                over=chain.define(f"{name}_low_over", low.over),
            )
        return replace(cell, node=node, na=na, num=num, low=low)

    def _item_flags(self, item: Item, low: Lowering) -> list[Flag]:
        return [Flag(low.value(flag.when).true, flag.say) for flag in item.flags]

    def _flag(self, item: Item, flag: Flag, asked: Node) -> Flag:
        when = self.let(f"{item.id}_flag", both(asked, flag.when))
        values = tuple(self.kept(f"{item.id}_said", one, self.chain) for one in flag.values)
        return replace(flag, when=when, values=values)
