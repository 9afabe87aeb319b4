"""Expressions: operators and functions bound and typed; names and aggregates next door."""

from __future__ import annotations

from kaocheng.engine.binding.aggregates import bind_aggregate
from kaocheng.engine.binding.names import bind_name
from kaocheng.engine.binding.scope import Faults, Scope, Unbound
from kaocheng.engine.expressions.bound import (
    BAmong,
    BBinary,
    BCall,
    BLiteral,
    BLookup,
    Bound,
    BUnary,
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
from kaocheng.engine.hints import near
from kaocheng.engine.language.types import BOOLEAN, DATE, NUMBER, Type, agree, either
from kaocheng.engine.model import Pack, field_type
from kaocheng.engine.problems import Problems
from kaocheng.engine.values import Known


def bind(expr: Expr, scope: Scope, *, want: Type | None, problems: Problems) -> Bound | None:
    """The bound tree of `expr`, or None after noting what is wrong. `want` is the type needed."""
    faults = Faults(expr, problems)
    binder = _Binder(scope.pack, faults)
    try:
        bound = binder.node(expr.tree, scope)
        if want is not None:
            faults.need(bound, expr.tree, want)
    except Unbound:
        return None
    return bound


class _Binder:
    def __init__(self, pack: Pack, faults: Faults) -> None:
        self.pack = pack
        self.faults = faults

    def node(self, node: Tree, scope: Scope) -> Bound:
        match node:
            case Literal():
                return BLiteral(node.value, _literal_type(node.value), node.unit)
            case Name():
                return bind_name(node, scope, self.faults)
            case Unary():
                operand = self.node(node.operand, scope)
                want = NUMBER if node.operator == "-" else BOOLEAN
                self.faults.need(operand, node.operand, want)
                return BUnary(node.operator, operand, want)
            case Binary():
                return self.binary(node, scope)
            case Among():
                return self.among(node, scope)
            case Call():
                return self.call(node, scope)
            case Aggregate():
                return bind_aggregate(node, scope, self.faults, self.node)

    # Operators

    def binary(self, node: Binary, scope: Scope) -> Bound:
        left, right = self.node(node.left, scope), self.node(node.right, scope)
        if node.operator in ("and", "or"):
            self.faults.need(left, node.left, BOOLEAN)
            self.faults.need(right, node.right, BOOLEAN)
            return BBinary(node.operator, left, right, BOOLEAN)
        if node.operator in ("+", "-", "*", "/"):
            self.faults.need(left, node.left, NUMBER)
            self.faults.need(right, node.right, NUMBER)
            return BBinary(node.operator, left, right, NUMBER)
        self.comparable(left, right, node)
        ordered = node.operator not in ("=", "!=")
        if ordered and (left.type.kind == "boolean" or left.type.is_text):
            raise self.faults.fault("E24", node, left=left.type.zh, right=right.type.zh)
        if left == right:
            name = node.left.text if isinstance(node.left, Name) else self.faults.expr.text
            raise self.faults.fault("E29", node, text=self.faults.expr.text, name=name)
        return BBinary(node.operator, left, right, BOOLEAN)

    def comparable(self, left: Bound, right: Bound, node: Tree) -> None:
        if not agree(left.type, right.type):
            raise self.faults.fault("E24", node, left=left.type.zh, right=right.type.zh)
        for one, other in ((left, right), (right, left)):
            if one.type.options and isinstance(other, BLiteral) and not isinstance(one, BLiteral):
                self.option(one, other, node)

    def option(self, one: Bound, literal: BLiteral, node: Tree) -> None:
        """A text compared with a choice must be one of its options: catches slips of the pen."""
        if literal.value not in one.type.options:
            title = getattr(one, "title", "")
            listed = "、".join(one.type.options)
            raise self.faults.fault("E25", node, value=literal.value, field=title, options=listed)

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
        if node.function == "lower":
            return self.lower(node, scope)
        function = FUNCTIONS.get(node.function)
        if function is None:
            hint = near(node.function, (*FUNCTIONS, "lookup", "sum", "count", "mean"))
            raise self.faults.fault("E21", node, name=node.function, hint=hint)
        least = function.least or len(function.takes)
        found = len(node.arguments)
        if found < least or (found > least and not function.more):
            raise self.faults.fault("E22", node, name=node.function, want=least, found=found)
        bounds = [self.node(argument, scope) for argument in node.arguments]
        for at, (argument, bound) in enumerate(zip(node.arguments, bounds, strict=True)):
            want = function.takes[min(at, len(function.takes) - 1)]
            if want is not None:
                self.faults.need(bound, argument, want)
        if function.type is not None:
            return BCall(node.function, tuple(bounds), function.type)
        pairs = zip(function.takes, bounds, strict=True)
        alternatives = [bound.type for want, bound in pairs if want is None]
        first, last = alternatives[0], alternatives[-1]
        if not agree(first, last):
            raise self.faults.fault("E24", node, left=first.zh, right=last.zh)
        return BCall(node.function, tuple(bounds), either(alternatives))

    def lower(self, node: Call, scope: Scope) -> Bound:
        """`lower(grade, 1)`: so many grades worse, on the scale that the grade is of."""
        if len(node.arguments) != 2:  # the grade and how many
            found = len(node.arguments)
            raise self.faults.fault("E22", node, name="lower", want=2, found=found)
        grade, by = (self.node(argument, scope) for argument in node.arguments)
        self.faults.need(by, node.arguments[1], NUMBER)
        if grade.type.kind != "scale":
            raise self.faults.fault("E32", node, function="lower")
        return BCall("lower", (grade, by), grade.type)

    def lookup(self, node: Call, scope: Scope) -> Bound:
        if len(node.arguments) < 2 or not isinstance(node.arguments[0], Name):
            want = "对照表和查找的列"
            raise self.faults.fault("E22", node, name="lookup", want=want, found="其他")
        name = node.arguments[0]
        parameter = self.pack.parameters.get(name.path[0])
        if parameter is None or parameter.type != "table":
            tables = [one.id for one in self.pack.parameters.values() if one.type == "table"]
            raise self.faults.fault("E20", name, name=name.text, hint=near(name.path[0], tables))
        columns = [column for column in parameter.columns if column not in parameter.key]
        column = name.path[1] if len(name.path) == 2 else columns[0] if len(columns) == 1 else ""
        if column not in columns or len(name.path) > 2:
            listed = "、".join(f"{parameter.id}.{one}" for one in columns)
            raise self.faults.fault("E20", name, name=name.text, hint=f"可写 {listed}。")
        keys = node.arguments[1:]
        if len(keys) != len(parameter.key):
            raise self.faults.fault(
                "E22", node, name="lookup", want=len(parameter.key) + 1, found=len(keys) + 1
            )
        bounds = []
        for key, key_column in zip(keys, parameter.key, strict=True):
            bound = self.node(key, scope)
            self.faults.need(bound, key, field_type(parameter.columns[key_column]))
            bounds.append(bound)
        return BLookup(parameter.id, column, tuple(bounds), field_type(parameter.columns[column]))


def _literal_type(value: Known) -> Type:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return Type("text", (value,))  # it can only be itself
    return NUMBER if not hasattr(value, "year") else DATE
