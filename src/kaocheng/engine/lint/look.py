"""What a lint looks at: the compiled pack, the notice, and what both say, gathered once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from kaocheng.engine.clauses import clauses_in
from kaocheng.engine.compile import Column, Compiled
from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.expressions.bound import (
    BBinary,
    BItem,
    BLiteral,
    Bound,
    BParameter,
    bound_parts,
)
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problem, problem
from kaocheng.engine.process.entries import Entry
from kaocheng.engine.process.layout import all_entries


@dataclass(frozen=True)
class Finding:
    """A problem, and the reason for which the scheme accepts it, if it does."""

    problem: Problem
    accepted: str = ""


@dataclass(frozen=True)
class Line:
    """A paragraph of the notice as it is searched, and where it stands."""

    text: str
    printed: str
    place: Place


@dataclass(frozen=True)
class Quoted:
    """A clause, and the part of the pack in which it stands."""

    clause: Clause
    text: str
    owner: Item | Entry | Parameter | None

    @property
    def title(self) -> str:
        return "" if self.owner is None else self.owner.title


@dataclass(frozen=True)
class Look:
    """One pack under the eyes of the linter; `given` are the parameters that were filled in."""

    compiled: Compiled
    given: Collection[str] = field(default=())

    @property
    def pack(self) -> Pack:
        return self.compiled.pack

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The paragraphs of the notice that hold anything."""
        notice = self.pack.notice
        if notice is None:
            return ()
        return tuple(
            Line(plain(printed), printed, Place(notice.file, number))
            for number, printed in enumerate(notice.paragraphs, start=1)
            if printed.strip()
        )

    @cached_property
    def items(self) -> Mapping[Column, Item]:
        return self.pack.items

    def accepted(self, id: str, column: Column) -> str:
        """Why an item, or its result, accepts a finding; empty when neither does."""
        own = self.items[column].accept.get(id, "")
        return own or self.pack.results[column[0]].accept.get(id, "")

    def at_item(self, id: str, column: Column, place: Place, **values: object) -> Finding:
        return Finding(problem(id, place, **values), self.accepted(id, column))

    def at_entry(self, id: str, entry: Entry, **values: object) -> Finding:
        return Finding(problem(id, entry.place, **values), entry.accept.get(id, ""))

    # Expressions

    @cached_property
    def bounds(self) -> Mapping[Column, tuple[Bound, ...]]:
        """What decides the value of each item: its mechanism's expressions, when, floor and cap."""
        return {column: tuple(self._bounds_of(item)) for column, item in self.items.items()}

    def _bounds_of(self, item: Item) -> Iterator[Bound]:
        exprs = [slot.expr for slot in MECHANISMS[item.mechanism].slots(item)]
        for limit in (item.floor, item.cap):
            if limit is not None:
                exprs.extend(one for one in (limit.at, limit.when) if one is not None)
        if item.when is not None:
            exprs.append(item.when)
        for expr in exprs:
            if expr in self.compiled.bound:
                yield self.compiled.bound[expr]

    @cached_property
    def nodes(self) -> Mapping[Column, tuple[Bound, ...]]:
        return {
            column: tuple(node for bound in bounds for node in nodes_of(bound))
            for column, bounds in self.bounds.items()
        }

    def nodes_in(self, expr: Expr) -> list[Bound]:
        bound = self.compiled.bound.get(expr)
        return [] if bound is None else nodes_of(bound)

    def figure(self, expr: Expr | None) -> Fraction | None:
        """The number an expression comes to with the pack's own parameters, if it is that plain."""
        return None if expr is None else self._figure(self.compiled.bound.get(expr))

    def _figure(self, node: Bound | None) -> Fraction | None:
        match node:
            case BLiteral(value=Fraction() as value):
                return value
            case BParameter(parameter=name):
                return default_number(self.pack.parameters[name])
            case BBinary(operator="+" | "-" | "*" | "/" as operator, left=left, right=right):
                one, other = self._figure(left), self._figure(right)
                if one is None or other is None or (operator == "/" and other == 0):
                    return None
                added = {"+": one + other, "-": one - other, "*": one * other}
                return one / other if operator == "/" else added[operator]
        return None

    def items_read(self, nodes: Collection[Bound], result: str) -> set[Column]:
        """The items of `result` that stand behind what is read, however far back."""
        seen: set[Column] = set()
        waiting = [(node.result, node.item) for node in nodes if isinstance(node, BItem)]
        while waiting:
            column = waiting.pop()
            if column in seen or column not in self.nodes:
                continue
            seen.add(column)
            further = self.nodes[column]
            waiting.extend((node.result, node.item) for node in further if isinstance(node, BItem))
        return {column for column in seen if column[0] == result}

    # Clauses

    @cached_property
    def quotes(self) -> tuple[Quoted, ...]:
        """Every clause of items, process and parameters, with whoever quotes it."""
        owners: list[Item | Entry | Parameter] = [
            *self.items.values(),
            *all_entries(self.pack.process),
            *self.pack.parameters.values(),
        ]
        starts: dict[str, list[tuple[int, int]]] = {}
        for at, one in enumerate(owners):
            starts.setdefault(one.place.file, []).append((one.place.line, at))
        for listed in starts.values():
            listed.sort()
        found = []
        for part in (self.pack.scheme.results, self.pack.process, self.pack.parameters):
            for clause in clauses_in(part):
                listed = starts.get(clause.place.file, [])
                at = bisect_right(listed, (clause.place.line, len(owners))) - 1
                owner = owners[listed[at][1]] if at >= 0 else None
                found.append(Quoted(clause, plain(clause.text), owner))
        return tuple(found)


def nodes_of(bound: Bound) -> list[Bound]:
    """A bound expression and everything below it."""
    found, waiting = [], [bound]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(bound_parts(node))
    return found


def default_number(parameter: Parameter) -> Fraction | None:
    try:
        return read_exact(parameter.default)
    except NotExact:
        return None


def listed(titles: Collection[str], *, most: int = 3) -> str:
    """`“考勤”、“备课”等 5 处`."""
    different = list(dict.fromkeys(titles))
    words = "、".join(f"“{title}”" for title in different[:most])
    return words if len(different) <= most else f"{words}等 {len(different)} 处"
