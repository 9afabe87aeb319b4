"""Expressions in plain Chinese: names become titles, signs and functions become words.

`sum(days over leave where kind = '病假')` is read `请假登记的天数合计（类别＝病假）`. What is said
is for reading only; the text as written stands beside it in every table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from kaocheng.engine.exact import exact_text
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
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.model import Pack

Titles = Mapping[str, str]

_SIGNS = {"*": "×", "/": "÷", "-": "−", "=": "＝", "!=": "≠", "<=": "≤", ">=": "≥", "and": "且",
          "or": "或"}  # fmt: skip
_STRENGTH = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_COMPARISON, _ATOM = 3, 6
_OF_VALUES = {
    "sum": "合计",
    "mean": "平均",
    "trimmed_mean": "去掉最高最低后的平均",
    "min": "最小",
    "max": "最大",
    "distinct": "种数",
    "one": "",
    "latest": "（最近一条）",
    "worst": "最差",
    "best": "最好",
}
_OF_ROWS = {"count": "条数", "run": "最长连续期数"}
_CALLS = {
    "max": "取大",
    "min": "取小",
    "abs": "绝对值",
    "floor": "去尾取整",
    "ceil": "进一取整",
    "round": "四舍五入",
    "age": "周岁",
    "months_between": "相隔月数",
    "days_between": "相隔天数",
    "hours_between": "相隔小时数",
    "year": "年份",
    "month": "月份",
    "day": "日",
    "date": "日期",
    "length": "字数",
    "starts_with": "以此开头",
    "contains": "含有",
    "or_else": "缺时取后者",
    "present": "已填",
    "applies": "适用",
}
_PREFIXES = {"own": "本人", "row": "", "outer": "", "param": ""}


@dataclass(frozen=True)
class Speaker:
    """Says the expressions of one pack. `result` is the table that they belong to, if any."""

    pack: Pack
    result: Result | None = None

    def say(self, expr: Expr) -> str:
        return self._tree(expr.tree, self._own)

    @cached_property
    def _own(self) -> Titles:
        return {} if self.result is None else self._columns(self.result.id)

    @cached_property
    def _everything(self) -> Titles:
        """Titles by id wherever they stand; what is named closer by is looked up first."""
        pack, found = self.pack, dict[str, str]()
        for register in pack.registers.values():
            found.update({name: one.title for name, one in register.fields.items()})
        found.update({item.id: item.title for item in pack.items.values()})
        found.update({one.id: one.title for one in pack.scheme.results})
        found.update({one.id: one.title for one in pack.registers.values()})
        found.update(pack.period_kinds)
        found.update({one.id: one.title for one in pack.parameters.values()})
        return found | {"rest": "余额", "heads": "参加分配人数", "all": "全体"}

    def _columns(self, table: str) -> Titles:
        """What the columns of a register or result are called."""
        if table in self.pack.results:
            result = self.pack.results[table]
            own = {item.id: item.title for item in items_below(result.items)}
            return {**self._columns(result.of), **own}
        register = self.pack.registers.get(table)
        return {} if register is None else {id: one.title for id, one in register.fields.items()}

    def _tree(self, node: Tree, near: Titles) -> str:
        match node:
            case Literal():
                return _literal(node)
            case Name():
                return self._name(node.path, near)
            case Unary(operator="not"):
                return f"不满足（{self._tree(node.operand, near)}）"
            case Unary():
                return f"−{self._inside(node.operand, near, _ATOM)}"
            case Binary():
                return self._binary(node, near)
            case Among():
                options = "、".join(self._tree(option, near) for option in node.options)
                return f"{self._inside(node.operand, near, _COMPARISON + 1)}属于{options}"
            case Call():
                return self._call(node, near)
            case Aggregate():
                return self._aggregate(node, near)

    def _name(self, path: Sequence[str], near: Titles) -> str:
        words = [one for one in self._words_of(path, near) if one]
        return "的".join(words)

    def _words_of(self, path: Sequence[str], near: Titles) -> Iterator[str]:
        if path[0] == "param" and path[1:2] and path[1] in self.pack.parameters:
            yield self.pack.parameters[path[1]].title
            return
        for at, name in enumerate(path):
            if at == 0 and name in _PREFIXES and len(path) > 1:
                yield _PREFIXES[name]
            else:
                yield near.get(name) or self._everything.get(name, name)

    def _binary(self, node: Binary, near: Titles) -> str:
        sign = _SIGNS.get(node.operator, node.operator)
        strength = _STRENGTH.get(node.operator, _COMPARISON)
        left = self._inside(node.left, near, strength)
        right = self._inside(node.right, near, strength + (node.operator in ("-", "/")))
        if node.operator in ("and", "or"):
            return f"{left}{sign}{right}"
        return f"{left} {sign} {right}"

    def _inside(self, node: Tree, near: Titles, strength: int) -> str:
        text = self._tree(node, near)
        own = _ATOM
        if isinstance(node, Binary):
            own = _STRENGTH.get(node.operator, _COMPARISON)
        return f"（{text}）" if own < strength else text

    def _call(self, node: Call, near: Titles) -> str:
        words = [self._tree(one, near) for one in node.arguments]
        if node.function == "if":
            return f"{words[0]}时为 {words[1]}，否则为 {words[2]}"
        if node.function == "provided":
            return f"{words[0]}时为 {words[1]}"
        return f"{_CALLS.get(node.function, node.function)}（{'，'.join(words)}）"

    def _aggregate(self, node: Aggregate, near: Titles) -> str:
        table = self._everything.get(node.table, node.table)
        inner = {**near, **self._columns(node.table)}
        scope = "" if node.scope is None else self._scope(node.scope, near)
        where = "" if node.where is None else f"（{self._tree(node.where, inner)}）"
        if node.function in ("any", "none"):
            return f"{'有' if node.function == 'any' else '没有'}{scope}{table}{where}"
        if node.value is None:
            return f"{scope}{table}{_OF_ROWS.get(node.function, node.function)}{where}"
        value = self._inside(node.value, inner, _ATOM)
        return f"{scope}{table}的{value}{_OF_VALUES.get(node.function, node.function)}{where}"

    def _scope(self, scope: Name, near: Titles) -> str:
        if scope.text == "all":
            return "全体"
        return f"同一{self._name(scope.path, near)}的"


def _literal(node: Literal) -> str:
    value = node.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Fraction):
        if node.unit == "%":
            return f"{exact_text(value * 100)}%"
        return f"{exact_text(value)} {node.unit}".rstrip()
    return value.isoformat() if isinstance(value, date) else value


def meaning_of(expr: Expr) -> object:
    """The expression without the places, blanks and units of its text: equal means alike."""
    return _meaning(expr.tree)


def _meaning(node: Tree) -> object:
    match node:
        case Literal():
            return (type(node.value).__name__, node.value)
        case Name():
            return ("name", node.path)
        case Unary():
            return (node.operator, _meaning(node.operand))
        case Binary():
            return (node.operator, _meaning(node.left), _meaning(node.right))
        case Among():
            return ("in", _meaning(node.operand), *(_meaning(one) for one in node.options))
        case Call():
            return (node.function, *(_meaning(one) for one in node.arguments))
        case Aggregate():
            inner = (node.value, node.link, node.scope, node.where)
            parts = (None if one is None else _meaning(one) for one in inner)
            return (node.function, node.table, *parts)
