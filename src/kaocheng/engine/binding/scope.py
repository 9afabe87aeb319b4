"""Where an expression is read, and how what is wrong with it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from kaocheng.engine.expressions.bound import Bound
from kaocheng.engine.expressions.tree import Aggregate, Call, Expr, Literal, Name, Tree
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.language.types import Type, agree
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems

ItemType = Callable[[str, str], Type]


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


class Unbound(Exception):
    """A problem was noted; this expression cannot be bound."""


@dataclass(frozen=True)
class Faults:
    """Notes what is wrong with one expression: `raise faults.fault(...)`."""

    expr: Expr
    problems: Problems

    def fault(self, id: str, node: Tree, **values: object) -> Unbound:
        self.problems.add(id, self.expr.place_of(node), **values)
        return Unbound()

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
            raise self.fault("E23", node, want=want.zh, text=self.words(node), found=bound.type.zh)
