"""Binding: names are resolved and types checked, once, before anything is computed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from kaocheng.engine.expressions.bound import (
    BAggregate,
    BAmong,
    BBinary,
    BCall,
    BField,
    BFollow,
    BFollowItem,
    BItem,
    BLiteral,
    BLookup,
    Bound,
    BParameter,
    BPeriod,
    BSpecial,
    BUnary,
    walk_bound,
)
from kaocheng.engine.expressions.functions import FUNCTIONS
from kaocheng.engine.expressions.tree import (
    Aggregate,
    Among,
    Binary,
    Call,
    Expr,
    Literal,
    Name,
    Tree,
    Unary,
)
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.language.types import BOOLEAN, DATE, NUMBER, TEXT, Type, agree
from kaocheng.engine.model import Pack, field_type, parameter_type
from kaocheng.engine.problems import Problems
from kaocheng.engine.values import Known

ItemType = Callable[[str, str], Type]
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Level:
    """Whose names are visible: a row of a register, and of a result where there is one."""

    register: Register | None
    result: Result | None = None


@dataclass(frozen=True)
class Scope:
    """What an expression may name. `levels[0]` is the subject; later levels are aggregate rows."""

    pack: Pack
    item_type: ItemType
    levels: tuple[Level, ...]
    each: str = ""
    special: Mapping[str, tuple[Type, str]] = field(default_factory=dict)

    def inside(self, level: Level) -> Scope:
        return replace(self, levels=(*self.levels, level))


class _Unbound(Exception):
    """A problem was noted; this expression cannot be bound."""


def bind(expr: Expr, scope: Scope, *, want: Type | None, problems: Problems) -> Bound | None:
    """The bound tree of `expr`, or None after noting what is wrong. `want` is the type needed."""
    binder = _Binder(expr, scope, problems)
    try:
        bound = binder.node(expr.tree, scope)
        if want is not None:
            binder.need(bound, expr.tree, want)
    except _Unbound:
        return None
    return bound


class _Binder:
    def __init__(self, expr: Expr, scope: Scope, problems: Problems) -> None:
        self.expr = expr
        self.pack = scope.pack
        self.problems = problems

    def fault(self, id: str, node: Tree, **values: object) -> _Unbound:
        self.problems.add(id, self.expr.place_of(node), **values)
        return _Unbound()

    def words(self, node: Tree) -> str:
        match node:
            case Name():
                return node.text
            case Literal(value=bool() as value):
                return "是" if value else "否"
            case Literal():
                return str(node.value)
            case Call() | Aggregate():
                return f"{node.function}(…)"
            case _:
                return self.expr.text

    def need(self, bound: Bound, node: Tree, want: Type) -> None:
        if not agree(bound.type, want):
            raise self.fault(
                "E23", node, want=want.zh, text=self.words(node), found=bound.type.zh
            )

    def node(self, node: Tree, scope: Scope) -> Bound:
        match node:
            case Literal():
                return BLiteral(node.value, _literal_type(node.value), node.unit)
            case Name():
                return self.name(node, scope)
            case Unary():
                operand = self.node(node.operand, scope)
                want = NUMBER if node.operator == "-" else BOOLEAN
                self.need(operand, node.operand, want)
                return BUnary(node.operator, operand, want)
            case Binary():
                return self.binary(node, scope)
            case Among():
                return self.among(node, scope)
            case Call():
                return self.call(node, scope)
            case Aggregate():
                return self.aggregate(node, scope)

    # Operators

    def binary(self, node: Binary, scope: Scope) -> Bound:
        left, right = self.node(node.left, scope), self.node(node.right, scope)
        if node.operator in ("and", "or"):
            self.need(left, node.left, BOOLEAN)
            self.need(right, node.right, BOOLEAN)
            return BBinary(node.operator, left, right, BOOLEAN)
        if node.operator in ("+", "-", "*", "/"):
            self.need(left, node.left, NUMBER)
            self.need(right, node.right, NUMBER)
            return BBinary(node.operator, left, right, NUMBER)
        self.comparable(left, right, node)
        ordered = node.operator not in ("=", "!=")
        if ordered and (left.type.kind == "boolean" or left.type.is_text):
            raise self.fault("E24", node, left=left.type.zh, right=right.type.zh)
        if left == right:
            name = node.left.text if isinstance(node.left, Name) else self.expr.text
            raise self.fault("E29", node, text=self.expr.text, name=name)
        return BBinary(node.operator, left, right, BOOLEAN)

    def comparable(self, left: Bound, right: Bound, node: Tree) -> None:
        if not agree(left.type, right.type):
            raise self.fault("E24", node, left=left.type.zh, right=right.type.zh)
        for one, other in ((left, right), (right, left)):
            if one.type.options and isinstance(other, BLiteral):
                self.option(one, other, node)

    def option(self, one: Bound, literal: BLiteral, node: Tree) -> None:
        """A text compared with a choice must be one of its options: catches slips of the pen."""
        if literal.value not in one.type.options:
            title = getattr(one, "title", "")
            listed = "、".join(one.type.options)
            raise self.fault("E25", node, value=literal.value, field=title, options=listed)

    def among(self, node: Among, scope: Scope) -> Bound:
        operand = self.node(node.operand, scope)
        options = []
        for option in node.options:
            bound = self.node(option, scope)
            self.comparable(operand, bound, option)
            options.append(bound)
        return BAmong(operand, tuple(options), BOOLEAN)

    # Functions

    def call(self, node: Call, scope: Scope) -> Bound:
        if node.function == "lookup":
            return self.lookup(node, scope)
        function = FUNCTIONS.get(node.function)
        if function is None:
            hint = _hint(node.function, (*FUNCTIONS, "lookup", "sum", "count", "mean"))
            raise self.fault("E21", node, name=node.function, hint=hint)
        least = function.least or len(function.takes)
        found = len(node.arguments)
        if found < least or (found > least and not function.more):
            raise self.fault("E22", node, name=node.function, want=least, found=found)
        bounds = [self.node(argument, scope) for argument in node.arguments]
        for at, (argument, bound) in enumerate(zip(node.arguments, bounds, strict=True)):
            want = function.takes[min(at, len(function.takes) - 1)]
            if want is not None:
                self.need(bound, argument, want)
        if function.type is not None:
            return BCall(node.function, tuple(bounds), function.type)
        first, last = bounds[-2], bounds[-1]
        if not agree(first.type, last.type):
            raise self.fault("E24", node, left=first.type.zh, right=last.type.zh)
        return BCall(node.function, tuple(bounds), _common(first.type, last.type))

    def lookup(self, node: Call, scope: Scope) -> Bound:
        if len(node.arguments) < 2 or not isinstance(node.arguments[0], Name):
            raise self.fault("E22", node, name="lookup", want="对照表和查找的列", found="其他")
        name = node.arguments[0]
        parameter = self.pack.parameters.get(name.path[0])
        if parameter is None or parameter.type != "table":
            tables = [one.id for one in self.pack.parameters.values() if one.type == "table"]
            raise self.fault("E20", name, name=name.text, hint=_hint(name.path[0], tables))
        columns = [column for column in parameter.columns if column not in parameter.key]
        column = name.path[1] if len(name.path) == 2 else columns[0] if len(columns) == 1 else ""
        if column not in columns or len(name.path) > 2:
            listed = "、".join(f"{parameter.id}.{one}" for one in columns)
            raise self.fault("E20", name, name=name.text, hint=f"可写 {listed}。")
        keys = node.arguments[1:]
        if len(keys) != len(parameter.key):
            raise self.fault(
                "E22", node, name="lookup", want=len(parameter.key) + 1, found=len(keys) + 1
            )
        bounds = []
        for key, key_column in zip(keys, parameter.key, strict=True):
            bound = self.node(key, scope)
            self.need(bound, key, field_type(parameter.columns[key_column]))
            bounds.append(bound)
        return BLookup(parameter.id, column, tuple(bounds), field_type(parameter.columns[column]))

    # Names

    def name(self, node: Name, scope: Scope) -> Bound:
        first, rest = node.path[0], node.path[1:]
        base: Bound | None = None
        if first == "own" and rest:
            base, rest = self.at_level(rest[0], 0, scope), rest[1:]
        elif first == "row" and rest and len(scope.levels) > 1:
            base, rest = self.at_level(rest[0], len(scope.levels) - 1, scope), rest[1:]
        elif first == "outer" and rest and len(scope.levels) > 2:
            base, rest = self.at_level(rest[0], len(scope.levels) - 2, scope), rest[1:]
        elif first == "param" and rest:
            base, rest = self.parameter(rest[0]), rest[1:]
        else:
            base, rest = self.bare(first, rest, scope)
        if base is None:
            raise self.fault("E20", node, name=node.text, hint=_hint(first, self.visible(scope)))
        for at, part in enumerate(rest):
            base = self.step(base, part, rest[at + 1 :], node, scope)
            if isinstance(base, BFollowItem):
                return base
        return base

    def bare(
        self, first: str, rest: tuple[str, ...], scope: Scope
    ) -> tuple[Bound | None, tuple[str, ...]]:
        """Innermost row first, then outwards, then parameters."""
        if first in scope.special:
            type_, title = scope.special[first]
            return BSpecial(first, type_, title), rest
        for level in range(len(scope.levels) - 1, -1, -1):
            if (found := self.at_level(first, level, scope)) is not None:
                if isinstance(found, BPeriod) and rest:
                    kind = TEXT if rest[0] in ("title", "kind") else DATE
                    if rest[0] in ("title", "kind", "from", "to"):
                        return BPeriod(level, rest[0], kind), rest[1:]
                return found, rest
        return self.parameter(first), rest

    def at_level(self, name: str, level: int, scope: Scope) -> Bound | None:
        visible = scope.levels[level]
        result = visible.result
        if result is not None and (result.id, name) in self.pack.items:
            title = self.pack.items[result.id, name].title
            return BItem(level, result.id, name, scope.item_type(result.id, name), title)
        if visible.register is not None and name in visible.register.fields:
            described = visible.register.fields[name]
            return BField(level, name, field_type(described), described.title)
        has_period = (result is not None and result.each) or (level == 0 and scope.each)
        if name == "period" and has_period:
            return BPeriod(level, "id", Type("period"))
        return None

    def parameter(self, name: str) -> Bound | None:
        parameter = self.pack.parameters.get(name)
        if parameter is None or parameter.type == "table":
            return None
        return BParameter(name, parameter_type(parameter), parameter.title)

    def step(
        self, base: Bound, part: str, rest: tuple[str, ...], node: Name, scope: Scope
    ) -> Bound:
        """One dot further: a field of the row a reference points to, or an item of its result."""
        if base.type.kind != "ref":
            raise self.fault("E30", node, name=node.text.rsplit(".", 1)[0], part=part)
        register = self.pack.registers[base.type.table]
        if part in register.fields:
            described = register.fields[part]
            return BFollow(base, register.id, part, field_type(described), described.title)
        result = self.pack.results.get(part)
        if result is not None and result.of == register.id and len(rest) == 1:
            item = self.pack.items.get((result.id, rest[0]))
            fits = not result.each or result.each == scope.each
            if item is not None and fits:
                type_ = scope.item_type(result.id, rest[0])
                return BFollowItem(base, result.id, rest[0], type_, item.title)
        raise self.fault("E20", node, name=node.text, hint=_hint(part, register.fields))

    def visible(self, scope: Scope) -> list[str]:
        names = list(self.pack.parameters)
        for level in scope.levels:
            if level.register is not None:
                names.extend(level.register.fields)
            if level.result is not None:
                names.extend(item for result, item in self.pack.items if result == level.result.id)
        return names

    # Aggregates

    def aggregate(self, node: Aggregate, scope: Scope) -> Bound:
        result = self.pack.results.get(node.table)
        register = self.pack.registers.get(result.of if result else node.table)
        if register is None:
            known = [*self.pack.registers, *self.pack.results]
            raise self.fault("E26", node, name=node.table, hint=_hint(node.table, known))
        level = len(scope.levels)
        inner = scope.inside(Level(register, result))
        value = None if node.value is None else self.node(node.value, inner)
        where = None if node.where is None else self.node(node.where, inner)
        if where is not None and node.where is not None:
            self.need(where, node.where, BOOLEAN)
        type_ = self.aggregate_type(node, value, result, register)
        whole = node.scope is not None and node.scope.path == ("all",)
        link = () if whole else self.link(node, register, result, inner)
        group = None if whole or node.scope is None else self.group(node, scope, inner, link)
        inside = [bound for bound in (value, where) if bound is not None]
        alone = all(_reads_only(bound, level) for bound in inside)
        timed = bool(register.date or register.period or (result is not None and result.each))
        return BAggregate(
            function=node.function,
            source=node.table,
            is_result=result is not None,
            title=result.title if result else register.title,
            value=value,
            where=where,
            link=link,
            scope=group,
            whole=whole,
            level=level,
            alone=alone,
            timed=timed and not (result is None and register.kind == "roster"),
            type=type_,
        )

    def aggregate_type(
        self, node: Aggregate, value: Bound | None, result: Result | None, register: Register
    ) -> Type:
        function = node.function
        if function == "run" and (result is None or not result.each):
            raise self.fault("E31", node, table=node.table)
        if function == "latest" and not (register.date or (result is not None and result.each)):
            raise self.fault("E33", node, table=node.table)
        if function in ("any", "none"):
            return BOOLEAN
        if value is None or node.value is None:
            return NUMBER
        if function in ("sum", "mean"):
            self.need(value, node.value, NUMBER)
        if function in ("min", "max") and value.type.kind not in ("number", "date", "moment"):
            raise self.fault(
                "E23", node.value, want="数或日期", text=self.words(node.value), found=value.type.zh
            )
        if function in ("worst", "best") and value.type.kind != "scale":
            raise self.fault("E32", node, function=function)
        return NUMBER if function == "distinct" else value.type

    def link(
        self, node: Aggregate, register: Register, result: Result | None, inner: Scope
    ) -> tuple[Bound, ...]:
        """The path from a row to the subject of level 0."""
        level = len(inner.levels) - 1
        subject = inner.levels[0].register
        if subject is None:
            raise self.fault("E27", node, table=node.table, subject="本对象", why="这里没有被考核对象")
        if node.link is not None:
            bound = self.node(node.link, inner)
            self.need(bound, node.link, Type("ref", table=subject.id))
            return (bound,)
        if register.id == subject.id:
            same = result is None or not result.each
            if same and node.scope is None:
                raise self.fault("E28", node, table=node.table)
            return ()
        fields = [
            name
            for name, described in register.fields.items()
            if described.type == subject.id
        ]
        if len(fields) != 1:
            why = "没有对应的字段" if not fields else f"有几个对应的字段（{'、'.join(fields)}）"
            raise self.fault("E27", node, table=node.table, subject=subject.title, why=why)
        described = register.fields[fields[0]]
        return (BField(level, fields[0], field_type(described), described.title),)

    def group(
        self, node: Aggregate, scope: Scope, inner: Scope, link: tuple[Bound, ...]
    ) -> tuple[Bound, Bound]:
        """The grouping field, read from the subject and from the subject of a row."""
        assert node.scope is not None
        subject = replace(scope, levels=scope.levels[:1])
        own = self.name(node.scope, subject)
        level = len(inner.levels) - 1
        return own, _moved(own, level, link)


def _literal_type(value: Known) -> Type:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return TEXT
    return NUMBER if not hasattr(value, "year") else DATE


def _common(left: Type, right: Type) -> Type:
    """The type of a value that is one or the other."""
    if left == right:
        return left
    if left.kind == "scale" and right.kind == "text":
        return left
    return TEXT if left.is_text else left


def _moved(bound: Bound, level: int, link: tuple[Bound, ...]) -> Bound:
    """The grouping field as read from the subject that a row at `level` belongs to."""
    match bound:
        case BField() if link:
            table = link[0].type.table
            return BFollow(link[0], table, bound.field, bound.type, bound.title)
        case BField():
            return replace(bound, level=level)
        case BItem() if not link:
            return replace(bound, level=level)
        case BFollow():
            return replace(bound, base=_moved(bound.base, level, link))
        case _:
            return bound


def _reads_only(bound: Bound, level: int) -> bool:
    """Whether nothing outside rows at `level` and deeper is read."""
    for node in walk_bound(bound):
        if isinstance(node, BField | BItem | BPeriod) and node.level < level:
            return False
        if isinstance(node, BSpecial):
            return False
        if isinstance(node, BAggregate) and not node.whole:
            return False
    return True


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"是不是想写“{near[0]}”？" if near else ""
