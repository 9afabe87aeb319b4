"""Bound expressions as arithmetic with a subject's numbers put in: `18 ÷ 15 × 30`."""

from __future__ import annotations

from fractions import Fraction

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
    BSpecial,
    BUnary,
)
from kaocheng.engine.facts import FactRow
from kaocheng.engine.reference import evaluate as meaning
from kaocheng.engine.trace import PERCENT, shown
from kaocheng.engine.values import Value, is_known, is_number

_SIGNS = {"*": "×", "/": "÷", "-": "−", "!=": "≠", "<=": "≤", ">=": "≥", "and": "且", "or": "或"}
_STRENGTH = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_COMPARISON = 3
_NAMES = {
    "max": "取大",
    "min": "取小",
    "age": "周岁",
    "floor": "去尾",
    "ceil": "进一",
    "round": "四舍五入",
}
_ONE_VALUE = ("one", "latest", "min", "max", "best", "worst")
_NAMED = (BField, BItem, BFollow, BFollowItem, BParameter)


def plain(value: Value) -> str:
    """Up to four decimals, without trailing zeros."""
    text = shown(value, places=4)
    if is_number(value) and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


def spell(node: Bound, env: meaning.Environment) -> str:
    """`node` with values in place of names; only the branch of `if` that was taken is shown.

    Of a personal field only the name is shown: what is spelled goes where the field may not.
    """
    match node:
        case BLiteral():
            return _literal(node)
        case BSpecial():
            return node.title
        case BUnary(operator="not"):
            return f"不满足（{spell(node.operand, env)}）"
        case BUnary():
            return f"−{_inside(node.operand, env, 6)}"
        case BBinary():
            return _binary(node, env)
        case BAmong():
            options = "、".join(_label(option, env) for option in node.options)
            return f"{_label(node.operand, env)} 属于 {options}"
        case BCall(function="if"):
            holds = meaning.evaluate(node.arguments[0], env)
            return spell(node.arguments[1 if holds is True else 2], env)
        case BCall(function="or_else"):
            first = meaning.evaluate(node.arguments[0], env)
            return spell(node.arguments[0 if is_known(first) else 1], env)
        case BCall() if node.function in _NAMES:
            inside = "，".join(spell(argument, env) for argument in node.arguments)
            return f"{_NAMES[node.function]}（{inside}）"
        case _:
            return _value(node, env)


def _value(node: Bound, env: meaning.Environment) -> str:
    match node:
        case BField() | BFollow() if _is_personal(node, env):
            return node.title
        case BAggregate(value=BField() as field) if node.function in _ONE_VALUE:
            if _is_personal(field, env, table=_table_of(field, node, env)):
                return field.title
        case _ if isinstance(node, _NAMED) and node.type.kind == "boolean":
            return f"{node.title}：{plain(meaning.evaluate(node, env))}"
    value = meaning.evaluate(node, env)
    return _percent(value) if _is_share(node, env) and is_number(value) else plain(value)


def _is_share(node: Bound, env: meaning.Environment) -> bool:
    """Whether the node is an item that is counted in per cent."""
    return (
        isinstance(node, BItem | BFollowItem)
        and env.run.pack.items[node.result, node.item].unit == PERCENT
    )


def _percent(value: Fraction) -> str:
    return f"{plain(value * 100)}%"


def _is_personal(node: BField | BFollow, env: meaning.Environment, *, table: str = "") -> bool:
    """Whether the field is marked `personal`; `table` is where it stands, if that is known."""
    if isinstance(node, BFollow):
        table = node.table
    elif not table:
        row = env.rows[node.level]
        table = (row if isinstance(row, FactRow) else row.fact).ref.table
    register = env.run.pack.registers.get(table)
    return register is not None and register.fields[node.field].personal


def _table_of(field: BField, node: BAggregate, env: meaning.Environment) -> str:
    """Where the field stands that an aggregate takes; empty where a row at hand says it."""
    if field.level < node.level:
        return ""
    results = env.run.pack.results
    return results[node.source].of if node.is_result else node.source


def _literal(node: BLiteral) -> str:
    if node.unit == PERCENT and is_number(node.value):
        return _percent(node.value)
    return f"{plain(node.value)} {node.unit}".rstrip()


def _binary(node: BBinary, env: meaning.Environment) -> str:
    sign = _SIGNS.get(node.operator, node.operator)
    if node.operator in _STRENGTH:
        strength = _STRENGTH[node.operator]
        left = _inside(node.left, env, strength)
        right = _inside(node.right, env, strength + (node.operator in ("-", "/")))
        return f"{left} {sign} {right}"
    if isinstance(node.left, BParameter) and isinstance(node.right, BLiteral):
        return _reading(node.left, env)
    return f"{_label(node.left, env)} {sign} {_label(node.right, env)}"


def _reading(node: BParameter, env: meaning.Environment) -> str:
    """A parameter in words: a choice by the meaning of the option taken."""
    value = meaning.evaluate(node, env)
    options = env.run.pack.parameters[node.parameter].options
    return f"{node.title}：{options.get(str(value), plain(value))}"


def name_of(node: Bound, env: meaning.Environment) -> str:
    """What a bound name is called, or its arithmetic when it is more than a name."""
    return node.title if isinstance(node, _NAMED) else spell(node, env)


def _label(node: Bound, env: meaning.Environment) -> str:
    """One side of a comparison, with its name where it has one."""
    if isinstance(node, _NAMED):
        spelled = spell(node, env)
        return spelled if spelled.startswith(node.title) else f"{node.title} {spelled}"
    if isinstance(node, BAggregate):
        what = "最长连续期数" if node.function == "run" else ""
        return f"{node.title}{what} {spell(node, env)}"
    if isinstance(node, BLookup):
        return spell(node, env)
    return _inside(node, env, _COMPARISON + 1)


def _inside(node: Bound, env: meaning.Environment, strength: int) -> str:
    text = spell(node, env)
    if isinstance(node, BBinary):
        own = _STRENGTH.get(node.operator, _COMPARISON)
        if own < strength:
            return f"（{text}）"
    return text
